import { actorContract } from "./actor.contract.ts";

actorContract({ name: "an actor on the main thread, by reference", threads: 0, checked: false, thread: "main" });
actorContract({ name: "an actor on the main thread, in checked mode", threads: 0, checked: true, thread: "main" });
actorContract({ name: "an actor on a worker thread", threads: 2, checked: true, thread: 1 });
