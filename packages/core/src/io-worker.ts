/**
 * The door @zloom/core/io-worker: the program of an I/O thread (`new Context({ io: "worker" })`), found by name.
 *
 * Not to be imported by programs. One that is bundled without node_modules bundles this module into a file of its own, and names
 * that by the option `ioWorker` of its contexts.
 */
export { isIoThread } from "./io-thread/worker-main.ts";
