/**
 * The draft door as `require()` sees it; loading it says what zeromq.js says when its own is loaded.
 */
import { Client, Datagram, Dish, Gather, Radio, Scatter, Server } from "./draft-sockets.ts";
import { marked } from "./module.ts";

process.emitWarning("ZeroMQ draft features are experimental and could change at any time.");

/** What `require("@zloom/core/zeromq/draft")` gives. */
export const draft = marked({ Server, Client, Radio, Dish, Gather, Scatter, Datagram });
