/**
 * What a page and a bound socket say to each other. This file runs on both sides: `bound` in Node, `page` in the browser, each with the
 * sockets of its side. What throws fails the case.
 */

/** @typedef {{ serverKeys: { publicKey: string, secretKey: string }, clientKeys: { publicKey: string, secretKey: string } }} Keys */

const NULL = { bound: () => ({}), page: () => ({}) };
const PLAIN = { bound: () => ({ plainServer: true }), page: () => ({ plainUsername: "ada", plainPassword: "lovelace" }) };
const CURVE = {
	bound: (/** @type {Keys} */ { serverKeys }) => ({ curveServer: true, curveSecretKey: serverKeys.secretKey }),
	page: (/** @type {Keys} */ { serverKeys, clientKeys }) => ({
		curveServerKey: serverKeys.publicKey,
		curvePublicKey: clientKeys.publicKey,
		curveSecretKey: clientKeys.secretKey,
	}),
};

function same(/** @type {unknown} */ got, /** @type {unknown} */ wanted) {
	if (String(got) !== String(wanted)) throw new Error(`got ${String(got).slice(0, 200)}, wanted ${String(wanted).slice(0, 200)}`);
}

/** One side sends, the other answers. */
const talk = (/** @type {string} */ bound, /** @type {string} */ page) => ({
	types: [bound, page],
	bound: async (/** @type {any} */ socket) => {
		const message = await socket.receive();
		if (bound === "Router") await socket.send([message[0], message[1], message[2], "answer"].filter((frame) => frame !== undefined));
		else if (bound === "Server" || bound === "Peer") await socket.send("answer", message[1]);
		else await socket.send("answer");
	},
	page: async (/** @type {any} */ socket) => {
		if (page === "Peer") await socket.send("question", { routingId: await socket.connectPeer?.() });
		else await socket.send("question");
		const answer = await socket.receive();
		same(String(answer).includes("answer"), true);
	},
});

/** The page sends and the bound side receives. */
const upwards = (/** @type {string} */ bound, /** @type {string} */ page) => ({
	types: [bound, page],
	bound: async (/** @type {any} */ socket) => {
		for (let number = 0; number < 2000; number++) same((await socket.receive())[0], number);
	},
	page: async (/** @type {any} */ socket) => {
		for (let number = 0; number < 2000; number++) await socket.send(String(number));
	},
});

/** The bound side sends and the page receives. */
const downwards = (/** @type {string} */ bound, /** @type {string} */ page) => ({
	types: [bound, page],
	bound: async (/** @type {any} */ socket) => {
		for (let number = 0; number < 2000; number++) await socket.send(String(number));
	},
	page: async (/** @type {any} */ socket) => {
		for (let number = 0; number < 2000; number++) same((await socket.receive())[0], number);
	},
});

/** Says a line again until `heard`. */
async function insist(/** @type {() => Promise<void>} */ say, /** @type {Promise<unknown>} */ heard) {
	let done = false;
	heard.finally(() => {
		done = true;
	});
	while (!done) {
		await say();
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

const left = (/** @type {any} */ socket) => new Promise((resolve) => socket.events.on("disconnect", resolve));

const conversations = {
	"Reply and Request": talk("Reply", "Request"),
	"Router and Dealer": talk("Router", "Dealer"),
	"Dealer and Dealer": talk("Dealer", "Dealer"),
	"Pair and Pair": talk("Pair", "Pair"),
	"Channel and Channel": talk("Channel", "Channel"),
	"Server and Client": talk("Server", "Client"),
	"Pull and Push": upwards("Pull", "Push"),
	"Push and Pull": downwards("Push", "Pull"),
	"Gather and Scatter": upwards("Gather", "Scatter"),
	"Scatter and Gather": downwards("Scatter", "Gather"),
	"Publisher and Subscriber": {
		types: ["Publisher", "Subscriber"],
		bound: (/** @type {any} */ socket) => insist(() => socket.send(["news", "x"]).then(() => socket.send(["other", "y"])), left(socket)),
		page: async (/** @type {any} */ socket) => {
			socket.subscribe("news");
			same(await socket.receive(), "news,x");
			same(await socket.receive(), "news,x");
		},
	},
	"XPublisher and XSubscriber": {
		types: ["XPublisher", "XSubscriber"],
		bound: async (/** @type {any} */ socket) => {
			same(await socket.receive(), "\x01news");
			await socket.send("news");
		},
		page: async (/** @type {any} */ socket) => {
			await socket.send("\x01news");
			same(await socket.receive(), "news");
		},
	},
	"Subscriber and Publisher": {
		types: ["Subscriber", "Publisher"],
		bound: async (/** @type {any} */ socket) => {
			socket.subscribe("news");
			same(await socket.receive(), "news,x");
		},
		page: (/** @type {any} */ socket) => insist(() => socket.send(["news", "x"]), left(socket)),
	},
	"Radio and Dish": {
		types: ["Radio", "Dish"],
		bound: (/** @type {any} */ socket) => insist(() => socket.send("rain", { group: "weather" }), left(socket)),
		page: async (/** @type {any} */ socket) => {
			socket.join("weather");
			same((await socket.receive())[0], "rain");
		},
	},
	"Pair and Pair, with large messages": {
		types: ["Pair", "Pair"],
		bound: async (/** @type {any} */ socket) => socket.send(await socket.receive()),
		page: async (/** @type {any} */ socket) => {
			const sizes = [0, 1, 255, 256, 65_536, 5_000_000];
			await socket.send(sizes.map((size) => new Uint8Array(size).fill(size % 251)));
			const back = await socket.receive();
			same(
				back.map((/** @type {Uint8Array} */ frame) => [frame.length, frame.every((byte) => byte === frame.length % 251)]),
				sizes.map((size) => [size, true]),
			);
		},
	},
};

/** @type {{ name: string, types: string[], security: { bound(keys: Keys): object, page(keys: Keys): object }, bound(socket: any): Promise<unknown>, page(socket: any): Promise<unknown> }[]} */
export const CASES = Object.entries({ NULL, PLAIN, CURVE }).flatMap(([mechanism, security]) =>
	Object.entries(conversations).map(([name, conversation]) => ({ name: `${name}, ${mechanism}`, security, ...conversation })),
);
