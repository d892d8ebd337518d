"""Clients that hold connections: slow heads, slow bodies, slow readers, thousands that are idle. None of them keeps the
region from its other clients, and its memory is bounded."""
import contextlib
import hashlib
import socket
import time

import siege


def open_many(daemon, count, first=b""):
    connections = []
    for _ in range(count):
        connection = siege.connect(daemon)
        connection.setblocking(False)
        if first:
            connection.send(first)
        connections.append(connection)
    return connections


def trickle(connections, byte, seconds):
    """Sends a byte on each connection now and then; returns how many of them the daemon has cut by the end."""
    deadline = time.monotonic() + seconds
    cut = set()
    while time.monotonic() < deadline:
        for number, connection in enumerate(connections):
            if number in cut:
                continue
            try:
                connection.send(byte)
            except BlockingIOError:
                pass
            except OSError:
                cut.add(number)
        time.sleep(1)
    return len(cut)


def close_all(connections):
    for connection in connections:
        connection.close()


def back_to(daemon, before, slack=8):
    # A read or a write of the daemon's takes at most 60 s.
    siege.wait_until(lambda: siege.sockets(daemon) <= before + slack, 75, f"connections are left: {siege.sockets(daemon)}, before {before}")


def test_thousands_of_idle_connections_cost_little_and_hold_up_nobody(daemon):
    before, memory = siege.sockets(daemon), siege.status(daemon)["rss"]
    request = b"GET /_hanbat/health HTTP/1.1\r\nHost: h\r\n\r\n"
    with siege.bystander(daemon, "4000 idle connections", rss_mib=64):
        idle = open_many(daemon, 4000, request)
        for connection in idle:
            connection.settimeout(60)
            assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
        time.sleep(1)
        print(f"\n4000 idle connections: {(siege.status(daemon)['rss'] - memory) / 4000 * 1024:.1f} KiB each")
        assert siege.sockets(daemon) >= before + 4000, "they are not all open at once"
    close_all(idle)
    back_to(daemon, before)


def test_heads_that_trickle_hold_up_nobody(daemon):
    before = siege.sockets(daemon)
    with siege.bystander(daemon, "600 heads that trickle", rss_mib=64):
        slow = open_many(daemon, 600, b"POST / HTTP/1.1\r\nHost: h\r\nX-A: ")
        cut = trickle(slow, b"a", 25)
    print(f"cut by the daemon within 25 s: {cut} of 600")
    assert cut == 600, "a head has 20 s"
    close_all(slow)
    back_to(daemon, before)


def test_more_heads_that_trickle_than_there_are_connections_hold_up_nobody(daemon):
    before = siege.sockets(daemon)
    with siege.bystander(daemon, "9000 heads that trickle", rss_mib=128):
        slow = open_many(daemon, 9000, b"GET /")
        time.sleep(3)
    close_all(slow)
    back_to(daemon, before)


def test_bodies_that_trickle_hold_up_nobody(daemon):
    before = siege.sockets(daemon)
    head = (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: 60000000\r\n\r\nAction=GetCallerIdentity&Version=2011-06-15&A=")
    with siege.bystander(daemon, "700 bodies that trickle", rss_mib=256):
        slow = open_many(daemon, 700, head)
        trickle(slow, b"a" * 300, 12)
    close_all(slow)
    back_to(daemon, before)


def test_bodies_that_stop_in_the_middle_hold_up_nobody(daemon):
    before = siege.sockets(daemon)
    body = b'{"repositoryName": "x"}'
    head = siege.signed_head(daemon, "codecommit", "POST", "/", {
        "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "CodeCommit_20150413.GetRepository",
        "Content-Length": str(len(body))}, hashlib.sha256(body).hexdigest())
    with siege.bystander(daemon, "400 signed bodies that stop in the middle", rss_mib=256):
        stopped = open_many(daemon, 400, head + body[:10])
        time.sleep(5)
        for connection in stopped[:100]:
            connection.close()  # in the middle: the daemon sees an end
        time.sleep(1)
    close_all(stopped)
    back_to(daemon, before)


def test_clients_that_do_not_read_their_answers_hold_up_nobody(daemon):
    s3 = daemon.client("s3")
    s3.create_bucket(Bucket="slow-readers", CreateBucketConfiguration={"LocationConstraint": siege.REGION})
    s3.put_object(Bucket="slow-readers", Key="k", Body=b"\0" * (32 * siege.MIB))
    before = siege.sockets(daemon)
    head = siege.signed_head(daemon, "s3", "GET", "/slow-readers/k", {}, hashlib.sha256(b"").hexdigest())
    with siege.bystander(daemon, "400 clients that do not read", rss_mib=256):
        deaf = []
        for _ in range(400):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", daemon.port))
            connection.sendall(head)
            deaf.append(connection)
        time.sleep(5)
    close_all(deaf)
    back_to(daemon, before)


def test_garbage_instead_of_tls_or_http_holds_up_nobody(daemon):
    before = siege.sockets(daemon)
    hello = bytes.fromhex("160301020001000190fc0303") + b"\x5a" * 100  # a ClientHello that stops in the middle
    with siege.bystander(daemon, "garbage on the port", rss_mib=64):
        half = open_many(daemon, 300, hello)
        for number in range(300):
            for raw in (b"\x16\x03\x01\x00\x05hello" + bytes(500), b"\x16" * 5000, b"\x80\x2e\x01\x00\x02" + bytes(100),
                        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", bytes([number % 256]) * 3000, b"\r\n" * 20000):
                with siege.connect(daemon) as connection, contextlib.suppress(OSError):
                    connection.sendall(raw)
    close_all(half)
    back_to(daemon, before)
