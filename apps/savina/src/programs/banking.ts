/**
 * Bank transaction: N transfers between A accounts; the account that pays takes nothing else until the other has confirmed.
 * Money always goes to an account of a higher number, so that two never wait for each other.
 */
import assert from "node:assert/strict";
import { type ActorRef, defineActor } from "@zloom/runtime";
import { element } from "../element.ts";
import { program } from "../program.ts";
import { type Random, randomOf } from "../random.ts";

const START_BALANCE = 1_000_000;
const AMOUNT_MAX = 1000;

interface AccountFace {
	pay(amount: number, to: ActorRef<AccountFace>): Promise<void>;
	receive(amount: number): void;
	balance(): number;
}

interface Transfer {
	readonly from: number;
	readonly to: number;
	readonly amount: number;
}

function nextTransfer(random: Random, accounts: number): Transfer {
	const from = random.below(Math.floor(accounts / 10) * 8);
	const to = from + 1 + random.below(accounts - from - 1);
	return { from, to, amount: 1 + random.below(AMOUNT_MAX) };
}

export const Account = defineActor(import.meta, "Account", (): AccountFace => {
	let balance = START_BALANCE;
	return {
		async pay(amount, to) {
			balance -= amount;
			await to.ask.receive(amount);
		},
		receive(amount) {
			balance += amount;
		},
		balance: () => balance,
	};
});

export const Teller = defineActor(import.meta, "Teller", (_ctx, accounts: ActorRef<AccountFace>[]) => ({
	async work(transfers: number) {
		const random = randomOf(0);
		const settled: Promise<void>[] = [];
		for (let made = 0; made < transfers; made++) {
			const { from, to, amount } = nextTransfer(random, accounts.length);
			settled.push(element(accounts, from).ask.pay(amount, element(accounts, to)));
		}
		return (await Promise.all(settled)).length;
	},
}));

/** A sum in which every account counts differently. */
function weighted(balances: readonly number[]): number {
	return balances.reduce((sum, balance, index) => sum + balance * (index + 1), 0);
}

export const banking = program({
	name: "banking",
	title: "Bank transaction",
	stresses: "an answer that waits for another answer",
	sizes: { full: { accounts: 1000, transfers: 50_000 }, small: { accounts: 20, transfers: 300 } },
	async run(stage, { accounts, transfers }) {
		const all = await stage.spawnAll(
			Account,
			accounts,
			(index) => index,
			() => [],
		);
		const teller = await stage.spawn(Teller, 0, all);
		const settled = await teller.ask.work(transfers);
		return { settled, balances: weighted(await Promise.all(all.map((account) => account.ask.balance()))) };
	},
	check(result, { accounts, transfers }) {
		const random = randomOf(0);
		const balances = Array.from({ length: accounts }, () => START_BALANCE);
		for (let made = 0; made < transfers; made++) {
			const { from, to, amount } = nextTransfer(random, accounts);
			balances[from] = element(balances, from) - amount;
			balances[to] = element(balances, to) + amount;
		}
		assert.deepEqual(result, { settled: transfers, balances: weighted(balances) });
	},
});
