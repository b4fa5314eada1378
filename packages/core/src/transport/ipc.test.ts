import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseEndpoint } from "../endpoint/endpoint.ts";
import { RecordingHost } from "./fixtures/recording-host.ts";
import { message } from "./fixtures/tcp-ends.ts";
import { ipc } from "./ipc.ts";
import type { Connector, Listener } from "./transport.ts";

let folder = "";
const ends: (Listener | Connector)[] = [];
const hosts: RecordingHost[] = [];

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "zloom-test-"));
});

afterEach(async () => {
	for (const one of hosts.splice(0)) one.close();
	await Promise.all(ends.splice(0).map((end) => end.close()));
	rmSync(folder, { recursive: true, force: true });
});

function host(type: "PUSH" | "PULL"): RecordingHost {
	const made = new RecordingHost(type, { reconnectInterval: 5 });
	hosts.push(made);
	return made;
}

async function bound(of: RecordingHost, endpoint: string): Promise<Listener> {
	const listener = await ipc.bind(parseEndpoint(endpoint), of);
	ends.push(listener);
	return listener;
}

async function passesOneMessage(server: RecordingHost, endpoint: string): Promise<void> {
	const client = host("PUSH");
	ends.push(ipc.connect(parseEndpoint(endpoint), client));
	client.pipes[0]?.tryWrite(message(1, 70_000));
	await server.until(() => server.messages.length === 1);
	expect(server.messages[0]?.map((frame) => frame.length)).toEqual([1, 70_000]);
}

/** Leaves a socket file behind on which nobody listens, as a killed process does. */
async function leaveStale(path: string): Promise<void> {
	const child = spawn(process.execPath, [
		"-e",
		`require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`,
	]);
	await once(child, "exit");
	expect(existsSync(path)).toBe(true);
}

describe("ipc", () => {
	it("passes messages over a path and removes the file at close", async () => {
		const server = host("PULL");
		const path = join(folder, "a");
		const listener = await bound(server, `ipc://${path}`);
		expect(listener.endpoint).toBe(`ipc://${path}`);
		await passesOneMessage(server, listener.endpoint);
		await listener.close();
		expect(existsSync(path)).toBe(false);
	});

	it("binds a fresh path for a wildcard and removes its folder at close", async () => {
		const server = host("PULL");
		const listener = await bound(server, "ipc://*");
		expect(listener.endpoint).toMatch(/^ipc:\/\/.+\/zloom-\w+\/socket$/);
		await passesOneMessage(server, listener.endpoint);
		const path = listener.endpoint.slice("ipc://".length);
		expect(existsSync(path)).toBe(true);
		await listener.close();
		expect(existsSync(join(path, ".."))).toBe(false);
	});

	it("takes over the file of a process that was killed", async () => {
		const path = join(folder, "stale");
		await leaveStale(path);
		const server = host("PULL");
		await bound(server, `ipc://${path}`);
		await passesOneMessage(server, `ipc://${path}`);
	});

	it("leaves a path alone on which somebody listens, and a file that is no socket", async () => {
		const path = join(folder, "taken");
		const other: Server = createServer().listen(path);
		await once(other, "listening");
		await expect(ipc.bind(parseEndpoint(`ipc://${path}`), host("PULL"))).rejects.toMatchObject({
			code: "EADDRINUSE",
			address: `ipc://${path}`,
		});
		other.close();
		const file = join(folder, "file");
		writeFileSync(file, "precious");
		await expect(ipc.bind(parseEndpoint(`ipc://${file}`), host("PULL"))).rejects.toMatchObject({ code: "EADDRINUSE" });
		expect(existsSync(file)).toBe(true);
	});

	it("says that a folder does not exist", async () => {
		const failing = host("PULL");
		await expect(ipc.bind(parseEndpoint(`ipc://${folder}/none/a`), failing)).rejects.toMatchObject({ code: "EACCES" });
		expect(failing.eventTypes).toEqual(["bind:error"]);
	});

	const abstract = process.platform === "linux" && Number(process.versions.node.split(".")[0]) >= 22;
	it(`${abstract ? "passes messages over" : "says that this Node cannot do"} abstract names`, async () => {
		const endpoint = `ipc://@zloom-${process.pid}`;
		const server = host("PULL");
		if (!abstract) {
			await expect(ipc.bind(parseEndpoint(endpoint), server)).rejects.toMatchObject({ code: "EPROTONOSUPPORT" });
			expect(() => ipc.connect(parseEndpoint(endpoint), host("PUSH"))).toThrow(expect.objectContaining({ code: "EPROTONOSUPPORT" }));
			return;
		}
		await bound(server, endpoint);
		await passesOneMessage(server, endpoint);
	});
});
