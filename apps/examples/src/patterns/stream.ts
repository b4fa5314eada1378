/**
 * Stream: raw tcp for whatever is no ZeroMQ; here a server of HTTP in a few lines, asked by Node's own client.
 */
import { Stream } from "@zloom/core";

const server = new Stream();
await server.bind("tcp://127.0.0.1:*");

async function serve() {
	const requests = new Map<string, string>(); // bytes come in pieces of any size: keep them until a request is whole
	for await (const [id, bytes] of server) {
		const connection = id.toString("hex");
		if (bytes?.length === 0) {
			requests.delete(connection); // an empty piece: the connection is there, or is over
			continue;
		}
		const request = `${requests.get(connection) ?? ""}${bytes}`;
		requests.set(connection, request);
		if (!request.includes("\r\n\r\n")) continue;
		const [, path] = request.split(" ");
		const body = `you asked for ${path}`;
		await server.send([id, `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`]);
		await server.send([id, ""]); // an empty piece closes the connection
	}
}
const served = serve();

const response = await fetch(`${server.lastEndpoint?.replace("tcp", "http")}/tea`);
console.log(response.status, await response.text());
server.close();
await served;
