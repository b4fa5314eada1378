/**
 * The security example of packages/core/README.md; readme.test.ts runs it and checks what it prints.
 */
import { Authenticator, curveKeyPair, Pull, Push } from "@zloom/core";

const serverKeys = curveKeyPair(); // make them once and keep them: secret keys in a secret place
const adaKeys = curveKeyPair();

const authenticator = new Authenticator({ curve: [adaKeys.publicKey] }); // without one, whoever knows the server's public key gets in
await authenticator.start();

const server = new Pull({ curveServer: true, curveSecretKey: serverKeys.secretKey });
server.events.on("handshake:error:auth", ({ error }) => console.log(`refused with ${error.status}`));
await server.bind("tcp://127.0.0.1:*");

const ada = new Push({ curveServerKey: serverKeys.publicKey, curvePublicKey: adaKeys.publicKey, curveSecretKey: adaKeys.secretKey });
ada.connect(server.lastEndpoint as string);
await ada.send("for your eyes only");
console.log(String((await server.receive({ timeoutMs: 5_000 }))[0]));

const eveKeys = curveKeyPair();
const eve = new Push({ curveServerKey: serverKeys.publicKey, curvePublicKey: eveKeys.publicKey, curveSecretKey: eveKeys.secretKey });
const refused = new Promise((resolve) => eve.events.on("handshake:error:auth", resolve));
eve.connect(server.lastEndpoint as string);
await refused;

for (const socket of [ada, eve, server]) socket.close();
await authenticator.close();
