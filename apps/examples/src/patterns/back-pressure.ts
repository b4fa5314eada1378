/**
 * What a Push says when nobody takes its messages: nobody is connected, or everybody is full. Nothing is dropped.
 */
import { Pull, Push } from "@zloom/core";

const push = new Push({ sendHighWaterMark: 2 });
console.log(push.trySend("early")); // nobody is connected: the message is still ours

const pull = new Pull({ receiveHighWaterMark: 3 });
await pull.bind("inproc://slow");
push.connect("inproc://slow");

let accepted = 0;
let outcome = push.trySend(`message ${accepted}`);
while (outcome === "sent") {
	accepted += 1;
	outcome = push.trySend(`message ${accepted}`);
}
console.log(`${outcome} after ${accepted} messages`);

const waiting = push.send("one more"); // settles when there is room
let received = 0;
for await (const _message of pull) {
	received += 1;
	if (received > accepted) break;
}
await waiting;
console.log(`received ${received}`);
push.close();
pull.close();
