/**
 * An example of docs/transports.md; readme.test.ts runs it and checks what it prints.
 */
import { alloc, Pull, Push } from "@zloom/core";

const push = new Push();
await push.bind("inproc://frames");
const pull = new Pull(); // here or in a worker thread: nothing else changes
pull.connect("inproc://frames");

const frame = alloc(1 << 20); // not zeroed
frame.fill("x");
await push.send(frame); // it is the receiver's now
console.log(`ended for the sender: ${frame.ended}`);

const [received] = await pull.inPlace.receive(); // where it lies; good until the next receive
console.log(`${received.length} bytes, shared: ${received.shared}`);
received.release(); // or `using`, or the next receive

push.close();
pull.close();
