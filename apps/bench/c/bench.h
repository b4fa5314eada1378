/*
 * What both programs of the libzmq peer share: endings, the clock, sockets on an endpoint.
 * Every step that fails ends the program with its reason; an alarm ends it when a step hangs.
 * Against libzmq 4 and POSIX threads; each program has two threads, as the Node programs beside it have, and one context unless it is told otherwise.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

/* No run takes longer, seconds. */
#define RUN_SECONDS_MAX 110
/* High-water mark of libzmq, messages. */
#define DEFAULT_MARK 1000

static inline void must(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "%s: %s\n", what, zmq_strerror(zmq_errno()));
	exit(1);
}

static inline double now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static inline long count_of(const char *text)
{
	long value = strtol(text, NULL, 10);
	must(value > 0, "a count must be above 0");
	return value;
}

static inline void *marked(void *context, int type, int mark)
{
	void *socket = zmq_socket(context, type);
	must(socket != NULL, "zmq_socket");
	must(zmq_setsockopt(socket, ZMQ_SNDHWM, &mark, sizeof mark) == 0, "ZMQ_SNDHWM");
	must(zmq_setsockopt(socket, ZMQ_RCVHWM, &mark, sizeof mark) == 0, "ZMQ_RCVHWM");
	return socket;
}

/* Binds and writes the endpoint, wildcards resolved, to `endpoint` (256 bytes). */
static inline void *bound(void *context, int type, const char *wanted, int mark, char *endpoint)
{
	size_t length = 256;
	void *socket = marked(context, type, mark);
	must(zmq_bind(socket, wanted) == 0, "zmq_bind");
	must(zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &length) == 0, "ZMQ_LAST_ENDPOINT");
	return socket;
}

static inline void *connected(void *context, int type, const char *endpoint, int mark)
{
	void *socket = marked(context, type, mark);
	must(zmq_connect(socket, endpoint) == 0, "zmq_connect");
	return socket;
}

#endif
