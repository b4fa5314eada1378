/**
 * The door as `require()` sees it: a plain object with the keys of zeromq.js in its order.
 *
 * It is marked as made from an ES module, as zeromq.js is by its compiler: bundlers and transpiled imports look for that.
 */
import { curveKeyPair } from "../security/curve-keys.ts";
import { capability, version } from "./capability.ts";
import { Context, context } from "./context.ts";
import { Observer } from "./observer.ts";
import { Proxy as SocketProxy } from "./proxy.ts";
import { Socket } from "./socket.ts";
import { Dealer, Pair, Publisher, Pull, Push, Reply, Request, Router, Stream, Subscriber, XPublisher, XSubscriber } from "./sockets.ts";

/** Marks what was made of an ES module. */
export function marked<Exports extends object>(exports: Exports): Exports {
	return Object.defineProperty(exports, "__esModule", { value: true });
}

/** What `require("@zloom/core/zeromq")` gives. */
export interface ZeromqModule {
	readonly capability: typeof capability;
	readonly context: Context;
	readonly curveKeyPair: typeof curveKeyPair;
	readonly version: string;
	readonly Context: typeof Context;
	readonly Socket: typeof Socket;
	readonly Observer: typeof Observer;
	readonly Proxy: typeof SocketProxy;
	readonly Pair: typeof Pair;
	readonly Publisher: typeof Publisher;
	readonly Subscriber: typeof Subscriber;
	readonly Request: typeof Request;
	readonly Reply: typeof Reply;
	readonly Dealer: typeof Dealer;
	readonly Router: typeof Router;
	readonly Pull: typeof Pull;
	readonly Push: typeof Push;
	readonly XPublisher: typeof XPublisher;
	readonly XSubscriber: typeof XSubscriber;
	readonly Stream: typeof Stream;
}

/** What zeromq.js passes on from its native part cannot be assigned to. */
function readOnly<Parts extends object>(parts: Parts): Parts {
	const properties = Object.entries(parts).map(([name, value]) => [
		name,
		{ enumerable: true, configurable: true, get: () => value as unknown },
	]);
	return Object.defineProperties({} as Parts, Object.fromEntries(properties) as PropertyDescriptorMap);
}

const types = { Pair, Publisher, Subscriber, Request, Reply, Dealer, Router, Pull, Push, XPublisher, XSubscriber, Stream };

export const zeromq: ZeromqModule = marked(
	Object.assign(readOnly({ capability, context, curveKeyPair, version, Context, Socket, Observer, Proxy: SocketProxy }), types),
);
