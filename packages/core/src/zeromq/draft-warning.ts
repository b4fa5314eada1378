/**
 * Says what zeromq.js says when its draft door is loaded, once.
 */
process.emitWarning("ZeroMQ draft features are experimental and could change at any time.");
