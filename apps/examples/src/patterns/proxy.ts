/**
 * A proxy between clients and workers, so that both know one endpoint and come and go as they like. Its capture shows each message.
 */
import { Dealer, Proxy as Forwarder, Pull, Push, Reply, Request, Router } from "@zloom/core";

const [clients, workers, capture, seen] = [new Router(), new Dealer(), new Push(), new Pull()];
await clients.bind("tcp://127.0.0.1:*");
await workers.bind("inproc://workers");
await seen.bind("inproc://seen");
capture.connect("inproc://seen");
const proxy = new Forwarder(clients, workers, { capture });
const running = proxy.run();

const worker = new Reply();
worker.connect("inproc://workers");
async function work() {
	for await (const [number] of worker) await worker.send(Number(number) * 2);
}
const worked = work();

const client = new Request();
client.connect(clients.lastEndpoint as string);
for (const number of [1, 21]) {
	await client.send(number);
	console.log(`${number} doubled: ${(await client.receive({ timeoutMs: 10_000 }))[0]}`);
}

const { frontEnd } = proxy.statistics;
console.log(`asked ${frontEnd.receivedMessages}, answered ${frontEnd.sentMessages}, captured ${(await seen.receiveMany(100)).length}`);
proxy.terminate();
await running;
for (const socket of [client, worker, clients, workers, capture, seen]) socket.close();
await worked;
