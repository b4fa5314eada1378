/**
 * What a ref promises, whatever it leads to: the same suite runs against an actor of this thread, of another thread, of
 * another process by ipc, and of a node by tcp.
 */
import type { ActorDefinition, ActorRef, SpawnParameters, System } from "@zloom/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Broken, Counter, Echo, Fragile, Relay, Sleeper, Stuck } from "./fixtures/actors.ts";

/** One way to reach actors. */
export interface Form {
	readonly system: System;
	/** The node where actors go, without a name: `inproc://`, `tcp://127.0.0.1:7400`. */
	readonly node: string;
	/** Further options of every spawn. */
	readonly options: { readonly thread?: "main" | number };
	stop(): Promise<void>;
}

/** Where the actors of one run go; the form is there once the suite has started. */
class Ground {
	form: Form | undefined;
	#last = 0;

	get system(): System {
		return (this.form as Form).system;
	}

	/** The address of an actor of this name. */
	at(name: string): string {
		const { node } = this.form as Form;
		return node.endsWith("://") ? node + name : `${node}/${name}`;
	}

	/** An address that no actor has had. */
	fresh(): string {
		this.#last += 1;
		return this.at(`actor-${this.#last}`);
	}

	spawn<Args extends unknown[], H extends object>(
		definition: ActorDefinition<Args, H>,
		args: Args,
		address: string = this.fresh(),
	): Promise<ActorRef<H>> {
		const options = { args, at: address, ...(this.form as Form).options };
		return this.system.spawn(definition, ...([options] as unknown as SpawnParameters<Args>));
	}
}

export function actorRefContract(name: string, start: () => Promise<Form>): void {
	describe(`a ref to an actor ${name}`, () => {
		const ground = new Ground();

		beforeAll(async () => {
			ground.form = await start();
		});

		afterAll(() => ground.form?.stop());

		tellsAndAsks(ground);
		streamsAndErrors(ground);
		values(ground);
		addresses(ground);
		ends(ground);
	});
}

function tellsAndAsks(ground: Ground): void {
	it("answers an ask", async () => {
		const ref = await ground.spawn(Counter, [5]);
		expect(await ref.ask.add(2)).toBe(7);
		expect(await ref.ask.later(3)).toBe(3);
	});

	it("has the address it was spawned at, and the actor the name", async () => {
		const address = ground.fresh();
		const ref = await ground.spawn(Counter, [0], address);
		expect(ref.address).toBe(address);
		expect(address.endsWith(`/${await ref.ask.name()}`)).toBe(true);
	});

	it("takes tells in the order they were sent", async () => {
		const ref = await ground.spawn(Counter, [0]);
		for (let i = 0; i < 3000; i++) await ref.tell.note(i);
		expect(await ref.ask.noted()).toEqual([...Array(3000).keys()]);
	});

	it("takes tells without waiting as well, in order and none lost", async () => {
		const ref = await ground.spawn(Counter, [0]);
		await Promise.all([...Array(3000).keys()].map((i) => ref.tell.note(i)));
		expect(await ref.ask.noted()).toEqual([...Array(3000).keys()]);
	});

	it("says full when the actor takes nothing any more, and down when it has ended", async () => {
		const ref = await ground.spawn(Stuck, []);
		await ref.tell.block();
		let accepted = 0;
		while (ref.try.note(accepted) === "accepted") accepted += 1;
		expect(ref.try.note(0)).toBe("full");
		expect(accepted).toBeLessThanOrEqual(1000);
		await ref.kill();
		expect(ref.try.note(0)).toBe("down");
	});

	it("gives an ask up after its time", async () => {
		const ref = await ground.spawn(Sleeper, []);
		await expect(ref.with({ timeoutMs: 20 }).ask.sleep()).rejects.toMatchObject({ code: "ERR_TIMEOUT" });
	});

	it("gives an ask up when its signal fires", async () => {
		const ref = await ground.spawn(Sleeper, []);
		const aborter = new AbortController();
		const asking = ref.with({ signal: aborter.signal }).ask.sleep();
		aborter.abort();
		await expect(asking).rejects.toMatchObject({ code: "ERR_CANCELLED" });
	});
}

function streamsAndErrors(ground: Ground): void {
	it("streams, and ends a stream that is broken off", async () => {
		const ref = await ground.spawn(Counter, [0]);
		const items: number[] = [];
		for await (const item of ref.stream.upTo(500)) items.push(item);
		expect(items).toEqual([...Array(500).keys()].map((i) => i + 1));
		for await (const item of ref.stream.upTo(1e9)) if (item === 3) break;
		expect(await ref.ask.get()).toBe(0);
	});

	it("carries the errors of handlers with class name, message, code and cause", async () => {
		const ref = await ground.spawn(Counter, [0]);
		const error = (await ref.ask.fail("out of range").catch((reason: unknown) => reason)) as Error & { code: string };
		expect([error.name, error.message, error.code]).toEqual(["RangeError", "out of range", "ERR_COUNTER"]);
		expect((error.cause as Error).message).toBe("deeper");
		expect(await ref.ask.get()).toBe(0);
	});

	it("carries the error of a stream behind its items", async () => {
		const ref = await ground.spawn(Counter, [0]);
		const items: number[] = [];
		const reading = (async () => {
			for await (const item of ref.stream.breaks(3)) items.push(item);
		})();
		await expect(reading).rejects.toMatchObject({ name: "RangeError", message: "the stream broke" });
		expect(items).toEqual([1, 2, 3]);
	});

	it("refuses a method that is not there, and an ask of a stream", async () => {
		const ref = (await ground.spawn(Counter, [0])) as unknown as { ask: Record<string, (...args: unknown[]) => Promise<unknown>> };
		await expect(ref.ask.nothing?.()).rejects.toMatchObject({ code: "ERR_UNKNOWN_METHOD" });
		await expect(ref.ask.upTo?.(3)).rejects.toMatchObject({ code: "ERR_WRONG_KIND" });
	});
}

function values(ground: Ground): void {
	it("carries values of every kind", async () => {
		const ref = await ground.spawn(Echo, []);
		const value = {
			text: "zloom ✓",
			numbers: [0, -1.5, 2 ** 53, Number.NaN, Number.NEGATIVE_INFINITY],
			big: 2n ** 60n,
			date: new Date(0),
			map: new Map([["a", new Set([1, 2])]]),
			bytes: new Uint8Array([1, 2, 3]),
			nothing: [null, undefined],
		};
		expect(await ref.ask.echo(value)).toEqual(value);
	});

	it("carries 16 MiB both ways", async () => {
		const ref = await ground.spawn(Echo, []);
		const large = new Uint8Array(16 * 1024 * 1024).map((_, i) => i * 7);
		const back = (await ref.ask.echo(large)) as Uint8Array;
		expect(Buffer.compare(large, back)).toBe(0);
	});

	it("refuses values that cannot be sent", async () => {
		const ref = await ground.spawn(Echo, []);
		await expect(ref.ask.echo(() => 1)).rejects.toMatchObject({ code: "ERR_NOT_SENDABLE" });
	});
}

function addresses(ground: Ground): void {
	it("finds an actor by its address", async () => {
		const address = ground.fresh();
		await ground.spawn(Counter, [40], address);
		const ref = ground.system.ref(Counter, address);
		expect(await ref.ask.add(2)).toBe(42);
	});

	it("says that no actor has the address", async () => {
		await expect(ground.system.ref(Counter, ground.at("nobody")).ask.get()).rejects.toMatchObject({ code: "ERR_UNKNOWN_ACTOR" });
	});

	it("cannot be had for a taken name, which is free again when the actor has ended", async () => {
		const address = ground.fresh();
		const ref = await ground.spawn(Counter, [1], address);
		await expect(ground.spawn(Counter, [2], address)).rejects.toMatchObject({ code: "ERR_NAME_TAKEN" });
		expect(await ref.ask.get()).toBe(1);
		await ref.stop();
		const next = await ground.spawn(Counter, [3], address);
		expect(await next.ask.get()).toBe(3);
	});

	it("reports a setup that throws", async () => {
		await expect(ground.spawn(Broken, [])).rejects.toMatchObject({ code: "ERR_SETUP_FAILED", message: expect.stringContaining("set up") });
	});

	it("can be sent to another actor, which then talks to the same one", async () => {
		const ref = await ground.spawn(Counter, [10]);
		const relay = await ground.spawn(Relay, []);
		expect(await relay.ask.forward(ref as never, 5)).toBe(15);
		expect(await ref.ask.get()).toBe(15);
	});
}

function ends(ground: Ground): void {
	it("tells when and why the actor has ended: stopped", async () => {
		const ref = await ground.spawn(Counter, [0]);
		const told = ref.tell.add(1);
		await ref.stop();
		await told;
		expect(await ref.exited).toMatchObject({ kind: "stopped" });
		await expect(ref.ask.get()).rejects.toMatchObject({ code: "ERR_ACTOR_DOWN" });
	});

	it("tells when and why the actor has ended: killed, and settles what was asked", async () => {
		const ref = await ground.spawn(Sleeper, []);
		const asking = ref.ask.sleep();
		const streaming = (async () => {
			for await (const item of ref.stream.drip()) expect(item).toBe(1);
		})();
		await ref.ask.asked();
		await Promise.all([
			expect(asking).rejects.toMatchObject({ code: "ERR_ACTOR_DOWN" }),
			expect(streaming).rejects.toMatchObject({ code: "ERR_ACTOR_DOWN" }),
			ref.kill(),
		]);
		expect(await ref.exited).toMatchObject({ kind: "killed" });
	});

	it("tells when and why the actor has ended: failed on a tell", async () => {
		const ref = await ground.spawn(Fragile, []);
		await ref.tell.drop();
		expect(await ref.exited).toMatchObject({ kind: "error", error: { name: "RangeError", message: "dropped" } });
	});
}
