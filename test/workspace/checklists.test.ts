/**
 * docs/libzmq-checklist.md and docs/dropin-checklist.md keep their word: every line names tests that exist, or says why there is none; and
 * every test file of libzmq has its line.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../../scripts/workspace.mjs";

/** The files of libzmq's tests (4.3.5), without `test_` and `.cpp`. */
const TESTS = `
	abstract_ipc address_tipc ancillaries app_meta atomics base85 bind_after_connect_tcp bind_curve_fuzzer bind_fuzzer
	bind_null_fuzzer bind_src_address bind_stream_fuzzer bind_ws_fuzzer busy_poll capabilities channel client_server
	conflate connect_curve_fuzzer connect_delay_tipc connect_fuzzer connect_null_fuzzer connect_resolve connect_rid
	connect_stream_fuzzer connect_ws_fuzzer ctx_destroy ctx_options dgram diffserv disconnect_inproc disconnect_msg
	filter_ipc fork getsockopt_memset heartbeats hello_msg hiccup_msg hwm hwm_pubsub immediate inproc_connect
	invalid_rep iov ipc_wildcard issue_566 last_endpoint many_sockets metadata mock_pub_sub monitor msg_ffn msg_flags
	msg_init pair_inproc pair_ipc pair_tcp pair_tcp_cap_net_admin pair_tipc pair_vmci pair_vsock peer peer_disconnect
	poller probe_router proxy proxy_hwm proxy_single_socket proxy_steerable proxy_terminate pub_invert_matching pubsub
	pubsub_topics_count radio_dish rebind_ipc reconnect_ivl reconnect_options req_correlate req_relaxed reqrep_device
	reqrep_device_tipc reqrep_inproc reqrep_ipc reqrep_tcp reqrep_tipc reqrep_vmci reqrep_vsock router_handover
	router_mandatory router_mandatory_hwm router_mandatory_tipc router_notify scatter_gather security_curve
	security_gssapi security_no_zap_handler security_null security_plain security_zap setsockopt shutdown_stress
	shutdown_stress_tipc socket_null socket_options_fuzzer socks sockopt_hwm sodium spec_dealer spec_pushpull spec_rep
	spec_req spec_router srcfd stream stream_disconnect stream_empty stream_exceeds_buffer stream_timeout sub_forward
	sub_forward_tipc system tcp_accept_filter term_endpoint term_endpoint_tipc thread_safe timeo timers unbind_wildcard
	use_fd ws_transport wss_transport xpub_manual xpub_manual_last_value xpub_nodrop xpub_topic xpub_verbose
	xpub_welcome_msg xsub_verbose z85_decode_fuzzer zmq_poll_fd zmq_ppoll_fd zmq_ppoll_signals
	unittest_curve_encoding unittest_ip_resolver unittest_mtrie unittest_poller unittest_radix_tree unittest_udp_address
	unittest_ypipe
`
	.trim()
	.split(/\s+/);

interface Row {
	readonly what: string;
	readonly shows: string;
	readonly where: string;
}

class Checklist {
	readonly rows: readonly Row[];
	readonly #files: ReadonlyMap<string, string>;

	constructor(page: string) {
		const lines = readFileSync(path.join(root, page), "utf8").split("\n");
		const references = lines.flatMap((line) => {
			const [, key, file] = /^\[([\w-]+)\]: (\S+)$/.exec(line) ?? [];
			return key === undefined || file === undefined ? [] : [[key, path.join(root, path.dirname(page), file)] as const];
		});
		this.#files = new Map(references);
		this.rows = lines
			// Behind the line below its head a table has rows.
			.filter((line, at) => line.startsWith("| ") && !lines[at + 1]?.startsWith("|---"))
			.map((line) => {
				const cells = line.slice(2, -2).split(" | ");
				return { what: cells[0] ?? "", shows: cells.length > 2 ? (cells[1] ?? "") : "", where: cells.at(-1) ?? "" };
			});
	}

	/** What is wrong with the tests that a line names; nothing when it gives a reason instead. */
	faults(where: string): string[] {
		if (where.startsWith("– ")) return where.split(" ").length > 3 ? [] : ["a reason in a few words"];
		const named = [...where.matchAll(/\[([\w-]+)\] "([^"]+)"(?:; |$)/g)];
		if (named.length === 0 || named.map(([all]) => all).join("") !== where) return [`what cannot be read: ${where}`];
		return named.flatMap(([, key = "", title = ""]) => {
			const file = this.#files.get(key);
			if (file === undefined || !existsSync(file)) return [`no file for [${key}]`];
			const text = readFileSync(file, "utf8");
			return ['"', "`"].some((quote) => text.includes(quote + title + quote)) ? [] : [`no test "${title}" in [${key}]`];
		});
	}

	/** Files that no line names. */
	get unused(): string[] {
		return [...this.#files.keys()].filter((key) => !this.rows.some(({ where }) => where.includes(`[${key}] `)));
	}
}

const libzmq = new Checklist("docs/libzmq-checklist.md");
const dropin = new Checklist("docs/dropin-checklist.md");

describe.each([
	["libzmq's tests", libzmq, 100],
	["the drop-in door", dropin, 30],
] as const)("the checklist of %s", (_what, page, least) => {
	it("names tests that exist, or says why there is none", () => {
		expect(page.rows.length).toBeGreaterThan(least);
		expect(page.rows.flatMap(({ what, where }) => page.faults(where).map((fault) => `${what}: ${fault}`))).toEqual([]);
		expect(page.unused).toEqual([]);
	});
});

it("each test of libzmq has one line, which says what it shows unless it says why there is none", () => {
	expect(libzmq.rows.flatMap(({ what }) => what.split(", ")).sort()).toEqual([...TESTS].sort());
	expect(libzmq.rows.filter(({ shows, where }) => (shows === "") !== where.startsWith("– "))).toEqual([]);
});

it("a test that does not exist, a file that is none, and a line that says nothing would be seen", () => {
	for (const where of ['[marks] "no such test"', '[nowhere] "x"', "", "– no", 'see [marks] "x"'])
		expect(libzmq.faults(where)).toHaveLength(1);
});
