/**
 * An example of docs/transports.md; readme.test.ts runs it and checks what it prints.
 */
import { Datagram, Dish, Radio } from "@zloom/core";

const dish = new Dish();
await dish.bind("udp://127.0.0.1:*"); // or a multicast group: udp://eth0;239.0.0.1:5555
dish.join("weather");

const radio = new Radio();
radio.connect(dish.lastEndpoint as string);
await radio.send("heavy traffic", { group: "traffic" }); // nobody here has joined it
await radio.send("rain", { group: "weather" });
const [message, { group }] = await dish.receive();
console.log(`${group}: ${message}`);

const datagram = new Datagram();
await datagram.bind("udp://127.0.0.1:*");
await datagram.send([(datagram.lastEndpoint as string).slice("udp://".length), "to myself"]);
const [from, body] = await datagram.receive();
console.log(`${body}, from ${String(from).split(":")[0]}`);

for (const socket of [dish, radio, datagram]) socket.close();
