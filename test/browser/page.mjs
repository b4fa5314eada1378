/**
 * Runs in the browser: each case with a socket of @zloom/core/browser, and what only a page can show. Reports to the server that it
 * came from.
 */
import * as zmq from "/bundle/browser.js";
import { CASES } from "/cases.mjs";

const { endpoints, keys, libzmq, auth } = await (await fetch("/setup")).json();

/** Of a timer of 100 ms: 20 s where nothing else runs. One that is late, because others have the cores, counts once. */
const TICKS_MAX = 200;

async function within(work) {
	let timer;
	let ticks = 0;
	const late = new Promise((_, reject) => {
		timer = setInterval(() => {
			if (++ticks > TICKS_MAX) reject(new Error(`nothing happened in ${TICKS_MAX} ticks of 100 ms`));
		}, 100);
	});
	try {
		await Promise.race([work, late]);
	} finally {
		clearInterval(timer);
	}
}

async function report(name, work) {
	const result = { name };
	try {
		await within(work());
	} catch (error) {
		result.error = String(error?.stack ?? error);
	}
	await fetch("/result", { method: "POST", body: JSON.stringify(result) });
}

function refuses(code, attempt) {
	return Promise.resolve()
		.then(attempt)
		.then(
			() => {
				throw new Error(`was not refused with ${code}`);
			},
			(error) => {
				if (error.code !== code || !(error instanceof zmq.ZmqError)) throw error;
			},
		);
}

for (const [index, each] of CASES.entries()) {
	await report(each.name, async () => {
		const socket = new (Reflect.get(zmq, each.types[1]))({ ...each.security.page(keys), reconnectInterval: 20 });
		socket.connect(endpoints[index]);
		await each.page(socket);
		await socket[Symbol.asyncDispose]();
	});
}

await report("a wrong password is refused, and the page hears why", async () => {
	const socket = new zmq.Dealer({ plainUsername: "ada", plainPassword: "wrong" });
	const refused = new Promise((resolve) => socket.events.on("handshake:error:auth", resolve));
	socket.connect(auth);
	const { error } = await refused;
	if (error.status !== 400) throw error;
	socket.close();
});

await report("a path that nobody has bound is tried again", async () => {
	const socket = new zmq.Dealer({ reconnectInterval: 10 });
	const twice = new Promise((resolve) => {
		let count = 0;
		socket.events.on("connect:retry", (event) => {
			count += 1;
			if (count === 2) resolve(event);
		});
	});
	socket.connect(`${auth}/nobody`);
	const { error } = await twice;
	if (error?.code !== "EPROTO") throw new Error(`the retry has no reason: ${error}`);
	socket.linger = 0;
	socket.close();
});

await report("a bind, and the transports of processes, are refused", async () => {
	await refuses("EPROTONOSUPPORT", () => new zmq.Reply().bind("ws://127.0.0.1:8080/"));
	for (const endpoint of ["tcp://127.0.0.1:1", "ipc:///tmp/x", "inproc://x"])
		await refuses("EPROTONOSUPPORT", () => new zmq.Dealer().connect(endpoint));
});

if (libzmq !== undefined)
	await report("libzmq answers a page", async () => {
		const socket = new zmq.Request({ reconnectInterval: 20 });
		socket.connect(libzmq);
		await socket.send("question");
		const answer = String(await socket.receive());
		if (answer !== "answer to question") throw new Error(answer);
		socket.close();
	});

await fetch("/end", { method: "POST" });
