"""Messages whose ends two readers could see in two places, and heads without measure: refused, and the connection ends."""
import contextlib
import time

import pytest

import siege

SMUGGLED = b"GET /_hanbat/health HTTP/1.1\r\nHost: h\r\n\r\n"
FORMS = {
    "a length and chunks": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and a length": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
    "two lengths in one": b"Content-Length: 5, 6\r\n\r\nabcde",
    "a length with a sign": b"Content-Length: +5\r\n\r\nabcde",
    "a negative length": b"Content-Length: -1\r\n\r\nabcde",
    "a length in hexadecimal": b"Content-Length: 0x5\r\n\r\nabcde",
    "a length beyond 64 bits": b"Content-Length: 18446744073709551621\r\n\r\nabcde",
    "a space before the colon": b"Content-Length : 5\r\n\r\nabcde",
    "an encoding that is not spoken": b"Transfer-Encoding: gzip\r\n\r\n",
    "an encoding that looks like chunked": b"Transfer-Encoding: xchunked\r\n\r\n",
    "chunked under something": b"Transfer-Encoding: chunked, identity\r\n\r\n",
    "something under chunked": b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunked twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked with a control character": b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "a bare line feed": b"X: a\nContent-Length: 5\n\nabcde",
    "a folded length": b"Content-Length:\r\n 5\r\n 6\r\n\r\nabcde",
    "a NUL in a field": b"X: a\0b\r\n\r\n",
    "a carriage return in a field": b"X: a\rb\r\n\r\n",
    "two hosts": b"Host: other\r\n\r\n",
    "a chunk's size with a sign": b"Transfer-Encoding: chunked\r\n\r\n+5\r\nabcde\r\n0\r\n\r\n",
    "a chunk's size beyond 64 bits": b"Transfer-Encoding: chunked\r\n\r\n10000000000000005\r\nabcde\r\n0\r\n\r\n",
    "a negative chunk": b"Transfer-Encoding: chunked\r\n\r\n-1\r\nabcde\r\n0\r\n\r\n",
    "a chunk that is longer than its size": b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcdefgh\r\n0\r\n\r\n",
    "a chunk's size that never ends": b"Transfer-Encoding: chunked\r\n\r\n" + b"0" * 200_000,
    "an extension that never ends": b"Transfer-Encoding: chunked\r\n\r\n5;" + b"a" * 200_000,
    "a trailer that never ends": b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: " + b"a" * 200_000,
    "trailers that never end": b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: a\r\n" * 50_000,
}


@pytest.mark.parametrize("form", FORMS)
def test_a_message_of_doubtful_length_is_refused_and_what_follows_is_no_request(daemon, form):
    raw = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n" + FORMS[form] + SMUGGLED
    answer = siege.tell(daemon, raw, timeout=4)
    assert '"status":"ok"' not in answer, "what followed was answered as a request of its own"
    # Either it is refused as a message, or the connection ends without a word.
    assert siege.status_of(answer) in (0, 400, 431, 501, 505), answer[:300]


def test_pipelined_garbage_is_answered_once_and_the_connection_ends(daemon):
    answer = siege.tell(daemon, SMUGGLED + b"\x00\xff garbage\r\n\r\n" + SMUGGLED, timeout=10)
    assert answer.count('"status":"ok"') == 1
    assert answer.count("HTTP/1.1 ") == 2 and "HTTP/1.1 400" in answer


def test_thousands_of_pipelined_requests_are_answered_in_little_memory(daemon):
    with siege.bystander(daemon, "20000 pipelined requests at a client that does not read", rss_mib=64):
        with siege.connect(daemon) as connection:
            connection.settimeout(2)
            with contextlib.suppress(OSError):
                connection.sendall(SMUGGLED * 20_000)
            time.sleep(1)


HEADS = {
    "a line of 1 MiB": b"X: " + b"a" * siege.MIB + b"\r\n\r\n",
    "a line of 64 MiB": b"X: " + b"a" * (64 * siege.MIB) + b"\r\n\r\n",
    "100000 fields": b"X: a\r\n" * 100_000 + b"\r\n",
    "10000 fields": b"X:a\r\n" * 10_000 + b"\r\n",
    "1000 fields": b"X: a\r\n" * 1000 + b"\r\n",
}


@pytest.mark.parametrize("head", HEADS)
def test_a_head_without_measure_is_refused(daemon, head):
    with siege.bystander(daemon, head, rss_mib=32):
        answer = siege.tell(daemon, b"GET /_hanbat/health HTTP/1.1\r\nHost: h\r\n" + HEADS[head], timeout=10)
    assert siege.status_of(answer) in (0, 431), answer[:300]


def test_a_request_line_without_measure_is_refused(daemon):
    for raw in (b"GET /" + b"a" * siege.MIB + b" HTTP/1.1\r\nHost: h\r\n\r\n", b"A" * siege.MIB):
        assert siege.status_of(siege.tell(daemon, raw, timeout=10)) in (0, 400, 414, 431)
