/*
 * round-trip pair|req ENDPOINT BYTES ROUNDTRIPS: one message there and back at a time between two threads; prints the median
 * in microseconds as JSON. A tenth as many come first and are not counted.
 */
#include <pthread.h>
#include "bench.h"

struct order {
	void *context;
	char endpoint[256];
	int type;
	long turns;
	size_t bytes;
};

static void *echo(void *argument)
{
	struct order *order = argument;
	void *socket = connected(order->context, order->type, order->endpoint, DEFAULT_MARK);
	char *buffer = malloc(order->bytes);
	must(buffer != NULL, "malloc");
	for (long turn = 0; turn < order->turns; turn++) {
		must(zmq_recv(socket, buffer, order->bytes, 0) >= 0, "zmq_recv");
		must(zmq_send(socket, buffer, order->bytes, 0) >= 0, "zmq_send");
	}
	zmq_close(socket);
	free(buffer);
	return NULL;
}

static int ascending(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;
	return difference < 0 ? -1 : difference > 0;
}

int main(int argc, char **argv)
{
	struct order order;
	pthread_t echoer;
	must(argc == 5, "usage: round-trip pair|req ENDPOINT BYTES ROUNDTRIPS");
	alarm(RUN_SECONDS_MAX);
	int paired = strcmp(argv[1], "pair") == 0;
	long counted = count_of(argv[4]);
	long warm = counted / 10 + 1;
	order.bytes = count_of(argv[3]);
	order.turns = counted + warm;
	order.type = paired ? ZMQ_PAIR : ZMQ_REP;
	order.context = zmq_ctx_new();
	void *socket = bound(order.context, paired ? ZMQ_PAIR : ZMQ_REQ, argv[2], DEFAULT_MARK, order.endpoint);
	char *buffer = malloc(order.bytes);
	double *samples = malloc(order.turns * sizeof(double));
	must(buffer != NULL && samples != NULL, "malloc");
	memset(buffer, 7, order.bytes);
	must(pthread_create(&echoer, NULL, echo, &order) == 0, "pthread_create");
	for (long turn = 0; turn < order.turns; turn++) {
		double started = now_us();
		must(zmq_send(socket, buffer, order.bytes, 0) >= 0, "zmq_send");
		must(zmq_recv(socket, buffer, order.bytes, 0) >= 0, "zmq_recv");
		samples[turn] = now_us() - started;
	}
	pthread_join(echoer, NULL);
	zmq_close(socket);
	zmq_ctx_term(order.context);
	qsort(samples + warm, counted, sizeof(double), ascending);
	printf("{\"value\":%.3f}\n", samples[warm + counted / 2]);
	return 0;
}
