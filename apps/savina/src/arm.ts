/**
 * node arm.js '{"program": NAME, "size": …, "threads": …, "iterations": …}': one run of our arm, a process of its own.
 * Prints `{"value": ms}`; a wrong result ends it with status 1.
 */
import { programs } from "./programs.ts";
import { type Order, runProgram } from "./run-program.ts";

const order = JSON.parse(process.argv[2] ?? "{}") as Order & { readonly program: string };
const program = programs.find(({ name }) => name === order.program);
if (program === undefined) throw new Error(`there is no program ${order.program}`);
console.log(JSON.stringify({ value: await runProgram(program, order) }));
