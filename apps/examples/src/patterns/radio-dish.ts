/**
 * Radio and Dish: every message goes to a group, and to whoever has joined exactly that group by then. A Radio does not hear of its
 * listeners, so it says again and again what is true now.
 */
import { Dish, Radio } from "@zloom/core";

const radio = new Radio();
await radio.bind("tcp://127.0.0.1:*");
const beacon = setInterval(() => {
	radio.trySend("0:0", { group: "sport" });
	radio.trySend("sunny", { group: "weather" });
}, 10);

const dish = new Dish();
dish.connect(radio.lastEndpoint as string);
dish.join("weather");
const [first, { group }] = await dish.receive({ timeoutMs: 10_000 });
console.log(`${group}: ${first}`);

dish.leave("weather");
dish.join("sport");
for await (const [text, { group }] of dish) {
	if (String(group) === "weather") continue; // was on its way when we left
	console.log(`${group}: ${text}`);
	break;
}

clearInterval(beacon);
dish.close();
radio.close();
