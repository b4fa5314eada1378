/**
 * The declarations of the drop-in door against those of npm zeromq. The type check does the work: where a name, a member, a parameter
 * or an option differs, a `true` below is an error. The test holds that no class was left out.
 *
 * `context`, `events` and `type` are of classes and an enum of one's own, alike and not the same; `close` refuses arguments at run time.
 */
import type * as door from "@zloom/core/zeromq";
import type * as doorDraft from "@zloom/core/zeromq/draft";
import { expect, test } from "vitest";
import type * as native from "zeromq";
import type * as nativeDraft from "zeromq/draft.js";
import * as modules from "./modules.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Fits<A, B> = [A, B] extends [B, A] ? true : false;
type All<Parts extends readonly boolean[]> = Parts[number] extends true ? true : false;
type Instance<Class> = Class extends abstract new (...args: never[]) => infer Made ? Made : never;

type SameKeys<A, B> = Same<keyof A, keyof B>;
type SameMembers<A, B> = {
	[Key in keyof A & keyof B]: Key extends "close" | "context" | "events" | "type" ? true : Same<A[Key], B[Key]>;
}[keyof A & keyof B];
type SameClass<A, B, OptionsOfA, OptionsOfB> = All<
	[
		SameKeys<A, B>,
		SameMembers<A, B>,
		Fits<keyof OptionsOfA, keyof OptionsOfB>,
		Same<Omit<OptionsOfA, "context">, Omit<OptionsOfB, "context">>,
	]
>;

/** `import` gives a default of either, and what `require()` gives. */
type Names<Module> = Exclude<keyof Module, "default" | "module.exports">;

type Main<Name extends keyof typeof native & keyof typeof door> = SameClass<
	Instance<(typeof native)[Name]>,
	Instance<(typeof door)[Name]>,
	native.SocketOptions<Instance<(typeof native)[Name]> & native.Socket>,
	door.SocketOptions<Instance<(typeof door)[Name]>>
>;
type Draft<Name extends keyof typeof nativeDraft & keyof typeof doorDraft> = SameClass<
	Instance<(typeof nativeDraft)[Name]>,
	Instance<(typeof doorDraft)[Name]>,
	native.SocketOptions<Instance<(typeof nativeDraft)[Name]>>,
	door.SocketOptions<Instance<(typeof doorDraft)[Name]>>
>;

const sockets: { [Name in Sockets]: Main<Name> } = {
	Pair: true,
	Publisher: true,
	Subscriber: true,
	Request: true,
	Reply: true,
	Dealer: true,
	Router: true,
	Pull: true,
	Push: true,
	XPublisher: true,
	XSubscriber: true,
	Stream: true,
};
type Sockets = Exclude<
	Names<typeof native>,
	"capability" | "context" | "curveKeyPair" | "version" | "Context" | "Socket" | "Observer" | "Proxy"
>;

const drafts: { [Name in Names<typeof nativeDraft>]: Draft<Name> } = {
	Server: true,
	Client: true,
	Radio: true,
	Dish: true,
	Gather: true,
	Scatter: true,
	Datagram: true,
};

const others: Record<string, true> = {
	exports: true satisfies Same<Names<typeof native>, Names<typeof door>>,
	draftExports: true satisfies Same<Names<typeof nativeDraft>, Names<typeof doorDraft>>,
	socket: true satisfies SameKeys<native.Socket, door.Socket>,
	context: true satisfies All<[SameKeys<native.Context, door.Context>, SameMembers<native.Context, door.Context>]>,
	observer: true satisfies SameKeys<native.Observer, door.Observer>,
	proxy: true satisfies SameKeys<native.Proxy, door.Proxy>,
	events: true satisfies All<[Fits<native.Event, door.Event>, Same<native.EventType, door.EventType>]>,
	messages: true satisfies All<[Same<native.Message, door.Message>, Same<native.MessageLike, door.MessageLike>]>,
	connectOptions: true satisfies All<
		[Same<native.RouterConnectOptions, door.RouterConnectOptions>, Same<native.StreamConnectOptions, door.StreamConnectOptions>]
	>,
	readable: true satisfies SameKeys<native.Readable, door.Readable>,
	writable: true satisfies All<[SameKeys<native.Writable, door.Writable>, SameMembers<native.Writable, door.Writable>]>,
};

test("the declarations are those of npm zeromq, name by name and member by member", () => {
	const socketNames = Object.keys(modules.native).filter(
		(name) => Object.getPrototypeOf(Reflect.get(modules.native, name)) === modules.native.Socket,
	);
	expect(Object.keys(sockets).sort()).toEqual(socketNames.sort());
	expect(Object.keys(drafts).sort()).toEqual(Object.keys(modules.nativeDraft).sort());
	expect([sockets, drafts, others].flatMap((table) => Object.values(table)).every((alike) => alike)).toBe(true);
});
