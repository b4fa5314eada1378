/**
 * docs/transports.md: every endpoint of its tables can be bound and connected, or cannot, as its row says.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { Datagram, Dish, Pair, Radio, type Socket, type ZmqError } from "@zloom/core";
import { afterEach, expect, test } from "vitest";
import { CARRIED, NOT_CARRIED } from "../../packages/core/src/endpoint/endpoint.ts";
import { CERTIFICATE_PEM, KEY_PEM } from "../../packages/core/src/transport/web-socket/fixtures/certificates.ts";
import { root } from "../../scripts/workspace.mjs";

const page = readFileSync(path.join(root, "docs/transports.md"), "utf8");
const rows = [...page.matchAll(/^\| `(\w+:\/\/[^`]+)` \| (yes|–) \| (yes|–) \|/gm)].map(([, endpoint, bind, connect]) => ({
	endpoint: endpoint as string,
	bind: bind === "yes",
	connect: connect === "yes",
}));
/** What an endpoint that is well formed may still meet on the machine where the test runs. */
const CIRCUMSTANCES = ["EADDRINUSE", "EADDRNOTAVAIL", "EACCES"];
const open: Socket[] = [];

afterEach(async () => {
	for (const socket of open) socket.linger = 0;
	await Promise.all(open.splice(0).map((socket) => socket[Symbol.asyncDispose]()));
});

function fitting(scheme: string, verb: "bind" | "connect"): Socket {
	const socket =
		scheme !== "udp"
			? new Pair({ ipv6: true, wssKeyPem: KEY_PEM, wssCertPem: CERTIFICATE_PEM, wssTrustSystem: true })
			: verb === "bind"
				? new Dish({ ipv6: true })
				: new Radio({ ipv6: true });
	open.push(socket);
	return socket;
}

/** Undefined when it works here, or could elsewhere. */
function refusal(error: ZmqError): string | undefined {
	const young = process.platform === "linux" && Number(process.versions.node.split(".")[0]) >= 22;
	if (error.code === "EPROTONOSUPPORT" && error.address?.startsWith("ipc://@") && !young) return undefined;
	return CIRCUMSTANCES.includes(error.code) ? undefined : error.code;
}

test.each(rows)("$endpoint: bind $bind, connect $connect", async ({ endpoint, bind, connect }) => {
	const scheme = endpoint.slice(0, endpoint.indexOf(":"));
	const bound = await fitting(scheme, "bind")
		.bind(endpoint)
		.then(() => undefined, refusal);
	expect(bound).toBe(bind ? undefined : "EINVAL");
	let connected: string | undefined;
	try {
		fitting(scheme, "connect").connect(endpoint);
	} catch (error) {
		connected = refusal(error as ZmqError);
	}
	expect(connected).toBe(connect ? undefined : "EINVAL");
});

test("each transport has a section with a table of endpoints, and a row in the first table", () => {
	for (const scheme of CARRIED) {
		expect(page).toContain(`\n## ${scheme}\n`);
		expect(page).toContain(`| [${scheme}](#${scheme}) |`);
		expect(rows.some(({ endpoint }) => endpoint.startsWith(`${scheme}://`))).toBe(true);
	}
});

test("each transport of libzmq that is not carried has a row, and is refused", async () => {
	const refused = [...page.matchAll(/^\| `((\w+):\/\/[^`]+)` \| [A-Za-z]/gm)].filter(
		([, endpoint]) => !rows.some((row) => row.endpoint === endpoint),
	);
	expect(new Set([...refused.map(([, , scheme]) => scheme), "gssapi"])).toEqual(new Set(Object.keys(NOT_CARRIED)));
	for (const [, endpoint] of refused) {
		const socket = new Datagram();
		open.push(socket);
		await expect(socket.bind(endpoint as string)).rejects.toMatchObject({ code: "EPROTONOSUPPORT" });
		expect(() => socket.connect(endpoint as string)).toThrow(expect.objectContaining({ code: "EPROTONOSUPPORT" }));
	}
});
