/**
 * The hosts: child processes and worker threads, which it starts, kills without warning (SIGKILL, terminate()), and replaces.
 *
 * Each host has a slot, which gives it its sink's endpoint; and ids of its own, so that the hub knows whose senders were killed.
 *
 * **Shutdown**: `stop()` asks every host to end and waits until it has, by itself. `killAll()` does not ask.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { Worker } from "node:worker_threads";

const PROGRAM = new URL("./host.mjs", import.meta.url);
/** Senders of one life of a host. */
const IDS_PER_HOST = 100_000;

export class Crew {
	kills = { process: 0, thread: 0 };
	#options;
	#hosts = [];
	#lives = 0;

	/**
	 * @param slots each `{ kind: "process" | "thread", sink, transports }`
	 * @param hub hears reports and deaths
	 */
	constructor({ slots, hub, clients, seed, onViolation }) {
		this.#options = { hub, clients, seed, onViolation };
		for (const [number, slot] of slots.entries()) {
			const host = { number, slot, running: undefined, firstId: 0 };
			this.#hosts.push(host);
			this.#start(host);
			hub.addSink(slot.sink);
		}
	}

	/** Kills one at random and starts another in its place. */
	async killOne(random) {
		const host = this.#hosts[Math.floor(random() * this.#hosts.length)];
		const { running, firstId, slot } = host;
		host.killed = true;
		await end(running);
		this.kills[slot.kind] += 1;
		this.#options.hub.killed((id) => id >= firstId && id < firstId + IDS_PER_HOST);
		this.#start(host);
	}

	/** Every host ends by itself; one that does not is waited for for ever. */
	async stop() {
		await Promise.all(
			this.#hosts.map(async ({ running }) => {
				const exited = once(running, "exit");
				if (running instanceof Worker) running.postMessage("stop");
				else running.send("stop");
				const [status] = await exited;
				if (status !== 0) throw new Error(`a host ended with status ${status}`);
			}),
		);
	}

	killAll() {
		for (const host of this.#hosts) {
			host.killed = true;
			end(host.running);
		}
	}

	#start(host) {
		const { slot, number } = host;
		const { hub, clients, seed, onViolation } = this.#options;
		const life = ++this.#lives;
		host.killed = false;
		host.firstId = life * IDS_PER_HOST;
		const { sink, transports } = slot;
		const order = { sink, transports, clients, endpoints: hub.endpoints, firstId: host.firstId, seed: seed + life };
		let running;
		if (slot.kind === "thread") {
			running = new Worker(PROGRAM, { workerData: order });
		} else {
			running = fork(PROGRAM, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
			running.send(order);
		}
		host.running = running;
		running.on("error", onViolation);
		running.on("message", (report) => {
			try {
				if (report.violation !== undefined) throw new Error(report.violation);
				if (report.done !== undefined) hub.finished(report);
				if (report.sink !== undefined) hub.sinkReport(number, report);
			} catch (error) {
				onViolation(error);
			}
		});
		running.once("exit", (status) => {
			if (status !== 0 && !host.killed && host.running === running) onViolation(new Error(`a host ended by itself with status ${status}`));
		});
	}
}

async function end(running) {
	if (running instanceof Worker) {
		await running.terminate();
		return;
	}
	if (running.exitCode !== null || running.signalCode !== null) return;
	const exited = once(running, "exit");
	running.kill("SIGKILL");
	await exited;
}
