/**
 * The matrix: every compatible pair of socket types, each of them ours and theirs, over each transport, under each mechanism,
 * whoever binds; against libzmq through npm zeromq and through pyzmq. The side that binds is the server of the mechanism.
 *
 * All of it with INTEROP=full (`npm run test:interop`); else tcp under NULL, which is what `npm test` has time for.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { curveKeyPair } from "@zloom/core";
import { afterAll, afterEach, describe, it } from "vitest";
import { CONVERSATIONS, type Conversation } from "./matrix/conversations.ts";
import { OurSide } from "./matrix/our-side.ts";
import { Pyzmq } from "./matrix/pyzmq-peer.ts";
import type { Security, TheirSide } from "./matrix/their-socket.ts";
import { NpmZeromq } from "./matrix/zeromq-peer.ts";

const full = process.env.INTEROP === "full";
const TRANSPORTS = full ? ["tcp", "ipc", "ws"] : ["tcp"];
const MECHANISMS: readonly Security["mechanism"][] = full ? ["NULL", "PLAIN", "CURVE"] : ["NULL"];
const folder = mkdtempSync(join(tmpdir(), "zloom-matrix-"));
const ours = new OurSide();
const peers: readonly TheirSide[] = [new NpmZeromq(), new Pyzmq()];
const keys = { serverKeys: curveKeyPair(), clientKeys: curveKeyPair(), username: "ada", password: "lovelace" };
let serial = 0;

afterEach(async () => {
	await Promise.all([ours, ...peers].map((side) => side.closeAll()));
});

afterAll(async () => {
	await Promise.all(peers.map((side) => side.end()));
	rmSync(folder, { recursive: true, force: true });
});

function wildcard(transport: string): string {
	serial += 1;
	return transport === "ipc" ? `ipc://${join(folder, `${serial}`)}` : `${transport}://127.0.0.1:*`;
}

interface Case {
	readonly conversation: Conversation;
	readonly sides: readonly [TheirSide, TheirSide];
	readonly binder: 0 | 1;
}

/** Each conversation with us in either part, and either side binding. Both parts alike: once. */
function casesWith(them: TheirSide): Case[] {
	return CONVERSATIONS.filter(({ first, second }) => them.types.has(first) && them.types.has(second)).flatMap((conversation) => {
		const castings: (readonly [TheirSide, TheirSide])[] = [[ours, them]];
		if (conversation.first !== conversation.second) castings.push([them, ours]);
		return castings.flatMap((sides) => ([0, 1] as const).map((binder) => ({ conversation, sides, binder })));
	});
}

async function play({ conversation, sides, binder }: Case, transport: string, mechanism: Security["mechanism"]): Promise<void> {
	const { first, second, routingIds } = conversation;
	const [a, b] = await Promise.all(
		([first, second] as const).map((type, part) =>
			(sides[part] as TheirSide).open(type, { mechanism, isServer: part === binder, ...keys }, routingIds?.[part]),
		),
	);
	if (a === undefined || b === undefined) throw new Error("a side was not opened");
	await conversation.prepare?.(a, b);
	const [bound, connecting] = binder === 0 ? [a, b] : [b, a];
	await connecting.connect(await bound.bind(wildcard(transport)));
	await conversation.run(a, b);
}

for (const them of peers) {
	const transports = TRANSPORTS.filter((transport) => ours.transports.has(transport) && them.transports.has(transport));
	for (const transport of transports) {
		for (const mechanism of MECHANISMS) {
			describe.runIf(them.available)(`${them.name} over ${transport} under ${mechanism}`, () => {
				for (const each of casesWith(them)) {
					const { conversation, sides, binder } = each;
					const name = ([conversation.first, conversation.second] as const)
						.map((type, part) => `${sides[part]?.name} ${type}`)
						.join(" and ");
					it(`${name}: ${sides[binder].name} binds`, () => play(each, transport, mechanism));
				}
			});
		}
	}
}
