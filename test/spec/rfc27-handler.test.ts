/** ZAP: our Authenticator, asked by sockets of the user's own. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Authenticator, Dealer, Request, Router } from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { atEnd, open, texts, until } from "./open-sockets.ts";
import { readProperties } from "./wire.ts";

const INPROC = { transports: ["inproc"] } as const;
const HANDLER = "inproc://zeromq.zap.01";

covers(["27/architecture-5"], INPROC, "a second handler is told that there is one", async () => {
	const [first, second] = [new Authenticator(), new Authenticator()];
	atEnd(() => Promise.all([first.close(), second.close()]));
	await first.start();
	await expect(second.start()).rejects.toMatchObject({ code: "EADDRINUSE" });
	await expect(open(new Router()).bind(HANDLER)).rejects.toMatchObject({ code: "EADDRINUSE" });
	const thread = new Worker(new URL("handler-thread.mjs", import.meta.url));
	atEnd(() => thread.terminate());
	expect(await once(thread, "message")).toEqual(["EADDRINUSE"]);
	await first.close();
	await second.start();
	await second.close();
	const other = new Worker(new URL("handler-thread.mjs", import.meta.url));
	atEnd(() => other.terminate());
	expect(await once(other, "message")).toEqual(["started"]);
	await expect(second.start()).rejects.toMatchObject({ code: "EADDRINUSE" });
	other.postMessage("close");
	await once(other, "exit");
	await second.start();
});

/** Asks our Authenticator directly, as intermediaries would. */
async function asker(): Promise<Dealer> {
	const asking = open(new Dealer());
	asking.connect(HANDLER);
	return asking;
}

const request = (id: string, user: string): string[] => ["1.0", id, "test", "10.0.0.1", "", "PLAIN", user, "secret"];

covers(
	["27/proxy-4", "27/proxy-5", "27/proxy-6", "27/reply-3", "27/reply-7"],
	INPROC,
	"our Authenticator returns any envelope with its reply, and a user id only with 200",
	async () => {
		const judge = new Authenticator({
			plain: ({ username }) => {
				if (username === "eve") throw new Error("No eve here");
				return username === "joe" ? { userId: "user joe", metadata: { "X-Team": "blue" } } : false;
			},
			onError: () => {},
		});
		atEnd(() => judge.close());
		await judge.start();
		const asking = await asker();
		for (const envelope of [[], ["one"], ["one", "two", "three"]]) {
			const before = envelope.length;
			await asking.send([...envelope, "", ...request("id 1", "joe")]);
			const good = await asking.receive();
			expect(texts(good.slice(0, before + 4))).toEqual([...envelope, "", "1.0", "id 1", "200"]);
			expect(good.length).toBe(before + 7);
			expect(String(good[before + 5])).toBe("user joe");
			expect(readProperties(good[before + 6] as Buffer)).toEqual(new Map([["X-Team", Buffer.from("blue")]]));
			for (const [user, status] of [
				["ann", "400"],
				["eve", "500"],
			] as const) {
				await asking.send([...envelope, "", ...request("\x00\xff", user)]);
				const bad = await asking.receive();
				expect(texts(bad.slice(0, before + 4))).toEqual([...envelope, "", "1.0", "\x00\xff", status]);
				expect([bad.length, bad[before + 5]?.length, bad[before + 6]?.length]).toEqual([before + 7, 0, 0]);
			}
		}
	},
);

covers(
	["27/proxy-5", "27/proxy-6", "27/reply-3"],
	INPROC,
	"it keeps one envelope for each request that it judges at the same time",
	async () => {
		const judged = new Map<string, (verdict: boolean) => void>();
		const judge = new Authenticator({ plain: ({ username }) => new Promise((resolve) => judged.set(username, resolve)) });
		atEnd(() => judge.close());
		await judge.start();
		const [one, two] = [await asker(), await asker()];
		await one.send(["first", "", ...request("1", "a")]);
		await one.send(["second", "proxy", "", ...request("2", "b")]);
		await two.send(["", ...request("3", "c")]);
		await until(() => judged.size === 3);
		for (const [user, asking, reply] of [
			["c", two, ["", "1.0", "3", "200"]],
			["b", one, ["second", "proxy", "", "1.0", "2", "200"]],
			["a", one, ["first", "", "1.0", "1", "200"]],
		] as const) {
			judged.get(user)?.(true);
			expect(texts(await asking.receive())?.slice(0, reply.length)).toEqual(reply);
		}
	},
);

covers(["27/types-1"], INPROC, "whoever asks it as a REQ neither sends nor receives the empty frame", async () => {
	const judge = new Authenticator({ plain: { joe: "secret" } });
	atEnd(() => judge.close());
	await judge.start();
	const asking = open(new Request());
	asking.connect(HANDLER);
	await asking.send(request("id", "joe"));
	expect(texts(await asking.receive())?.slice(0, 3)).toEqual(["1.0", "id", "200"]);
});
