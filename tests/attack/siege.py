"""What every attack needs: raw connections, requests that are signed by hand, the daemon's figures from /proc, and a
bystander: another client whose calls must go on being answered."""
import contextlib
import hashlib
import os
import socket
import threading
import time

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials

REGION = "ap-northeast-2"
# A call takes milliseconds; this allows for a machine that is busy with other things and catches every kind of waiting
# for an attacker, whose limits are of 20 s and more.
LONGEST_CALL_S = 8
MIB = 1 << 20


def short(name):
    """A parameter as the id of its test."""
    return ascii(name[:24])


def status(daemon):
    """Of /proc: resident memory in MiB, threads, open descriptors."""
    folder = f"/proc/{daemon.process.pid}"
    fields = dict(line.split(":", 1) for line in open(f"{folder}/status"))
    return {"rss": int(fields["VmRSS"].split()[0]) / 1024, "threads": int(fields["Threads"]), "fds": len(os.listdir(f"{folder}/fd"))}


def sockets(daemon):
    """How many of its descriptors are sockets. (SQLite keeps those of connections that it closed, for the next ones.)"""
    count = 0
    for entry in os.scandir(f"/proc/{daemon.process.pid}/fd"):
        with contextlib.suppress(FileNotFoundError):
            count += os.readlink(entry.path).startswith("socket:")
    return count


def wait_until(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


class Bystander(threading.Thread):
    """Calls the region as any other client does, a new connection each time, with no second try."""

    def __init__(self, daemon):
        super().__init__(daemon=True)
        self.took, self.failed = [], []
        self._ended = threading.Event()
        key, secret = daemon.key
        config = botocore.config.Config(retries={"total_max_attempts": 1}, connect_timeout=30, read_timeout=60,
                                        s3={"addressing_style": "path"})
        self._client = lambda service: boto3.client(service, endpoint_url=daemon.endpoint, region_name=REGION, config=config,
                                                    aws_access_key_id=key, aws_secret_access_key=secret)
        self._s3 = self._client("s3")
        self._sts = self._client("sts")
        with contextlib.suppress(self._s3.exceptions.BucketAlreadyOwnedByYou):
            self._s3.create_bucket(Bucket="bystander", CreateBucketConfiguration={"LocationConstraint": REGION})

    def _calls(self):
        self._sts.get_caller_identity()
        self._s3.put_object(Bucket="bystander", Key="k", Body=b"x" * 1000)
        assert self._s3.get_object(Bucket="bystander", Key="k")["Body"].read() == b"x" * 1000

    def run(self):
        while not self._ended.is_set():
            for client in (self._s3, self._sts):
                client._endpoint.http_session.close()
            began = time.monotonic()
            try:
                self._calls()
            except Exception as error:  # noqa: BLE001 - whatever it is, the call was not answered
                self.failed.append(f"{type(error).__name__}: {error}")
            self.took.append(time.monotonic() - began)
            self._ended.wait(0.05)

    def end(self):
        self._ended.set()
        self.join(120)


@contextlib.contextmanager
def bystander(daemon, attack, rss_mib):
    """While the block attacks, another client is served within LONGEST_CALL_S and the daemon takes at most `rss_mib` more
    memory; prints what was measured."""
    one = Bystander(daemon)
    before = status(daemon)
    peak = dict(before)
    ended = threading.Event()

    def look():
        while not ended.wait(0.05):
            for name, value in status(daemon).items():
                peak[name] = max(peak[name], value)

    looker = threading.Thread(target=look, daemon=True)
    looker.start()
    one.start()
    try:
        yield peak
        wait_until(lambda: len(one.took) >= 5, 5 * LONGEST_CALL_S, f"{attack}: another client is not served")
    finally:
        one.end()
        ended.set()
        looker.join()
        after = status(daemon)
        took = sorted(one.took) or [float("inf")]
        print(f"\n{attack}: {len(one.took)} rounds of 3 calls by another client, median {took[len(took) // 2] * 1000:.0f} ms, "
              f"longest {took[-1] * 1000:.0f} ms; memory {before['rss']:.0f} MiB before, {peak['rss']:.0f} at most, "
              f"{after['rss']:.0f} after; descriptors {before['fds']}, {peak['fds']}, {after['fds']}; threads at most {peak['threads']}")
    assert not one.failed, one.failed[:3]
    assert took[-1] < LONGEST_CALL_S
    assert peak["rss"] - before["rss"] < rss_mib, f"{peak['rss'] - before['rss']:.0f} MiB more"


def connect(daemon, timeout=30):
    return socket.create_connection(("127.0.0.1", daemon.port), timeout=timeout)


def answer_of(connection, timeout=30):
    """All that the daemon says until it is silent for so long, or closes; '' when it closes without a word."""
    connection.settimeout(timeout)
    said = b""
    with contextlib.suppress(OSError):
        while True:
            piece = connection.recv(65536)
            if not piece:
                break
            said += piece
    return said.decode("latin-1")


def status_of(answer):
    return int(answer.split(" ", 2)[1]) if answer.startswith("HTTP/1.1 ") else 0


def tell(daemon, raw, timeout=10):
    """Sends the bytes on a connection of their own; returns the answer's text."""
    with connect(daemon) as connection:
        with contextlib.suppress(OSError):  # it may answer and close before all was sent
            connection.sendall(raw)
        return answer_of(connection, timeout)


def signed_head(daemon, service, method, path, headers, body_sha256, query=""):
    """The head of a request that is signed: what is sent is the caller's own affair, down to each byte of the path."""
    key, secret = daemon.key
    request = botocore.awsrequest.AWSRequest(method, daemon.endpoint + path + (f"?{query}" if query else ""),
                                             dict(headers, **{"X-Amz-Content-SHA256": body_sha256}))
    request.headers["Host"] = f"127.0.0.1:{daemon.port}"
    kind = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth

    class Signer(kind):
        def payload(self, _request):
            return body_sha256

        def _normalize_url_path(self, raw_path):
            return raw_path if service == "s3" else super()._normalize_url_path(raw_path)

    request.context["payload_signing_enabled"] = True
    Signer(botocore.credentials.Credentials(key, secret), service, REGION).add_auth(request)
    request.headers.replace_header("X-Amz-Content-SHA256", body_sha256) if "X-Amz-Content-SHA256" in request.headers else None
    lines = [f"{method} {path}{'?' + query if query else ''} HTTP/1.1"] + [f"{k}: {v}" for k, v in request.headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def call(daemon, service, method, path, headers=None, body=b"", query="", timeout=60):
    """One signed request, as raw as it is; returns (status, answer)."""
    headers = dict(headers or {}, **{"Content-Length": str(len(body)), "Connection": "close"})
    head = signed_head(daemon, service, method, path, headers, hashlib.sha256(body).hexdigest(), query)
    answer = tell(daemon, head + body, timeout)
    return status_of(answer), answer
