/**
 * Waiting for what a socket reports of its connections.
 *
 * Listeners are there from the call on: call before what causes the event, and await after it.
 */
import type { Socket, SocketEvent, SocketEventOf, SocketEventType } from "@zloom/core";

/** The next event of one of these types. */
export function next<Type extends SocketEventType>(socket: Socket, ...types: Type[]): Promise<SocketEventOf<Type>> {
	return new Promise((resolve) => {
		const heard = (event: SocketEvent): void => {
			for (const type of types) socket.events.off(type, heard as never);
			resolve(event as unknown as SocketEventOf<Type>);
		};
		for (const type of types) socket.events.on(type, heard as never);
	});
}

/** How the next handshake of the socket ends: "handshake", or the reason why it fails. */
export async function verdict(socket: Socket): Promise<string> {
	const event = await next(socket, "handshake", "handshake:error:protocol", "handshake:error:auth", "handshake:error:other");
	if (event.type === "handshake") return event.type;
	const { error } = event as { error: Error & { reason?: string; code?: string } };
	return error.reason ?? error.code ?? error.message;
}
