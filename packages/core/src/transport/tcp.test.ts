import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { parseEndpoint } from "../endpoint/endpoint.ts";
import { freePort } from "./fixtures/free-port.ts";
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

describe("the source of a tcp connection", () => {
	const loopback = Object.entries(networkInterfaces()).find(([, list]) => list?.some((one) => one.address === "127.0.0.1"))?.[0];

	it.each([
		["an address", "127.0.0.1:0", /^tcp:\/\/127\.0\.0\.1:\d+$/],
		["an interface", `${loopback}:*`, /^tcp:\/\/127\.0\.0\.1:\d+$/],
		["whatever fits", "*:0", /^tcp:\/\/127\.0\.0\.1:\d+$/],
	])("is %s", async (_what, source, seen) => {
		const [server, client] = [host("PULL"), host("PUSH")];
		const { endpoint } = await bound(server);
		const connector = connected(client, endpoint.replace("tcp://", `tcp://${source};`));
		await server.until(() => server.pipes.length === 1);
		expect(server.pipes[0]?.peerAddress).toMatch(seen);
		expect(connector.endpoint).toBe(endpoint.replace("tcp://", `tcp://${source};`));
	});

	it("may be a port", async () => {
		const [server, client, port] = [host("PULL"), host("PUSH"), await freePort()];
		const { endpoint } = await bound(server);
		connected(client, endpoint.replace("tcp://", `tcp://127.0.0.1:${port};`));
		await server.until(() => server.pipes.length === 1);
		expect(server.pipes[0]?.peerAddress).toBe(`tcp://127.0.0.1:${port}`);
	});

	it("must be of this machine, and is none of a bind", async () => {
		const client = host("PUSH");
		expect(() => connected(client, "tcp://nowhere0:0;127.0.0.1:5555")).toThrow(expect.objectContaining({ code: "EADDRNOTAVAIL" }));
		expect(() => connected(client, "tcp://[::1]:0;[::1]:5555")).toThrow(expect.objectContaining({ code: "EINVAL" }));
		await expect(tcp.bind(parseEndpoint("tcp://127.0.0.1:0;127.0.0.1:0"), host("PULL"))).rejects.toMatchObject({ code: "EINVAL" });
	});

	it("that is the peer's own address makes no connection with itself", async () => {
		const [client, port] = [host("PAIR", { reconnectInterval: 5 }), await freePort()];
		const endpoint = `tcp://127.0.0.1:${port};127.0.0.1:${port}`;
		connected(client, endpoint);
		await client.until(() => client.eventTypes.includes("connect:retry"));
		expect(client.eventTypes).toEqual(["connect:delay", "close", "connect:retry"]);
		expect(client.find("connect:retry")?.error).toMatchObject({ code: "EADDRNOTAVAIL" });
	});

	it("that the operating system does not take is tried again, and told", async () => {
		const [server, client] = [host("PULL"), host("PUSH", { reconnectInterval: 5 })];
		const { endpoint } = await bound(server);
		connected(client, endpoint.replace("tcp://", "tcp://192.0.2.77:0;"));
		await client.until(() => client.eventTypes.filter((type) => type === "connect:retry").length === 2);
		expect(client.find("connect:retry")?.error).toMatchObject({ code: "EADDRNOTAVAIL" });
	});
});

const linkLocal = Object.entries(networkInterfaces()).flatMap(([name, list]) =>
	(list ?? []).filter((one) => one.address.startsWith("fe80:")).map((one) => `${one.address}%${name}`),
)[0];

describe("an IPv6 address of the link", () => {
	it.runIf(linkLocal)("keeps its zone, by bind and by connect", async () => {
		const [server, client] = [host("PULL", { ipv6: true }), host("PUSH", { ipv6: true })];
		const { endpoint } = await bound(server, `tcp://[${linkLocal}]:*`);
		expect(endpoint.startsWith(`tcp://[${linkLocal}]:`)).toBe(true);
		connected(client, endpoint.replace("tcp://", `tcp://[${linkLocal}]:0;`));
		await server.until(() => server.pipes.length === 1);
	});
});
