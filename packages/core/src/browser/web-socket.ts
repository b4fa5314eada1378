/**
 * The browser's own WebSocket, as far as it is used here. (Types of a browser's globals are not part of this workspace.)
 */
export interface BrowserWebSocket {
	binaryType: string;
	readonly bufferedAmount: number;
	readonly protocol: string;
	onopen: (() => void) | null;
	onerror: (() => void) | null;
	onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
	onmessage: ((event: { readonly data: ArrayBuffer | string }) => void) | null;
	send(data: Uint8Array): void;
	close(code?: number): void;
}

/** Throws what a browser throws on an address or a subprotocol that it does not take. */
export function openWebSocket(url: string, subprotocols: readonly string[]): BrowserWebSocket {
	const { WebSocket } = globalThis as unknown as { WebSocket: new (url: string, subprotocols: readonly string[]) => BrowserWebSocket };
	const webSocket = new WebSocket(url, subprotocols);
	webSocket.binaryType = "arraybuffer";
	return webSocket;
}
