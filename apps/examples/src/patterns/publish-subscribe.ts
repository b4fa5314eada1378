/**
 * XPublisher and Subscriber. An XPublisher hears of subscriptions, so that this program can wait for the first one instead of
 * publishing to nobody.
 */
import { Subscriber, XPublisher } from "@zloom/core";

const weather = new XPublisher();
await weather.bind("tcp://127.0.0.1:*");

const subscriber = new Subscriber();
subscriber.connect(weather.lastEndpoint as string);
subscriber.subscribe("rain.");

const [notice] = await weather.receive({ timeoutMs: 10_000 }); // 1 and the topic: somebody wants it from now on
console.log(`${notice[0] === 1 ? "subscribed to" : "unsubscribed from"} ${notice.subarray(1)}`);

await weather.send(["wind.oslo", "12 m/s"]); // nobody wants it: dropped
await weather.send(["rain.oslo", "3 mm"]);
await weather.send(["rain.rome", "0 mm"]);

for (let n = 0; n < 2; n++) {
	const [topic, amount] = await subscriber.receive({ timeoutMs: 10_000 });
	console.log(`${topic}: ${amount}`);
}
subscriber.close();
weather.close();
