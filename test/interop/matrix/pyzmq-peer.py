"""A libzmq peer in Python for the interop matrix (Debian's python3-zmq).

Reads one command a line from standard input, as JSON, and answers each with one line: {"ok": ...} or {"error": text}.
Frames are hexadecimal. Ends when standard input ends.
"""
import json
import sys
import threading

import zmq

context = zmq.Context()
sockets = {}
passwords = {}


def answer_zap(handler):
    """Admits every key, and those who know the password. Without a user id: libzmq hands one to its REQ as if it were a frame
    of the first reply, and the REQ closes the connection."""
    while True:
        try:
            version, request, domain, address, identity, mechanism, *credentials = handler.recv_multipart()
        except zmq.ContextTerminated:
            handler.close(linger=0)
            return
        known = mechanism != b"PLAIN" or passwords.get(credentials[0].decode()) == credentials[1].decode()
        status, reason = (b"200", b"OK") if known else (b"400", b"wrong password")
        handler.send_multipart([version, request, status, reason, b"", b""])


zap = context.socket(zmq.REP)
zap.bind("inproc://zeromq.zap.01")
threading.Thread(target=answer_zap, args=(zap,)).start()


def secure(socket, given):
    mechanism, server = given["mechanism"], given["isServer"]
    if mechanism == "PLAIN":
        if server:
            passwords[given["username"]] = given["password"]
            socket.plain_server = True
        else:
            socket.plain_username = given["username"].encode()
            socket.plain_password = given["password"].encode()
    if mechanism == "CURVE":
        own = given["serverKeys"] if server else given["clientKeys"]
        socket.curve_publickey = own["publicKey"].encode()
        socket.curve_secretkey = own["secretKey"].encode()
        if server:
            socket.curve_server = True
        else:
            socket.curve_serverkey = given["serverKeys"]["publicKey"].encode()


def open_socket(id, type, security, routingId=None):
    socket = context.socket(getattr(zmq, type))
    socket.linger = 0
    # A hang must become an error that says where.
    socket.rcvtimeo = socket.sndtimeo = 60000
    if routingId is not None:
        socket.routing_id = routingId.encode()
    secure(socket, security)
    sockets[id] = socket


def bind(id, endpoint):
    sockets[id].bind(endpoint)
    return sockets[id].last_endpoint.decode()


def connect(id, endpoint):
    sockets[id].connect(endpoint)


def send(id, frames):
    sockets[id].send_multipart([bytes.fromhex(frame) for frame in frames])


def receive(id):
    return [frame.hex() for frame in sockets[id].recv_multipart()]


def subscribe(id, prefix):
    if sockets[id].type == zmq.XSUB:
        sockets[id].send(b"\x01" + prefix.encode())
    else:
        sockets[id].subscribe(prefix)


def close_all():
    for socket in sockets.values():
        socket.close()
    sockets.clear()


verbs = {
    "open": open_socket,
    "bind": bind,
    "connect": connect,
    "send": send,
    "receive": receive,
    "subscribe": subscribe,
    "closeAll": close_all,
}

for line in sys.stdin:
    try:
        verb, arguments = json.loads(line)
        answer = {"ok": verbs[verb](**arguments)}
    except Exception as error:  # the other side tells
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)

close_all()
context.term()
