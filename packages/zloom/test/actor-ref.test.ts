import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cluster } from "@zloom/cluster";
import { createSystem } from "@zloom/runtime";
import { actorRefContract, type Form } from "./actor-ref.contract.ts";
import { startNode } from "./node-process.ts";

async function local(options: Form["options"]): Promise<Form> {
	const system = await createSystem({ threads: 1 });
	return { system, node: "inproc://", options, stop: () => system.stop() };
}

async function remote(listen: string, cleanUp: () => void): Promise<Form> {
	const { process, endpoint } = await startNode(listen);
	const system = await createSystem({ threads: 1, remote: cluster() });
	return {
		system,
		node: endpoint,
		options: {},
		async stop() {
			await system.stop();
			await process.kill("SIGTERM");
			cleanUp();
		},
	};
}

actorRefContract("of this thread", () => local({ thread: "main" }));
actorRefContract("of another thread", () => local({ thread: 0 }));
actorRefContract("of another process, by ipc", () => {
	const folder = mkdtempSync(join(tmpdir(), "zloom-ref-"));
	return remote(`ipc://${folder}/node.sock`, () => rmSync(folder, { recursive: true }));
});
actorRefContract("of a node, by tcp", () => remote("tcp://127.0.0.1:*", () => {}));
