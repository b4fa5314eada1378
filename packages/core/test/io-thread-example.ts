/**
 * A context whose tcp runs in a thread of its own.
 */
import { Context, Pull, Push } from "@zloom/core";

const context = new Context({ io: "worker" });
const [pull, push] = [new Pull({ context }), new Push({ context, heartbeatInterval: 1000 })];
await pull.bind("tcp://127.0.0.1:*");
push.connect(pull.lastEndpoint as string);

await push.send("on its way, whatever this thread does next");
console.log(String(await pull.receive()));

await context.terminate(); // the sockets, then the thread
