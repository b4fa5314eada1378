/**
 * The messages that a socket sends or receives when a peer comes or goes, without its owner's doing: probeRouter, helloMessage,
 * disconnectMessage, hiccupMessage.
 */
import { HICCUP_INBOUND_MAX } from "../limits.ts";
import type { SocketOptions } from "../option/options.ts";
import type { Peer } from "./peer.ts";

const PROBE = Buffer.alloc(0);

/** To a peer that has come, or whose connection was lost and will be made again: the probe, then the hello. */
export function greet(peer: Peer, options: Readonly<Partial<Pick<SocketOptions, "probeRouter" | "helloMessage">>>): void {
	if (options.probeRouter === true) peer.pipe.tryWrite([PROBE]);
	// Copies: within a thread the receiver gets the very bytes, and may write into them.
	const { helloMessage } = options;
	if (helloMessage !== null && helloMessage !== undefined) peer.pipe.tryWrite([Buffer.from(helloMessage)]);
}

/** From a peer, behind all that it has sent. */
export function injectLast(peer: Peer, message: Uint8Array | null | undefined): void {
	// A copy: the receiver may write into what it gets.
	if (message !== null && message !== undefined) peer.pipe.inject([Buffer.from(message)]);
}

/** From a peer whose connection was lost. A connection that breaks over and over while nobody reads fills no memory. */
export function injectHiccup(peer: Peer, message: Uint8Array | null | undefined): void {
	if (peer.pipe.inboundLength < HICCUP_INBOUND_MAX) injectLast(peer, message);
}
