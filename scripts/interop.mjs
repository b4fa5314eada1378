/**
 * npm run test:interop: our sockets against other implementations, the whole matrix (test/interop/matrix.test.ts).
 *
 * `npm test` runs the same suites with the part of the matrix that it has time for.
 */
process.env.INTEROP = "full";
process.argv.splice(2, 0, "test/interop");
await import("./test.mjs");
