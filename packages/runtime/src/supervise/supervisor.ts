/**
 * A supervisor without handlers of its own, on the main thread: what `system.supervise` starts.
 */
import type {
	ActorContext,
	ActorDefinition,
	ActorRef,
	ChildRefs,
	ChildSpecs,
	SuperviseOptions,
	Supervisor,
} from "../definition/actor-types.ts";
import type { Ref } from "../ref/ref.ts";
import { checkChildren } from "./child.ts";

/** Unless it is said, a child goes to the thread with the fewest actors. */
function anywhere(children: ChildSpecs): ChildSpecs {
	const specs = checkChildren(children);
	return Object.fromEntries(
		specs.map(([name, { definition, options }]) => [name, { definition, options: { ...options, thread: options.thread ?? "any" } }]),
	);
}

/** @param spawn starts an actor on the main thread */
export async function startSupervisor<C extends ChildSpecs>(
	spawn: (definition: ActorDefinition) => Promise<Ref>,
	options: SuperviseOptions<C>,
): Promise<Supervisor<C>> {
	let refs: Record<string, Ref> = {};
	const setup = async (ctx: ActorContext): Promise<object> => {
		refs = (await ctx.supervise({ ...options, children: anywhere(options.children) })) as unknown as Record<string, Ref>;
		return {};
	};
	const definition: ActorDefinition = { module: import.meta.url, name: "Supervisor", options: { restart: "temporary" }, setup };
	const supervisor = await spawn(definition);
	const children = Object.fromEntries(Object.entries(refs).map(([name, ref]) => [name, ref.forCell(undefined)]));
	return {
		children: children as unknown as ChildRefs<C>,
		exited: supervisor.exited,
		stop: ((stopOptions) => supervisor.stop(stopOptions)) as ActorRef["stop"],
		kill: () => supervisor.kill(),
	};
}
