/**
 * What a SOCKS5 proxy answers (RFC 1928): the client's state machine, with and without a password. A part is a piece of the stream.
 *
 * It wants a bounded number of bytes, comes to an end, and refuses with a ZmqError that has a code for it.
 */
import { Socks5Client, ZmqError } from "../core.ts";
import { must, type Parts, type Target } from "../target.ts";

const TARGETS = [
	{ host: "10.0.0.7", port: 5555, username: null, password: null },
	{ host: "fe80::1%eth0", port: 1, username: "ada", password: null },
	{ host: "example.test", port: 65_535, username: "ada", password: "x".repeat(255) },
];
const STEPS_MAX = 10;

function converse(bytes: Buffer, target: (typeof TARGETS)[number]): string {
	const client = new Socks5Client(target);
	must(client.hello().length >= 3, "a short hello");
	let at = 0;
	for (let step = 0; client.wanted > 0; step++) {
		must(step < STEPS_MAX, "it never ends");
		must(client.wanted <= 300, `it wants ${client.wanted} bytes`);
		if (at + client.wanted > bytes.length) return "waits";
		const piece = bytes.subarray(at, at + client.wanted);
		at += piece.length;
		try {
			client.onBytes(piece);
		} catch (error) {
			if (!(error instanceof ZmqError)) throw error;
			must(["EPROTO", "EACCES", "EHOSTUNREACH"].includes(error.code), `refused with ${error.code}`);
			return error.code;
		}
	}
	return "connected";
}

export const socks: Target = {
	name: "socks",
	level: "unit",
	seeds: () => [
		[Buffer.from("0500", "hex"), Buffer.from("05000001", "hex"), Buffer.from("0a0000071234", "hex")],
		[Buffer.from("0502", "hex"), Buffer.from("0100", "hex"), Buffer.from("05000004", "hex"), Buffer.alloc(18)],
		[Buffer.from("0500", "hex"), Buffer.from("0500000305", "hex"), Buffer.from("hello\x12\x34", "latin1")],
		[Buffer.from("05ff", "hex")],
		...[1, 8, 9, 255].map((code) => [Buffer.of(5, 0), Buffer.of(5, code, 0, 1, 0, 0, 0, 0, 0, 0)]),
		[Buffer.from("HTTP/1.1 400")],
	],
	open: () => ({
		run(parts: Parts) {
			const bytes = Buffer.concat(parts);
			return TARGETS.map((target) => converse(bytes, target)).join(" ");
		},
	}),
};
