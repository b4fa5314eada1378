import { actorContract, type Place } from "./actor.contract.ts";
import { restartContract } from "./restart.contract.ts";

const places: Place[] = [
	{ name: "an actor on the main thread, by reference", threads: 0, checked: false, thread: "main" },
	{ name: "an actor on the main thread, in checked mode", threads: 0, checked: true, thread: "main" },
	{ name: "an actor on a worker thread", threads: 2, checked: true, thread: 1 },
];
for (const place of places) {
	actorContract(place);
	restartContract(place);
}
