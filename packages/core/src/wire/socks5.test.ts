import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ZmqError } from "../errors.ts";
import { Socks5Client } from "./socks5.ts";

const anonymous = { username: null, password: null };

/** Feeds the bytes as they are wanted; returns all that was to be sent. */
function talk(client: Socks5Client, answers: Uint8Array): Buffer {
	const sent = [client.hello()];
	let at = 0;
	while (client.wanted > 0 && at + client.wanted <= answers.length) {
		const bytes = Buffer.from(answers.subarray(at, at + client.wanted));
		at += bytes.length;
		const answer = client.onBytes(bytes);
		if (answer !== undefined) sent.push(answer);
	}
	return Buffer.concat(sent);
}

describe("the client of SOCKS5", () => {
	it("asks for a name without authentication (RFC 1928)", () => {
		const client = new Socks5Client({ host: "ab", port: 258, ...anonymous });
		const sent = talk(client, Buffer.of(5, 0, 5, 0, 0, 1, 1, 2, 3, 4, 0, 80));
		expect([...sent]).toEqual([5, 1, 0, 5, 1, 0, 3, 2, 97, 98, 1, 2]);
		expect(client.wanted).toBe(0);
	});

	it("offers a user name and a password, and gives them when they are wanted (RFC 1929)", () => {
		const client = new Socks5Client({ host: "1.2.3.4", port: 1, username: "u", password: "pw" });
		const sent = talk(client, Buffer.of(5, 2, 1, 0, 5, 0, 0, 3, 1, 120, 0, 80));
		expect([...sent]).toEqual([5, 2, 0, 2, 1, 1, 117, 2, 112, 119, 5, 1, 0, 1, 1, 2, 3, 4, 0, 1]);
		expect(client.wanted).toBe(0);
	});

	it("names any IPv6 address by its 16 bytes", () => {
		fc.assert(
			fc.property(fc.ipV6(), (host) => {
				const sent = talk(new Socks5Client({ host, port: 1, ...anonymous }), Buffer.of(5, 0));
				const bytes = sent.subarray(3 + 4, -2);
				expect([sent[6], bytes.length]).toEqual([4, 16]);
				const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(at * 2).toString(16));
				// The same address, as the URL parser of Node writes it.
				expect(new URL(`http://[${groups.join(":")}]`).hostname).toBe(new URL(`http://[${host}]`).hostname);
				expect(isIP(groups.join(":"))).toBe(6);
			}),
		);
	});

	it("ends, waits for more, or refuses by a ZmqError, whatever a proxy sends", () => {
		const answers = fc.oneof(
			fc.uint8Array({ maxLength: 300 }),
			fc.uint8Array({ maxLength: 300 }).map((rest) => Buffer.concat([Buffer.of(5, 0, 5, 0, 0), rest])),
			fc.uint8Array({ maxLength: 300 }).map((rest) => Buffer.concat([Buffer.of(5, 2, 1), rest])),
		);
		fc.assert(
			fc.property(answers, (bytes) => {
				const client = new Socks5Client({ host: "h", port: 1, username: "u", password: null });
				try {
					talk(client, bytes);
					expect(client.wanted).toBeLessThan(300);
				} catch (error) {
					expect(error).toBeInstanceOf(ZmqError);
				}
			}),
		);
	});
});
