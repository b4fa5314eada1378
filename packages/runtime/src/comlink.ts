/**
 * The door @zloom/runtime/comlink: actors for programs that call by comlink, an optional peer. Apart from the main door, because its types
 * need those of comlink.
 */

export { type HandlersOf, toEndpoint } from "./ref/comlink-endpoint.ts";
