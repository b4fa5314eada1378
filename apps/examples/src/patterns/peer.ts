/**
 * Peer: everybody binds, connects, and speaks with everybody by number. Whoever connects has the number at once and can speak first.
 */
import { Peer } from "@zloom/core";

const [ada, grace] = [new Peer(), new Peer({ disconnectMessage: "" })];
await ada.bind("tcp://127.0.0.1:*");
await grace.bind("tcp://127.0.0.1:*");

const toGrace = ada.connectPeer(grace.lastEndpoint as string);
await ada.send("hello Grace", { routingId: toGrace }); // waits for the connection in its queue

const [greeting, { routingId: toAda }] = await grace.receive({ timeoutMs: 10_000 });
await grace.send(`${greeting}? Hello Ada!`, { routingId: toAda });

const [answer, { routingId }] = await ada.receive({ timeoutMs: 10_000 });
console.log(`${answer} (${routingId === toGrace ? "from whom it was sent to" : "from somebody else"})`);

ada.disconnectPeer(toGrace);
const [notice] = await grace.receive({ timeoutMs: 10_000 });
console.log(notice.length === 0 ? "Ada has left" : "?");
for (const peer of [ada, grace]) peer.close();
