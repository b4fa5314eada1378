import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { parseEndpoint } from "../endpoint.ts";
import { bound, connected, host, message } from "./fixtures/tcp-ends.ts";
import { tcp } from "./tcp.ts";

const hasIpv6 = networkInterfaces().lo?.some((one) => one.family === "IPv6") === true;

describe("tcp bind", () => {
	it("takes the name of an interface", async () => {
		const name = Object.entries(networkInterfaces()).find(([, list]) => list?.some((one) => one.address === "127.0.0.1"))?.[0];
		expect((await bound(host("PULL"), `tcp://${name}:*`)).endpoint).toMatch(/^tcp:\/\/127\.0\.0\.1:/);
	});

	it("says that an address is not of this machine", async () => {
		await expect(tcp.bind(parseEndpoint("tcp://192.0.2.1:5555"), host("PULL"))).rejects.toMatchObject({ code: "EADDRNOTAVAIL" });
	});

	it("does not resolve names", async () => {
		await expect(tcp.bind(parseEndpoint("tcp://example.invalid:5555"), host("PULL"))).rejects.toMatchObject({ code: "EADDRNOTAVAIL" });
	});

	it("needs ipv6 for an IPv6 address", async () => {
		await expect(tcp.bind(parseEndpoint("tcp://[::1]:*"), host("PULL"))).rejects.toMatchObject({ code: "EINVAL" });
		expect(() => tcp.connect(parseEndpoint("tcp://[::1]:5555"), host("PUSH"))).toThrow(expect.objectContaining({ code: "EINVAL" }));
	});
});

describe("tcp connect", () => {
	it.each(["tcp://*:5555", "tcp://-bad:5555", "tcp://a..b:5555"])("refuses %s at once", (endpoint) => {
		expect(() => tcp.connect(parseEndpoint(endpoint), host("PUSH"))).toThrow(
			expect.objectContaining({ code: "EINVAL", address: endpoint }),
		);
	});

	it("resolves a name", async () => {
		const server = host("PULL");
		const { endpoint } = await bound(server);
		const client = host("PUSH");
		connected(client, endpoint.replace("127.0.0.1", "localhost"));
		client.pipes[0]?.tryWrite(message(1));
		await server.until(() => server.messages.length === 1);
	});

	it("tries again when a name does not resolve", async () => {
		const client = host("PUSH", { reconnectInterval: 5 });
		connected(client, "tcp://zloom.invalid:5555");
		await client.until(() => client.events.filter((event) => event.type === "connect:retry").length === 2);
	});

	it(`${hasIpv6 ? "speaks IPv6 when told to, over a dual-stack wildcard too" : "says that this machine has no IPv6"}`, async () => {
		const server = host("PULL", { ipv6: true });
		if (!hasIpv6) {
			await expect(tcp.bind(parseEndpoint("tcp://[::1]:*"), server)).rejects.toMatchObject({ code: "EADDRNOTAVAIL" });
			return;
		}
		const { endpoint } = await bound(server, "tcp://*:*");
		expect(endpoint).toMatch(/^tcp:\/\/\[::\]:\d+$/);
		const port = endpoint.slice(endpoint.lastIndexOf(":"));
		for (const at of ["tcp://[::1]", "tcp://127.0.0.1"]) {
			const client = host("PUSH", { ipv6: true });
			connected(client, at + port);
			client.pipes[0]?.tryWrite(message(1));
		}
		await server.until(() => server.messages.length === 2);
	});
});
