/**
 * Linked actors end with each other: on one thread, on two, and on two nodes.
 */
import { createSystem, type System } from "@zloom/runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { errorOf } from "./actor.contract.ts";
import { WireRemote } from "./fixtures/joined-systems.ts";
import { Linked } from "./fixtures/linked.ts";

const A = "tcp://links-a:1";
const B = "tcp://links-b:1";
let remotes: { a: WireRemote; b: WireRemote };
let system: System;
let far: System;
beforeAll(async () => {
	remotes = { a: new WireRemote(A), b: new WireRemote(B) };
	system = await createSystem({ threads: 2, remote: remotes.a });
	far = await createSystem({ threads: 1, remote: remotes.b });
});
afterAll(() => Promise.all([system.stop({ timeoutMs: 100 }), far.stop({ timeoutMs: 100 })]));

const PLACES = {
	"on the main thread": [{ thread: "main" }, { thread: "main" }],
	"on one thread": [{ thread: 0 }, { thread: 0 }],
	"on two threads": [{ thread: 0 }, { thread: 1 }],
	"on a thread and the main thread": [{ thread: 1 }, { thread: "main" }],
	"on two nodes": [{ thread: 0 }, { on: B }],
} as const;

describe.each(Object.entries(PLACES))("two linked actors %s", (_where, [one, other]) => {
	const pair = async () => [await system.spawn(Linked, one), await system.spawn(Linked, other)] as const;
	type Ref = Awaited<ReturnType<typeof pair>>[number];

	/** Both sides know of the link, or of its end: the one has asked the other since. */
	async function settled(from: Ref, to: Ref): Promise<void> {
		expect(await from.ask.countOf(to)).toBeGreaterThan(0);
	}

	test.each([
		["the one that linked", 0],
		["the one that was linked", 1],
	] as const)("end together when %s fails, and the reason names it", async (_who, failing) => {
		const refs = await pair();
		await refs[0].ask.link(refs[1]);
		await settled(refs[0], refs[1]);
		await refs[failing].tell.fail("told");
		expect(await refs[failing].exited).toMatchObject({ kind: "error", error: { message: "told" } });
		const reason = await refs[1 - failing]?.exited;
		expect(reason).toMatchObject({ kind: "linked", error: { message: "told" } });
		const name = refs[failing].address.slice(refs[failing].address.lastIndexOf("/") + 1);
		expect(reason?.linked?.endsWith(name)).toBe(true);
		expect(await errorOf((refs[1 - failing] as Ref).ask.count())).toMatchObject({
			code: "ERR_ACTOR_DOWN",
			message: expect.stringContaining("linked") as string,
		});
	});

	test("end together when one is killed, and one after the other along a chain", async () => {
		const [first, second] = await pair();
		const third = await system.spawn(Linked, one);
		await first.ask.link(second);
		await third.ask.link(second);
		await settled(first, second);
		await first.kill();
		expect((await second.exited).kind).toBe("linked");
		expect((await third.exited).kind).toBe("linked");
	});

	test("do not end with one that is stopped", async () => {
		const [first, second] = await pair();
		await first.ask.link(second);
		await settled(first, second);
		expect(await second.stop()).toEqual({ kind: "stopped" });
		expect(await first.ask.count()).toBeGreaterThan(0);
		await first.stop();
	});

	test.each(["unlink", "unlinkByOther"] as const)("go their ways once the link is undone: %s", async (how) => {
		const [first, second] = await pair();
		await first.ask.link(second);
		await settled(first, second);
		if (how === "unlink") await first.ask.unlink(second);
		else await second.ask.unlinkByOther(first);
		await settled(first, second);
		await settled(second, first);
		await first.kill();
		expect(await second.ask.count()).toBeGreaterThan(0);
		await second.stop();
	});

	test("a link to one that has failed takes effect at once", async () => {
		const [first, second] = await pair();
		await second.tell.fail("before");
		await second.exited;
		await first.tell.link(second);
		expect(await first.exited).toMatchObject({ kind: "linked", linked: expect.any(String) as string });
	});
});

test("a link to a name that nobody has ends the actor, and the reason names it", async () => {
	const ref = await system.spawn(Linked, { thread: 0 });
	await ref.tell.linkAt("inproc://nobody");
	expect(await ref.exited).toMatchObject({ kind: "linked", linked: "inproc://nobody", error: { code: "ERR_UNKNOWN_ACTOR" } });
});

test("an actor may link itself with itself, which changes nothing", async () => {
	const ref = await system.spawn(Linked, { thread: 0 });
	await ref.ask.linkSelf();
	expect(await ref.ask.count()).toBe(1);
	expect(await ref.stop()).toEqual({ kind: "stopped" });
});

test("a restart is no end: links stay, in both directions", async () => {
	const [lasting, second] = [
		await system.spawn(Linked, { thread: 0, restart: "transient" }),
		await system.spawn(Linked, { thread: 1, restart: "transient" }),
	];
	await lasting.ask.link(second);
	await second.ask.count();
	for (const ref of [lasting, second]) {
		await ref.tell.fail("begins anew");
		expect(await ref.ask.count()).toBe(1);
	}
	await second.kill();
	expect(await lasting.exited).toMatchObject({ kind: "linked", linked: second.address });
});

describe("a thread that dies", () => {
	test("ends what was linked with an actor that does not come back", async () => {
		const [gone, linked] = [await system.spawn(Linked, { thread: 0 }), await system.spawn(Linked, { thread: 1 })];
		await linked.ask.link(gone);
		await gone.ask.count();
		await system.killThread(0);
		expect((await gone.exited).kind).toBe("thread");
		expect(await linked.exited).toMatchObject({ kind: "linked", linked: gone.address });
	});

	test("leaves the link with one that comes back, which then ends with the other", async () => {
		const returning = await system.spawn(Linked, { thread: 0, restart: "transient" });
		const linked = await system.spawn(Linked, { thread: 1 });
		await linked.ask.link(returning);
		await returning.ask.count();
		await system.killThread(0);
		expect(await returning.ask.count()).toBe(1);
		expect(await linked.ask.countOf(returning)).toBe(2);
		await linked.kill();
		expect(await returning.exited).toMatchObject({ kind: "linked", linked: linked.address });
	});
});

test("a lost connection ends both sides of a link between nodes", async () => {
	const here = await system.spawn(Linked, { thread: 0 });
	const there = await far.spawn(Linked, { thread: 0, at: "inproc://there" });
	const found = system.ref(Linked, `${B}/there`);
	await here.ask.link(found);
	// What the one asks comes behind its word of the link, so that the other knows of it.
	expect(await here.ask.countOf(found)).toBe(1);
	remotes.a.cut(B);
	expect((await here.exited).kind).toBe("linked");
	expect((await there.exited).kind).toBe("linked");
});
