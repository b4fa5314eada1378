export { type Cluster, type ClusterOptions, cluster } from "./cluster.ts";
