/**
 * Texts that callers pass: Z85 and endpoints. The first part is the text, as latin1 and as UTF-8.
 *
 * What is refused is refused with a ZmqError that has a code for it and shows no secret; what is accepted means what it says.
 */
import { parseEndpoint, ZmqError, z85Decode, z85Encode } from "../core.ts";
import { must, type Parts, type Target } from "../target.ts";
import { text } from "../wire.ts";

/** The code that `act` is refused with, or "ok". */
function tried(act: () => void, codes: readonly string[]): string {
	try {
		act();
		return "ok";
	} catch (error) {
		if (!(error instanceof ZmqError)) throw error;
		must(codes.includes(error.code), `refused with ${error.code}: ${error.message}`);
		must(error.message.length < 500, `an error of ${error.message.length} characters`);
		return error.code;
	}
}

function runZ85(parts: Parts): string {
	const bytes = Buffer.concat(parts);
	const decoded = tried(() => {
		const input = bytes.toString("latin1");
		must(z85Encode(z85Decode(input)) === input, "text changes when it is decoded and encoded");
	}, ["EINVAL"]);
	const encoded = tried(
		() => must(z85Decode(z85Encode(bytes)).equals(bytes), "bytes change when they are encoded and decoded"),
		["EINVAL"],
	);
	return `${decoded} ${encoded}`;
}

export const z85: Target = {
	name: "z85",
	level: "unit",
	seeds: () => [
		[text("HelloWorld"), text("rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7")],
		[text("%nSc0"), text("#####")],
		[Buffer.alloc(32, 0xff)],
		[text("\xff\xfe\xfd\xfc\xfb")],
		[],
	],
	open: () => ({ run: runZ85 }),
};

function parse(input: string): string {
	return tried(() => {
		const endpoint = parseEndpoint(input);
		must(endpoint.text === input, "an endpoint forgets what was written");
		must(input.startsWith(`${endpoint.scheme}://`), `${endpoint.scheme} was read from ${input}`);
		if (endpoint.scheme !== "tcp") return;
		const { port } = endpoint;
		must(port === "*" || (Number.isInteger(port) && port >= 0 && port <= 65535), `the port is ${port}`);
	}, ["EINVAL", "EPROTONOSUPPORT", "ENAMETOOLONG"]);
}

const ENDPOINTS = [
	...[
		"tcp://127.0.0.1:5555",
		"tcp://*:*",
		"tcp://[::1]:0",
		"tcp://[fe80::1%eth0]:1",
		"tcp://eth0;10.0.0.1:5555",
		"tcp://h:65536",
		"tcp://:1",
	],
	...["ipc:///tmp/x", "ipc://@abstract", "ipc://*", `ipc://${"a".repeat(108)}`, "inproc://name", `inproc://${"n".repeat(257)}`],
	...["ws://127.0.0.1:80/path", "wss://h:1", "udp://239.0.0.1:7", "pgm://a;b:1", "vmci://1:2", "x://y", "://", "tcp://", "", "tcp:/h:1"],
];

export const endpoints: Target = {
	name: "endpoints",
	level: "unit",
	seeds: () => ENDPOINTS.map((endpoint) => [text(endpoint)]),
	open: () => ({
		run(parts) {
			const bytes = Buffer.concat(parts);
			return [parse(bytes.toString("latin1")), parse(bytes.toString("utf8"))].join(" ");
		},
	}),
};
