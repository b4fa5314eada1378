/**
 * Sockets that listen on a descriptor which this process was given: what a service manager does, which binds before it starts a program.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { open } from "../fixtures/open-sockets.ts";
import { Pair, Pull, Push, Request } from "./sockets.ts";

const PEER = fileURLToPath(new URL("../transport/fixtures/fd-peer.mjs", import.meta.url));
const servers: Server[] = [];
const children: ChildProcess[] = [];

afterEach(() => {
	for (const server of servers.splice(0)) server.close();
	for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** A listening server, and its descriptor. */
async function given(where: { host: string; port: number } | { path: string }): Promise<{ server: Server; fd: number }> {
	// This process still has the socket, too, and may be the one that accepts: then the peer tries again.
	const server = createServer((stream) => stream.destroy()).listen(where);
	servers.push(server);
	await once(server, "listening");
	return { server, fd: (server as Server & { _handle: { fd: number } })._handle.fd };
}

describe.runIf(process.platform !== "win32")("a socket that was given to the process", () => {
	const clients = { Pull: Push, Reply: Request, Pair };
	const cases = (["tcp", "ipc"] as const).flatMap((scheme) => (["Pull", "Reply", "Pair"] as const).map((type) => [type, scheme] as const));

	it.each(cases)("is bound by its descriptor, by a %s over %s", async (type, scheme) => {
		const path = join(tmpdir(), `zloom-given-${process.pid}`);
		const { server, fd } = await given(scheme === "tcp" ? { host: "127.0.0.1", port: 0 } : { path });
		const endpoint = scheme === "tcp" ? `tcp://127.0.0.1:${(server.address() as AddressInfo).port}` : `ipc://${path}`;
		const child = spawn(process.execPath, [PEER, endpoint, type], { stdio: ["ignore", "pipe", "inherit", fd] });
		children.push(child);
		const lines = createInterface({ input: child.stdout as Readable })[Symbol.asyncIterator]();
		expect((await lines.next()).value).toBe(`ready ${endpoint}`);
		const client = open(new clients[type]({ reconnectInterval: 1 }));
		client.connect(endpoint);
		for (const text of ["a", "end"]) {
			await client.send(text);
			expect((await lines.next()).value).toBe(text);
			if ("receive" in client) expect(String(await client.receive())).toBe(text);
		}
		expect((await once(child, "exit"))[0]).toBe(0);
		if (scheme === "ipc") expect(existsSync(path)).toBe(true);
		rmSync(path, { force: true });
	});

	it("must be one, and of the transport of the endpoint", async () => {
		const refused = expect.objectContaining({ code: "EINVAL" });
		await expect(open(new Pull({ useFd: 9999 })).bind("tcp://127.0.0.1:*")).rejects.toThrow(refused);
		await expect(open(new Pull({ useFd: openSync("/dev/null", "r") })).bind("tcp://127.0.0.1:*")).rejects.toThrow(refused);
		expect(() => new Pull({ useFd: -2 })).toThrow(refused);
	});
});
