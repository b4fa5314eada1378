/**
 * The parser: TypeScript's (5.9, the last one written in JavaScript). Loaded by whatever thread parses, and by no other: it
 * takes a quarter of a second and 30 MB.
 *
 * Not imported: an ECMAScript import of this nine-megabyte CommonJS file first scans it for names, twice the price of loading it.
 */
import { createRequire } from "node:module";
import type TypeScript from "typescript5";

export const ts = createRequire(import.meta.url)("typescript5") as typeof TypeScript;
