/**
 * Binding, connecting and leaving endpoints through the drop-in door against npm zeromq: what is accepted, what it is called, and
 * with which error it is refused.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe } from "vitest";
import { same, type Zeromq } from "./modules.ts";
import { became, did, masked } from "./observe.ts";

/** Refused alike by both; what only one refuses stands in differences.test.ts. */
const WRONG = [
	...["", "foo", "foo://bar", "tcp://", "tcp://127.0.0.1", "tcp://foo:abc", "ipc://", "ipc://@", `ipc://${"x".repeat(200)}`],
	...["inproc://", "pgm://x", "norm://x", "vmci://x", "udp://127.0.0.1:5555"],
];
const UNBINDABLE = ["ipc:///nonexistent/x", "tcp://1.2.3.4:*", "tcp://[::1]:*", "tcp://nohost.invalid:5"];
const UNCONNECTABLE = ["tcp://*:1", "tcp://1.2.3.4:*", "tcp://a b:5"];

type Method = "bind" | "unbind" | "bindSync" | "connect" | "disconnect";

function each(zmq: Zeromq, method: Method, addresses: readonly unknown[][]): Promise<unknown[]> {
	const socket = new zmq.Dealer({ linger: 0 }) as unknown as Record<Method, (...args: unknown[]) => unknown> & { close(): void };
	const isAsync = method === "bind" || method === "unbind";
	return (async () => {
		const seen: unknown[] = [];
		for (const args of addresses)
			seen.push([args, isAsync ? await became(() => socket[method](...args) as Promise<unknown>) : did(() => socket[method](...args))]);
		socket.close();
		return seen;
	})();
}

/** libzmq lets go of a port some time after `unbind` has settled. */
async function boundAgain(socket: { bind(address: string): Promise<void> }, address: string): Promise<void> {
	for (;;) {
		try {
			await socket.bind(address);
			return;
		} catch (error) {
			if ((error as { code?: string }).code !== "EADDRINUSE") throw error;
			await nextTurn();
		}
	}
}

describe("endpoints that are wrong", () => {
	const calls = [[], [1], [null], ["inproc://a", "b"], ...WRONG.map((address) => [address])];
	same("are refused by bind", (zmq) => each(zmq, "bind", [...calls, ...UNBINDABLE.map((address) => [address])]));
	same("are refused by bindSync", (zmq) => each(zmq, "bindSync", [...calls, ...UNBINDABLE.map((address) => [address])]));
	same("are refused by connect", (zmq) => each(zmq, "connect", [...calls, ...UNCONNECTABLE.map((address) => [address])]));
	same("are refused by unbind", (zmq) => each(zmq, "unbind", [...calls, ...UNBINDABLE.map((address) => [address])]));
	same("are refused by disconnect", (zmq) => each(zmq, "disconnect", [...calls, ["tcp://127.0.0.1:1"]]));
});

describe("endpoints that are right", () => {
	same("read back resolved, from bind and bindSync", async (zmq) => {
		const seen: unknown[] = [];
		for (const address of [
			"tcp://127.0.0.1:*",
			"tcp://*:*",
			"tcp://localhost:*",
			"tcp://lo:*",
			"tcp://127.0.0.1:0",
			"ipc://*",
			"inproc://right",
		]) {
			const [a, b] = [new zmq.Pull(), new zmq.Pull()];
			await a.bind(address);
			seen.push(masked(a.lastEndpoint));
			if (address !== "inproc://right") b.bindSync(address);
			seen.push(masked(b.lastEndpoint));
			a.close();
			b.close();
		}
		return seen;
	});

	same("are taken once: a second bind is EADDRINUSE, also right after bindSync", async (zmq) => {
		const [a, b] = [new zmq.Pull(), new zmq.Pull()];
		a.bindSync("tcp://127.0.0.1:*");
		const at = a.lastEndpoint as string;
		const seen = [did(() => b.bindSync(at)), await became(() => b.bind(at)), did(() => a.bindSync(at))];
		a.close();
		b.close();
		return seen;
	});

	same("bound by bindSync carry messages at once", async (zmq) => {
		const [pull, push] = [new zmq.Pull(), new zmq.Push({ linger: 0 })];
		pull.bindSync("tcp://127.0.0.1:*");
		push.connect(pull.lastEndpoint as string);
		await push.send("x");
		const seen = String((await pull.receive())[0]);
		await pull.unbind(pull.lastEndpoint as string);
		pull.close();
		push.close();
		return seen;
	});

	same("can be left and bound again; a wildcard is left by what it became", async (zmq) => {
		const socket = new zmq.Pull();
		await socket.bind("tcp://127.0.0.1:*");
		const at = socket.lastEndpoint as string;
		const seen = [
			await became(() => socket.unbind("tcp://127.0.0.1:*")),
			await became(() => socket.unbind(at)),
			await became(() => socket.unbind(at)),
		];
		seen.push(await became(() => boundAgain(socket, at)));
		socket.connect("inproc://nobody");
		seen.push(
			did(() => socket.disconnect("inproc://nobody")),
			did(() => socket.disconnect("inproc://nobody")),
		);
		socket.close();
		return seen;
	});

	same("of Router and Stream take a routing id for the peer", (zmq) => {
		const router = new zmq.Router({ linger: 0 }) as unknown as { connect(...args: unknown[]): void; close(): void };
		const seen = [[{ routingId: "z" }], [null], [{ routingId: 1 }], [{ routingId: "" }], [{}, 1], [{ foo: 1 }]].map((args) =>
			did(() => router.connect("inproc://named", ...args)),
		);
		router.close();
		return seen;
	});
});
