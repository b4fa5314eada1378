import { Authenticator, Dealer, Router } from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { atEnd, meet, open, texts } from "./open-sockets.ts";

covers(["24/flow-1"], { transports: ["tcp", "ipc"] }, "a client with the right password talks to the server", async (transport) => {
	const judge = new Authenticator({ plain: { joe: "secret" } });
	atEnd(() => judge.close());
	await judge.start();
	const server = open(new Router({ plainServer: true }));
	const client = open(new Dealer({ plainUsername: "joe", plainPassword: "secret" }));
	await meet(transport, server, client);
	await client.send("hello");
	expect(texts(await server.receive())?.[1]).toBe("hello");
});
