/**
 * An example of docs/transports.md; readme.test.ts runs it and checks what it prints.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { Reply, Request, shareHttpServer } from "@zloom/core";

const server = createServer((_request, response) => response.end("a page"));
server.listen(0, "127.0.0.1");
await once(server, "listening");
const base = shareHttpServer(server); // ws://127.0.0.1:…

const reply = new Reply();
await reply.bind(`${base}/clock`);
const request = new Request();
request.connect(`${base}/clock`);

await request.send("time?");
console.log(String(await reply.receive()));
await reply.send("noon");
console.log(String(await request.receive()));
console.log(await (await fetch(base.replace("ws:", "http:"))).text());

for (const socket of [reply, request]) socket.close();
server.close();
