/**
 * Sleeping barber: customers come into a waiting room of W seats, are sent away when it is full and come back at once; one barber
 * takes them in turn. Arriving and cutting take random whiles.
 */
import assert from "node:assert/strict";
import { type ActorRef, defineActor } from "@zloom/runtime";
import { busyWait } from "../compute.ts";
import type { OutcomeFace } from "../outcome.ts";
import { program } from "../program.ts";
import { randomOf } from "../random.ts";

/** Steps that everything takes at least. */
const LEAST_STEPS = 10;

interface BarberFace {
	cut(customer: number): void;
	wait(): void;
}

interface RoomFace {
	enter(customer: number): void;
	next(): void;
}

interface FactoryFace {
	sentAway(customer: number): void;
	done(customer: number): void;
}

interface Report {
	readonly haircuts: number;
	readonly sum: number;
}

export const Room = defineActor(import.meta, "Room", (_ctx, seats: number) => {
	let barber: ActorRef<BarberFace>;
	let factory: ActorRef<FactoryFace>;
	const waiting: number[] = [];
	let asleep = true;
	let most = 0;
	return {
		open(theBarber: ActorRef<BarberFace>, theFactory: ActorRef<FactoryFace>) {
			barber = theBarber;
			factory = theFactory;
		},
		enter(customer: number) {
			if (asleep) {
				asleep = false;
				barber.tell.cut(customer);
			} else if (waiting.length === seats) factory.tell.sentAway(customer);
			else most = Math.max(most, waiting.push(customer));
		},
		next() {
			const customer = waiting.shift();
			asleep = customer === undefined;
			if (customer === undefined) barber.tell.wait();
			else barber.tell.cut(customer);
		},
		most: () => most,
	};
});

export const Barber = defineActor(import.meta, "Barber", (_ctx, spread: number, room: ActorRef<RoomFace>) => {
	const random = randomOf(1);
	let factory: ActorRef<FactoryFace>;
	let haircuts = 0;
	return {
		open(theFactory: ActorRef<FactoryFace>) {
			factory = theFactory;
		},
		cut(customer: number) {
			if (busyWait(LEAST_STEPS + random.below(spread)) >= 0) haircuts += 1;
			factory.tell.done(customer);
			room.tell.next();
		},
		wait() {},
		haircuts: () => haircuts,
	};
});

/** A customer enters as often as it is sent in. */
export const Customer = defineActor(import.meta, "Customer", (ctx, number: number, room: ActorRef<RoomFace>) => ({
	enter() {
		room.tell.enter(number);
	},
	leave() {
		ctx.stop();
	},
}));

export const Factory = defineActor(
	import.meta,
	"Factory",
	(ctx, haircuts: number, spread: number, room: ActorRef<RoomFace>, outcome: ActorRef<OutcomeFace<Report>>) => {
		const random = randomOf(0);
		const customers: ActorRef<{ enter(): void; leave(): void }>[] = [];
		let done = 0;
		let sum = 0;
		const sendIn = (customer: number): void => {
			if (busyWait(LEAST_STEPS + random.below(spread)) >= 0) customers[customer]?.tell.enter();
		};
		return {
			async begin() {
				for (let number = 0; number < haircuts; number++) {
					customers.push(await ctx.spawn(Customer, { args: [number, room] }));
					sendIn(number);
				}
			},
			sentAway: sendIn,
			done(customer: number) {
				done += 1;
				sum += customer;
				customers[customer]?.tell.leave();
				if (done === haircuts) outcome.tell.report({ haircuts: done, sum });
			},
		};
	},
);

export const barber = program({
	name: "barber",
	title: "Sleeping barber",
	stresses: "three roles that wait for each other, and work",
	sizes: {
		full: { haircuts: 5000, seats: 1000, productionSteps: 1000, haircutSteps: 1000 },
		small: { haircuts: 60, seats: 10, productionSteps: 100, haircutSteps: 100 },
	},
	async run(stage, { haircuts, seats, productionSteps, haircutSteps }) {
		const outcome = await stage.outcome<Report>(1);
		const room = await stage.spawn(Room, 0, seats);
		const theBarber = await stage.spawn(Barber, 0, haircutSteps, room);
		const factory = await stage.spawn(Factory, 1, haircuts, productionSteps, room, outcome);
		await Promise.all([room.ask.open(theBarber, factory), theBarber.ask.open(factory)]);
		factory.tell.begin();
		const [report] = await outcome.ask.all();
		const over = Math.max(0, (await room.ask.most()) - seats);
		return { served: report?.haircuts ?? 0, sum: report?.sum ?? 0, cut: await theBarber.ask.haircuts(), over };
	},
	check(result, { haircuts }) {
		assert.deepEqual(result, { served: haircuts, sum: (haircuts * (haircuts - 1)) / 2, cut: haircuts, over: 0 });
	},
});
