/**
 * Commands and what is in them: READY, ERROR, PING, properties, subscriptions. A part is the body of one command.
 *
 * What can be read can be written again and is the same; what cannot be read is a ProtocolError.
 */
import {
	encodeCommand,
	encodeError,
	encodePing,
	encodeProperties,
	encodeReady,
	headed,
	ProtocolError,
	parseCommand,
	parseError,
	parsePing,
	parseProperties,
	type SocketTypeName,
	upstreamHead,
	upstreamMessage,
} from "../core.ts";
import { must, type Target } from "../target.ts";
import { text } from "../wire.ts";

const PUBLISHERS: readonly SocketTypeName[] = ["PUB", "XPUB", "RADIO", "PUSH"];
const BACK: Readonly<Partial<Record<SocketTypeName, SocketTypeName>>> = { PUB: "SUB", XPUB: "XSUB", RADIO: "DISH" };

function readProperties(data: Buffer): void {
	const properties = parseProperties(data, "ERR_ZMTP_MALFORMED_COMMAND_READY");
	const again = parseProperties(encodeProperties(properties), "ERR_ZMTP_MALFORMED_COMMAND_READY");
	must(again.size === properties.size, "properties are lost when they are written and read again");
	for (const [name, value] of properties) {
		must(name === name.toLowerCase(), `the name ${name} is not in lower case`);
		must(again.get(name)?.equals(value) === true, `the value of ${JSON.stringify(name)} changed`);
	}
}

function readSubscription(name: string, data: Buffer): void {
	for (const type of PUBLISHERS) {
		const message = upstreamMessage(type, encodeCommand(name, data));
		if (message === undefined) continue;
		const head = upstreamHead(BACK[type] ?? "SUB", true, message);
		const back = head && headed(head, message[0] as Uint8Array);
		must(back?.equals(encodeCommand(name, data)) === true, `${name} for ${type} is another command when it is sent on`);
	}
}

function readOne(body: Buffer): string {
	try {
		const { name, data } = parseCommand(body);
		must(encodeCommand(name, data).equals(body), "a command is not the same when it is written again");
		readSubscription(name, data);
		if (name === "ERROR") {
			const reason = parseError(data);
			must(/^[\x20-\x7e]*$/.test(reason), "the reason of an ERROR is not printable");
		} else if (name === "PING") {
			const { timeToLiveMs, context } = parsePing(data);
			must(timeToLiveMs >= 0 && timeToLiveMs <= 6_553_500 && context.length <= 16, `PING says ${timeToLiveMs} ms, ${context.length} bytes`);
		} else readProperties(data);
		return name.length <= 9 ? name : "other";
	} catch (error) {
		if (error instanceof ProtocolError) return error.reason;
		throw error;
	}
}

export const commands: Target = {
	name: "commands",
	level: "unit",
	seeds: () => [
		[
			encodeReady([
				["Socket-Type", text("DEALER")],
				["Identity", text("x")],
				["X-Rack", text("7")],
			]),
		],
		[
			encodeReady([
				["Socket-Type", text("A")],
				["socket-type", text("B")],
			]),
		],
		[encodeError("400"), encodeError("")],
		[encodePing(6_553_500, Buffer.alloc(16, 7)), encodePing(0, Buffer.alloc(0)), encodeCommand("PONG", Buffer.alloc(40))],
		[text("\x09SUBSCRIBEtopic"), text("\x06CANCELtopic"), text("\x04JOINgroup"), text("\x05LEAVEgroup")],
		[Buffer.alloc(0), Buffer.of(0), Buffer.of(200, 65)],
		[encodeReady(Array.from({ length: 257 }, (_, at): [string, Buffer] => [`X-${at}`, Buffer.alloc(0)]))],
		[
			encodeReady([
				["__proto__", text("x")],
				["constructor", text("y")],
			]),
		],
	],
	open: () => ({ run: (parts) => parts.slice(0, 20).map(readOne).slice(0, 2).join(" ") }),
};
