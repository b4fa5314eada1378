/*
 * throughput ENDPOINT BYTES MESSAGES MARK CONTEXTS: PUSH in one thread, PULL in another; prints messages a second as JSON.
 *
 * As many messages again come first and are not counted. Small messages are copied into their message, as every send of a
 * small buffer does; large ones are lent (zmq_msg_init_data), which is the fastest that libzmq offers. MARK is the high-water mark
 * of both sockets, messages. CONTEXTS is 1 or 2: in one context, one I/O thread serves both sockets; with two, each has its own, as
 * in two processes.
 */
#include <pthread.h>
#include "bench.h"

/* Above this, messages are lent and not copied, bytes. */
#define COPY_BYTES_MAX 8192

struct order {
	void *context;
	char endpoint[256];
	long messages;
	int mark;
	double rate;
};

static void not_freed(void *data, void *hint)
{
	(void)data;
	(void)hint;
}

static void *count(void *argument)
{
	struct order *order = argument;
	void *pull = connected(order->context, ZMQ_PULL, order->endpoint, order->mark);
	zmq_msg_t message;
	double started = 0;
	must(zmq_msg_init(&message) == 0, "zmq_msg_init");
	for (long seen = 0; seen < order->messages * 2; seen++) {
		if (seen == order->messages)
			started = now_us();
		must(zmq_msg_recv(&message, pull, 0) >= 0, "zmq_msg_recv");
	}
	order->rate = order->messages / (now_us() - started) * 1e6;
	zmq_msg_close(&message);
	zmq_close(pull);
	return NULL;
}

int main(int argc, char **argv)
{
	struct order order;
	pthread_t counter;
	must(argc == 6, "usage: throughput ENDPOINT BYTES MESSAGES MARK CONTEXTS");
	alarm(RUN_SECONDS_MAX);
	size_t bytes = count_of(argv[2]);
	order.messages = count_of(argv[3]);
	order.mark = (int)count_of(argv[4]);
	void *context = zmq_ctx_new();
	order.context = count_of(argv[5]) == 1 ? context : zmq_ctx_new();
	void *push = bound(context, ZMQ_PUSH, argv[1], order.mark, order.endpoint);
	char *payload = malloc(bytes);
	must(payload != NULL, "malloc");
	memset(payload, 7, bytes);
	must(pthread_create(&counter, NULL, count, &order) == 0, "pthread_create");
	for (long sent = 0; sent < order.messages * 2; sent++) {
		zmq_msg_t message;
		if (bytes > COPY_BYTES_MAX) {
			must(zmq_msg_init_data(&message, payload, bytes, not_freed, NULL) == 0, "zmq_msg_init_data");
		} else {
			must(zmq_msg_init_size(&message, bytes) == 0, "zmq_msg_init_size");
			memcpy(zmq_msg_data(&message), payload, bytes);
		}
		must(zmq_msg_send(&message, push, 0) >= 0, "zmq_msg_send");
	}
	pthread_join(counter, NULL);
	zmq_close(push);
	zmq_ctx_term(context);
	if (order.context != context)
		zmq_ctx_term(order.context);
	/* libzmq leaves the file of an ipc endpoint behind. */
	if (strncmp(order.endpoint, "ipc://", 6) == 0)
		unlink(order.endpoint + 6);
	printf("{\"value\":%.1f}\n", order.rate);
	return 0;
}
