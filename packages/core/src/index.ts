export { ZmqError, type ZmqErrorCode } from "./errors.ts";
