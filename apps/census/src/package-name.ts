/**
 * From a module specifier to what the census counts: the package it names. `lodash/fp` is lodash, `@a/b/c` is `@a/b`, `fs`
 * and `node:fs/promises` are node:fs; relative and absolute paths and `#private` names belong to the importing package.
 * The builtin names are written down here: the running Node must not decide, nodes of one census may differ.
 */
import { packageNameLengthMax } from "./limits.ts";

const builtins = new Set(
	"assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain events fs http http2 https inspector module net os path perf_hooks process punycode querystring readline repl stream string_decoder sys timers tls trace_events tty url util v8 vm wasi worker_threads zlib".split(
		" ",
	),
);

/** The package, "" for a module of the same package, undefined for what is no module of npm or Node (an URL, an alias). */
export function packageNameOf(specifier: string): string | undefined {
	const first = specifier.charCodeAt(0);
	if (first === 0x2e || first === 0x2f || first === 0x23) return "";
	if (specifier.startsWith("node:")) return `node:${firstPart(specifier.slice(5))}`;
	if (specifier.length === 0 || specifier.includes(":")) return undefined;
	const part = firstPart(specifier);
	const name = first === 0x40 ? scoped(specifier, part) : part;
	if (name === undefined || name.length > packageNameLengthMax || /[\s"'<>\\]/.test(name)) return undefined;
	return builtins.has(name) ? `node:${name}` : name;
}

function scoped(specifier: string, scope: string): string | undefined {
	if (scope.length < 2) return undefined;
	const rest = firstPart(specifier.slice(scope.length + 1));
	return rest === "" ? undefined : `${scope}/${rest}`;
}

function firstPart(text: string): string {
	const slash = text.indexOf("/");
	return slash < 0 ? text : text.slice(0, slash);
}
