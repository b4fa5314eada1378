import { ZmqError } from "@zloom/core";
import { expect, it } from "vitest";
import { checkDialEndpoint, checkListenEndpoint, endpointError } from "./node-endpoint.ts";

const codeOf = (check: () => void): string => {
	try {
		check();
		return "accepted";
	} catch (error) {
		return (error as { code: string }).code;
	}
};

it.each([
	["tcp://127.0.0.1:7400", "accepted"],
	["tcp://127.9.9.9:7400", "accepted"],
	["tcp://localhost:*", "accepted"],
	["tcp://[::1]:7400", "accepted"],
	["ipc:///run/app.sock", "accepted"],
	["tcp://0.0.0.0:7400", "ERR_BAD_OPTION"],
	["tcp://*:7400", "ERR_BAD_OPTION"],
	["tcp://[::]:7400", "ERR_BAD_OPTION"],
	["tcp://10.0.0.7:7400", "ERR_BAD_OPTION"],
	["tcp://127.evil.example:7400", "ERR_BAD_OPTION"],
	["tcp://localhost.example.org:7400", "ERR_BAD_OPTION"],
	["tcp://eth0:7400", "ERR_BAD_OPTION"],
	["tcp://", "ERR_BAD_OPTION"],
	["inproc://a", "ERR_BAD_ADDRESS"],
	["ws://127.0.0.1:80", "ERR_BAD_ADDRESS"],
	["127.0.0.1:7400", "ERR_BAD_ADDRESS"],
	["", "ERR_BAD_ADDRESS"],
])("%s without insecure: %s", (endpoint, outcome) => {
	expect(codeOf(() => checkListenEndpoint(endpoint, false))).toBe(outcome);
});

it("with insecure every interface is accepted, but no other scheme", () => {
	expect(codeOf(() => checkListenEndpoint("tcp://0.0.0.0:7400", true))).toBe("accepted");
	expect(codeOf(() => checkListenEndpoint("inproc://a", true))).toBe("ERR_BAD_ADDRESS");
});

it.each([
	["tcp://10.0.0.7:7400", "accepted"],
	["ipc:///run/app.sock", "accepted"],
	["tcp://127.0.0.1:*", "ERR_BAD_ADDRESS"],
	["tcp://127.0.0.1:0", "ERR_BAD_ADDRESS"],
	["inproc://", "ERR_BAD_ADDRESS"],
	["cluster://", "ERR_BAD_ADDRESS"],
	["127.0.0.1:7400", "ERR_BAD_ADDRESS"],
])("dialling %s: %s", (node, outcome) => {
	expect(codeOf(() => checkDialEndpoint(node))).toBe(outcome);
});

it("says a taken endpoint and a malformed one apart, each with what to do", () => {
	const taken = endpointError("listen on", "tcp://127.0.0.1:7400", new ZmqError("EADDRINUSE", "Address already in use"));
	expect(taken).toMatchObject({
		code: "EADDRINUSE",
		address: "tcp://127.0.0.1:7400",
		message: expect.stringContaining("choose another port"),
	});
	const malformed = endpointError("dial", "tcp://nowhere", new ZmqError("EINVAL", "expected tcp://host:port"));
	expect(malformed).toMatchObject({ code: "ERR_BAD_ADDRESS", message: expect.stringContaining("expected tcp://host:port") });
	const other = new TypeError("a bug");
	expect(endpointError("dial", "tcp://127.0.0.1:1", other)).toBe(other);
});
