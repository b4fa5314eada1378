/**
 * The door of @zloom/cluster: what users may import, and nothing else.
 */
export { type Cluster, type ClusterOptions, cluster } from "./cluster.ts";
