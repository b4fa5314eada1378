/**
 * The door @zloom/core/zeromq/draft: what npm zeromq 6.8.0 exports as zeromq/draft, with its warning.
 */
import "./draft-warning.ts";

export { Client, Datagram, Dish, Gather, Radio, Scatter, Server } from "./draft-sockets.ts";
export { draft as default, draft as "module.exports" } from "./module.ts";
