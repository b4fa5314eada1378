/**
 * Which strings are endpoints, and what is wrong with those that are not.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ZmqError } from "../errors.ts";
import { NOT_CARRIED, parseEndpoint } from "./endpoint.ts";

describe("an endpoint", () => {
	it.each([
		["tcp://127.0.0.1:5555", { scheme: "tcp", host: "127.0.0.1", port: 5555 }],
		["tcp://*:*", { scheme: "tcp", host: "*", port: "*" }],
		["tcp://localhost:0", { scheme: "tcp", host: "localhost", port: 0 }],
		["tcp://[::1]:65535", { scheme: "tcp", host: "::1", port: 65535 }],
		["tcp://[fe80::1%eth0]:1", { scheme: "tcp", host: "fe80::1%eth0", port: 1 }],
		["tcp://eth0:0;host:5555", { scheme: "tcp", source: { host: "eth0", port: 0 }, host: "host", port: 5555 }],
		["tcp://[fe80::2%lo]:*;[::1]:1", { scheme: "tcp", source: { host: "fe80::2%lo", port: "*" }, host: "::1", port: 1 }],
		["tcp://eth0:6000/a/b.c", { scheme: "tcp", host: "eth0", port: 6000, resource: "a/b.c" }],
		["udp://*:5555", { scheme: "udp", host: "*", port: 5555 }],
		["udp://239.0.0.1:5555", { scheme: "udp", host: "239.0.0.1", port: 5555 }],
		["udp://eth0;239.0.0.1:5555", { scheme: "udp", interface: "eth0", host: "239.0.0.1", port: 5555 }],
		["udp://[::1];[ff02::1]:5555", { scheme: "udp", interface: "::1", host: "ff02::1", port: 5555 }],
		["udp://*;[ff02::1]:5555", { scheme: "udp", host: "ff02::1", port: 5555 }],
		["ws://*:80", { scheme: "ws", host: "*", port: 80, path: "/" }],
		["ws://127.0.0.1:*/a/b?c=d", { scheme: "ws", host: "127.0.0.1", port: "*", path: "/a/b?c=d" }],
		["wss://[::1]:443/", { scheme: "wss", host: "::1", port: 443, path: "/" }],
		["ipc:///run/app.sock", { scheme: "ipc", path: "/run/app.sock" }],
		["ipc://relative", { scheme: "ipc", path: "relative" }],
		["ipc://*", { scheme: "ipc", path: "*" }],
		["ipc://@abstract", { scheme: "ipc", path: "@abstract" }],
		["inproc://a b/c://d", { scheme: "inproc", name: "a b/c://d" }],
	])("is %s", (text, parsed) => {
		expect(parseEndpoint(text)).toEqual({ ...parsed, text });
	});

	it.each([
		["", "EINVAL"],
		["://x", "EINVAL"],
		["tcp", "EINVAL"],
		["tcp:/127.0.0.1:1", "EINVAL"],
		["tcp://", "EINVAL"],
		["inproc://", "EINVAL"],
		["ipc://", "EINVAL"],
		["ipc://@", "EINVAL"],
		["tcp://127.0.0.1", "EINVAL"],
		["tcp://:5555", "EINVAL"],
		["tcp://127.0.0.1:", "EINVAL"],
		["tcp://127.0.0.1:65536", "EINVAL"],
		["tcp://127.0.0.1:-1", "EINVAL"],
		["tcp://127.0.0.1:1e3", "EINVAL"],
		["tcp://::1:5555", "EINVAL"],
		["tcp://[]:5555", "EINVAL"],
		["tcp://[::1:5555", "EINVAL"],
		["tcp://a b:5555", "EINVAL"],
		["tcp://host/path:5555", "EINVAL"],
		["tcp://;host:5555", "EINVAL"],
		["tcp://a:0;b:0;c:5555", "EINVAL"],
		["tcp://eth0;host:5555", "EINVAL"],
		["tcp://host:5555/", "EINVAL"],
		["tcp://host:5555//a", "EINVAL"],
		["tcp://host:5555/a/", "EINVAL"],
		["tcp://host:5555/é", "EINVAL"],
		[`tcp://host:5555/${"x".repeat(256)}`, "EINVAL"],
		["udp://host", "EINVAL"],
		["udp://;239.0.0.1:5555", "EINVAL"],
		["udp://a;b;239.0.0.1:5555", "EINVAL"],
		["udp://::1:5555", "EINVAL"],
		["ws://host", "EINVAL"],
		["ws:///path", "EINVAL"],
		["ws://host:80/a b", "EINVAL"],
		["ws://host:80/é", "EINVAL"],
		["wss://host:80/a#b", "EINVAL"],
		["TCP://127.0.0.1:80", "EPROTONOSUPPORT"],
		["http://example.org", "EPROTONOSUPPORT"],
		[`ipc:///${"x".repeat(107)}`, "ENAMETOOLONG"],
		[`inproc://${"é".repeat(129)}`, "ENAMETOOLONG"],
	])("is not %s (%s)", (text, code) => {
		expect(() => parseEndpoint(text)).toThrowError(expect.objectContaining({ name: "ZmqError", code, address: text }));
	});

	it.each(Object.keys(NOT_CARRIED))("of %s is not carried, and says what to take instead", (scheme) => {
		expect(() => parseEndpoint(`${scheme}://x`)).toThrowError(
			expect.objectContaining({ code: "EPROTONOSUPPORT", message: expect.stringMatching(/take (tcp|udp|CURVE).*docs\/transports\.md/) }),
		);
	});

	it.each([undefined, null, 5, {}, ["tcp://127.0.0.1:1"]])("is not %o", (value) => {
		expect(() => parseEndpoint(value as never)).toThrowError(expect.objectContaining({ code: "EINVAL" }));
	});

	it("is told from any other string by a ZmqError and nothing else", () => {
		const nearly = fc.oneof(
			fc.string(),
			fc.string().map((text) => `tcp://${text}`),
			fc.string().map((text) => `ipc://${text}`),
		);
		fc.assert(
			fc.property(nearly, (text) => {
				try {
					expect(parseEndpoint(text).text).toBe(text);
				} catch (error) {
					expect(error).toBeInstanceOf(ZmqError);
				}
			}),
		);
	});
});
