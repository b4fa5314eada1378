/**
 * ZAP (RFC 27): what a handler replies, and what a handler is asked. A part is a frame.
 *
 * A reply is a verdict or a ProtocolError with a reason of ZAP; a request is readable or not; and the judge of an Authenticator
 * answers every readable one.
 */
import {
	AccessPolicy,
	encodeProperties,
	encodeZapReply,
	encodeZapRequest,
	ProtocolError,
	parseZapReply,
	parseZapRequest,
	replyId,
} from "../core.ts";
import { must, type Parts, type Target } from "../target.ts";
import { text } from "../wire.ts";

const ID = "7";
const EMPTY = Buffer.alloc(0);

function readReply(parts: Parts): string {
	replyId([...parts]);
	try {
		const { status, userId, metadata } = parseZapReply([...parts], ID);
		must([200, 300, 400, 500].includes(status), `the status is ${status}`);
		must(typeof userId === "string", "the user id is no text");
		return `${status} ${Math.min(3, metadata.size)}`;
	} catch (error) {
		if (!(error instanceof ProtocolError)) throw error;
		must(error.reason.startsWith("ERR_ZAP_"), `a reply is refused with ${error.reason}`);
		return error.reason;
	}
}

const reply = (status: string, metadata: Uint8Array, ...more: string[]): Parts => [
	EMPTY,
	...["1.0", ID, status, "text", "user"].map(text),
	Buffer.from(metadata),
	...more.map(text),
];

export const zapReplies: Target = {
	name: "zap-replies",
	level: "unit",
	seeds: () => [
		...["200", "300", "400", "500", "201", "0200", ""].map((status) => reply(status, encodeProperties([["X-Team", text("a")]]))),
		[EMPTY, ...(encodeZapReply(text(ID), { status: 200, text: "OK", userId: "me", metadata: [] }) as Buffer[])],
		reply("200", text("\x05Hello")),
		reply("200", EMPTY, "eighth"),
		[],
	],
	open: () => ({ run: readReply }),
};

const policy = new AccessPolicy({ allow: ["127.0.0.1"], plain: { ada: "lovelace" }, curve: "any" });

async function judge(parts: Parts): Promise<string> {
	const request = parseZapRequest([...parts]);
	if (request === undefined) return "no request";
	const { status, error } = await policy.judge(request);
	must(error === undefined, `the judge failed: ${String(error)}`);
	must(status !== 200 || request.address === "127.0.0.1", `${request.address} got in`);
	must(status !== 200 || request.mechanism !== "PLAIN" || String(request.credentials[1]) === "lovelace", "a wrong password got in");
	return `${["NULL", "PLAIN", "CURVE"].includes(request.mechanism) ? request.mechanism : "other"} ${request.credentials.length % 4} ${status}`;
}

function request(mechanism: string, ...credentials: Uint8Array[]): Parts {
	const asked = { domain: "home", address: "127.0.0.1", routingId: EMPTY, mechanism, credentials };
	return encodeZapRequest(ID, asked).slice(1) as Buffer[];
}

export const zapRequests: Target = {
	name: "zap-requests",
	level: "unit",
	seeds: () => [
		request("NULL"),
		request("PLAIN", text("ada"), text("lovelace")),
		request("PLAIN", text("constructor"), text("x")),
		request("CURVE", Buffer.alloc(32, 9)),
		request("CURVE", Buffer.alloc(31)),
		request("GSSAPI", text("principal")),
	],
	open: () => ({ run: judge }),
};
