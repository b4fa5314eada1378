/**
 * The door @zloom/core/zeromq/draft: what npm zeromq 6.8.0 exports as zeromq/draft, with its warning.
 */
export { draft as default, draft as "module.exports" } from "./draft-module.ts";
export { Client, Datagram, Dish, Gather, Radio, Scatter, Server } from "./draft-sockets.ts";
