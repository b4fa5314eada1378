/**
 * One Authenticator for all threads: sockets in a worker are judged by the one of the main thread, and by the next one after it.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Authenticator } from "@zloom/core";
import { expect, it } from "vitest";

const PROGRAM = `
	import { parentPort } from "node:worker_threads";
	import { Pull, Push } from "@zloom/core";
	parentPort.on("message", async (password) => {
		const server = new Pull({ plainServer: true, zapDomain: "worker" });
		const client = new Push({ plainUsername: "ada", plainPassword: password, reconnectInterval: 20 });
		const outcome = new Promise((resolve) => {
			for (const type of ["handshake", "handshake:error:auth"]) server.events.on(type, () => resolve(type));
		});
		await server.bind("tcp://127.0.0.1:*");
		client.connect(server.lastEndpoint);
		parentPort.postMessage(await outcome);
		client.close();
		server.close();
	});
	parentPort.postMessage("up");
`;

it("the authenticator of the main thread judges the peers of sockets in a worker", async () => {
	const domains: string[] = [];
	const judge = async ({ domain, password }: { domain: string; password: string }): Promise<boolean> => {
		domains.push(domain);
		return password === "lovelace";
	};
	let authenticator = new Authenticator({ plain: judge });
	await authenticator.start();
	const worker = new Worker(
		new URL(`data:text/javascript,${encodeURIComponent(PROGRAM.replaceAll("@zloom/core", import.meta.resolve("@zloom/core")))}`),
	);
	const ask = async (password: string): Promise<unknown> => {
		const answer = once(worker, "message");
		worker.postMessage(password);
		return (await answer)[0];
	};
	await once(worker, "message");
	expect(await ask("lovelace")).toBe("handshake");
	expect(await ask("wrong")).toBe("handshake:error:auth");
	await authenticator.close();
	authenticator = new Authenticator({ plain: judge });
	await authenticator.start();
	expect(await ask("lovelace")).toBe("handshake");
	expect(domains).toEqual(["worker", "worker", "worker"]);
	await worker.terminate();
	await authenticator.close();
});
