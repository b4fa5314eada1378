import { Pair } from "@zloom/core";
import { duplex } from "./ends.ts";
import { exclusivePair } from "./pair-contract.ts";

exclusivePair((mark = 1000) => duplex(new Pair({ sendHighWaterMark: mark, receiveHighWaterMark: mark })), true, {
	unchanged: ["31/pair-1"],
	twoQueues: ["31/pair-2"],
	made: ["31/pair-3"],
	kept: ["31/pair-4"],
	accepted: ["31/pair-5"],
	ended: ["31/pair-6", "31/pair-7"],
	discards: ["31/pair-left-1"],
	limited: ["31/pair-8"],
	available: ["31/pair-9"],
	waits: ["31/pair-10"],
	refuses: ["31/pair-11"],
	losesNothing: ["31/pair-12"],
	single: ["31/pair-13"],
	delivered: ["31/pair-14"],
});
