/** Resources of ZMTP 3.1: several sockets at one port. */
import { curveKeyPair, Pull, Push, Router } from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { meet, open, texts } from "./open-sockets.ts";
import { dial, greeting, listen, message, ready } from "./wire.ts";

const TCP = { transports: ["tcp"] } as const;

covers(["37/resource-1"], TCP, "the resource of an endpoint is announced as it stands, and can be nothing but names", async () => {
	const listener = await listen("tcp");
	for (const resource of ["one", "system/name-service/test", "a$-_@.&+/B9"]) {
		open(new Push()).connect(`${listener.endpoint}/${resource}`);
		expect(String((await (await listener.next()).shake("PULL")).get("Resource"))).toBe(resource);
	}
	open(new Push()).connect(listener.endpoint);
	expect((await (await listener.next()).shake("PULL")).has("Resource")).toBe(false);
	const malformed = expect.objectContaining({ code: "EINVAL" });
	for (const resource of ["a//b", "/a", "a/", "a b", "\u00e4", "a?b", "a%20b", "a#b"]) {
		expect(() => open(new Push()).connect(`${listener.endpoint}/${resource}`)).toThrowError(malformed);
		await expect(open(new Pull()).bind(`tcp://127.0.0.1:*/${resource}`)).rejects.toEqual(malformed);
	}
});

covers(["37/resource-2"], TCP, "a peer that asks for a resource stays connected until somebody binds it", async () => {
	const first = open(new Pull());
	await first.bind("tcp://127.0.0.1:*/first");
	const port = (first.lastEndpoint as string).replace("/first", "");
	const raw = await dial(port);
	const accepted = raw.shake("PUSH", [["Resource", "later"]]);
	const other = await dial(port);
	await other.shake("PUSH", [["Resource", "first"]]);
	other.write(message("to first"));
	expect(texts(await first.receive())).toEqual(["to first"]);
	const later = open(new Pull());
	await later.bind(`${port}/later`);
	expect((await accepted).get("Socket-Type")?.toString()).toBe("PULL");
	raw.write(message("to later"));
	expect(texts(await later.receive())).toEqual(["to later"]);
});

covers(
	["37/resource-2"],
	TCP,
	"a peer waits for a resource longer than a handshake may take, and may ask for one where none is bound",
	async () => {
		const first = open(new Pull({ handshakeInterval: 500 }));
		await first.bind("tcp://127.0.0.1:*/first");
		const port = (first.lastEndpoint as string).replace("/first", "");
		const asking = await dial(port);
		asking.write(greeting(), ready("PUSH", [["Resource", "later"]]));
		await asking.read(64);
		// Two handshakes that came after it have taken too long.
		for (let i = 0; i < 2; i++) {
			const silent = await dial(port);
			silent.write(greeting());
			await silent.ended();
		}
		const later = open(new Pull({ handshakeInterval: 500 }));
		await later.bind(`${port}/later`);
		expect((await asking.command()).name).toBe("READY");
		asking.write(message("patient"));
		expect(texts(await later.receive())).toEqual(["patient"]);
		const alone = open(new Pull());
		const other = await dial(await meet("tcp", alone));
		await other.shake("PUSH", [["Resource", "any/thing"]]);
		other.write(message("taken"));
		expect(texts(await alone.receive())).toEqual(["taken"]);
	},
);

covers(["37/resource-3"], TCP, "sockets that share a port, told apart by resources, must agree in their security", async () => {
	const [first, second] = [open(new Router()), open(new Router())];
	await first.bind("tcp://127.0.0.1:*/first");
	const port = (first.lastEndpoint as string).replace("/first", "");
	for (const options of [{ plainServer: true }, { curveServer: true, curveSecretKey: curveKeyPair().secretKey }, { zapDomain: "other" }])
		await expect(open(new Router(options)).bind(`${port}/second`)).rejects.toMatchObject({ code: "EINVAL" });
	await second.bind(`${port}/second`);
	for (const [socket, resource] of [
		[first, "first"],
		[second, "second"],
	] as const) {
		const raw = await dial(port);
		await raw.shake("DEALER", [["Resource", resource]]);
		raw.write(message(`to ${resource}`));
		expect(texts(await socket.receive())?.[1]).toBe(`to ${resource}`);
	}
});
