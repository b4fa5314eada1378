/**
 * A thread that starts an Authenticator and posts how that went: "started", or the code of the error.
 *
 * It ends, with its Authenticator, at the next message that it gets.
 */
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
