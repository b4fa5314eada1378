/**
 * The worker of the comlink arm: exposes one function on its port.
 * It does exactly what the actor of actor-echo.ts does.
 */
import { parentPort } from "node:worker_threads";
import { expose } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import echo from "./piscina-echo.ts";

if (parentPort === null) throw new Error("comlink-echo.js is started by the benchmarks, not by hand");
expose(echo, nodeEndpoint(parentPort));
