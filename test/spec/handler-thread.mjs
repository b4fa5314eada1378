/** A thread that starts an Authenticator: it posts how that went, "started" or the code of the error, and closes it at the next message. */
import { parentPort } from "node:worker_threads";
import { Authenticator } from "@zloom/core";

const judge = new Authenticator();
parentPort?.once("message", async () => {
	await judge.close();
	parentPort?.close();
});
parentPort?.postMessage(
	await judge.start().then(
		() => "started",
		(error) => error.code,
	),
);
