/**
 * The door of @zloom/bench for other apps that compare: programs run in alternation, medians, ratios, the machine, tables in words.
 */
export type { Missing } from "./c-peer.ts";
export { type Machine, machineWith } from "./machine.ts";
export { measure } from "./measure.ts";
export { median } from "./median.ts";
export { plotSvg } from "./plot.ts";
export type { Program } from "./program.ts";
export { type ArmResult, medianOf, type RowResult, ratioTo } from "./result.ts";
export type { Row } from "./row.ts";
export { ratioText } from "./words.ts";
