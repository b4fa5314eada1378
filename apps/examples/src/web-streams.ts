/**
 * Sockets as Web Streams, in a context of their own: what comes in by one socket is transformed and goes out by the next, as
 * fast as the last one is read. `withMetadata` says who sent a message.
 */
import { Context, Pull, Push, type Received } from "@zloom/core";

const context = new Context();
const [source, input, output, sink] = [
	new Push({ context, metadata: { "X-Name": "Ada" } }),
	new Pull({ context }),
	new Push({ context }),
	new Pull({ context }),
];
await input.bind("tcp://127.0.0.1:*");
source.connect(input.lastEndpoint as string);
await sink.bind("inproc://shouts"); // of this context alone
output.connect("inproc://shouts");

const shouting = new TransformStream<{ message: Received; metadata: { properties: ReadonlyMap<string, Buffer> } }, string[]>({
	transform: ({ message, metadata }, controller) => {
		controller.enqueue([String(metadata.properties.get("x-name")), ...message.map((frame) => frame.toString().toUpperCase())]);
	},
});
const stop = new AbortController();
const piped = input.withMetadata.toReadableStream().pipeThrough(shouting).pipeTo(output.toWritableStream(), { signal: stop.signal });

await source.sendMany(["hello", "streams"]);
for await (const [name, text] of sink.messages({ timeoutMs: 5_000 })) {
	console.log(`${name}: ${text}`);
	if (String(text) === "STREAMS") break;
}

stop.abort();
await piped.catch((error: Error) => console.log(`the pipe ended with ${error.name}`));
await context.terminate(); // closes all four
