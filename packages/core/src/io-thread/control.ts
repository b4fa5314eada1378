/**
 * What an application thread and its I/O thread tell each other about endpoints, and its form: one frame, by Node's structured clone.
 *
 * Goes through a pipe on the lane that also carries the messages, so an event that came before a connection is heard before it.
 * Both sides are of one build: the form is checked nowhere. It never leaves the process.
 */
import { deserialize, serialize } from "node:v8";
import type { Message } from "../message.ts";
import type { SocketEvent } from "../monitor.ts";
import type { SocketOptions } from "../option/options.ts";
import type { SocketTypeName } from "../socket-type.ts";
import { type ErrorData, errorFromData, errorToData } from "./error-data.ts";

/** One bound or connected endpoint; the application thread numbers them. 0 is the control pipe itself. */
export type PlaceNumber = number;

/** What a place is made of. */
export interface PlaceOrder {
	readonly endpoint: string;
	readonly type: SocketTypeName;
	readonly namespace: string | undefined;
	readonly peerName: Uint8Array | undefined;
	readonly options: Readonly<SocketOptions>;
}

/** From the application thread to the I/O thread. */
export type Order =
	| ({ readonly is: "bind" | "connect"; readonly place: PlaceNumber } & PlaceOrder)
	/** An option was set; or, with close, how it all ends. */
	| { readonly is: "options" | "close"; readonly place: PlaceNumber; readonly options: Readonly<SocketOptions> }
	/** The socket is about to close this pipe because of what the peer had sent. */
	| { readonly is: "fault"; readonly pipe: number; readonly error: ErrorData }
	/** Answer once nothing is left to deliver. */
	| { readonly is: "settle" }
	/** There are no places any more, and there will be none. */
	| { readonly is: "end" };

/** From the I/O thread to the application thread. */
export type Report =
	| { readonly is: "bound"; readonly place: PlaceNumber; readonly endpoint: string }
	/** A bind or a connect came to nothing. */
	| { readonly is: "failed"; readonly place: PlaceNumber; readonly error: ErrorData }
	| { readonly is: "event"; readonly place: PlaceNumber; readonly event: EventData }
	/** All that lingered was delivered or given up, and the address is free. */
	| { readonly is: "closed"; readonly place: PlaceNumber }
	| { readonly is: "settled" }
	/** A warning of Node's or ours, to be shown in the application's name. */
	| { readonly is: "warning"; readonly name: string; readonly message: string; readonly code: string | undefined };

/** A {@link SocketEvent} whose error is data. */
export type EventData = Readonly<Record<string, unknown>> & { readonly error?: ErrorData };

export function eventToData(event: SocketEvent): EventData {
	const { error, ...rest } = event as SocketEvent & { readonly error?: Error };
	return error === undefined ? rest : { ...rest, error: errorToData(error) };
}

export function eventFromData({ error, ...rest }: EventData): SocketEvent {
	return (error === undefined ? rest : { ...rest, error: errorFromData(error) }) as unknown as SocketEvent;
}

export function encodeControl(said: Order | Report): Message {
	return [serialize(said)];
}

export function decodeControl<Said extends Order | Report>(message: Message): Said {
	return deserialize(message[0] as Buffer) as Said;
}
