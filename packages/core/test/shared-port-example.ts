/**
 * An example of docs/transports.md; readme.test.ts runs it and checks what it prints.
 */
import { Pull, Push, Reply, Request } from "@zloom/core";

const [names, jobs] = [new Reply(), new Pull()];
await names.bind("tcp://127.0.0.1:*/names"); // takes a free port …
const port = (names.lastEndpoint as string).replace("/names", "");
await jobs.bind(`${port}/jobs`); // … and shares it

const [request, push] = [new Request(), new Push()];
request.connect(`${port}/names`);
push.connect(`${port}/jobs`);

await request.send("Ada?");
console.log(String(await names.receive()));
await push.send("job 1");
console.log(String(await jobs.receive()));

for (const socket of [names, jobs, request, push]) socket.close();
