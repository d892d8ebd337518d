"""Bodies that are large in themselves, or in what a careless reader makes of them; and one of 2 GiB that is wanted."""
import concurrent.futures
import contextlib
import hashlib
import time

import pytest

import siege

MIB = siege.MIB
JSON = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "CodeCommit_20150413.GetRepository"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ASK = b"Action=GetCallerIdentity&Version=2011-06-15"
XML = {"Content-Type": "application/xml", "Content-MD5": ""}
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a0 "ha">' + b"".join(
    f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">'.encode() for i in range(1, 10)) + b"]><Delete><Object><Key>&a9;</Key></Object></Delete>"

# name: (service, path, query, headers, body); each is signed, so that it comes as far as it can.
BODIES = {
    "JSON of 65 MiB": ("codecommit", "/", "", JSON, b'{"repositoryName":"' + b"a" * (65 * MIB) + b'"}'),
    "JSON of 30 MiB": ("codecommit", "/", "", JSON, b'{"repositoryName":"' + b"a" * (30 * MIB) + b'"}'),
    "JSON, a million levels deep": ("codecommit", "/", "", JSON, b"[" * MIB + b"]" * MIB),
    "JSON of ten million values": ("codecommit", "/", "", JSON, b'{"a":[' + b"0," * 10_000_000 + b"0]}"),
    "JSON of a million members": ("codecommit", "/", "", JSON, b"{" + b",".join(b'"%d":0' % i for i in range(1_000_000)) + b"}"),
    "JSON that is none": ("codecommit", "/", "", JSON, b'{"repositoryName": "a'),
    "a form of 65 MiB": ("sts", "/", "", FORM, ASK + b"&A=" + b"a" * (65 * MIB)),
    "a form of a million parameters": ("sts", "/", "", FORM, ASK + b"&a=" * 1_000_000),
    "a form of a million list members": ("ec2", "/", "", FORM, b"Action=DescribeInstances&Version=2016-11-15" + b"".join(
        b"&InstanceId.%d=i" % i for i in range(1_000_000))),
    "a form with a member number beyond measure": ("ec2", "/", "", FORM, b"Action=DescribeInstances&Version=2016-11-15&InstanceId.4294967295=i"),
    "a form, ten thousand levels deep": ("ec2", "/", "", FORM, b"Action=DescribeInstances&Version=2016-11-15&Filter" + b".1" * 10_000 + b"=a"),
    "XML of 65 MiB": ("s3", "/bystander", "delete=", XML, b"<Delete><Object><Key>" + b"a" * (65 * MIB) + b"</Key></Object></Delete>"),
    "XML that laughs a billion times": ("s3", "/bystander", "delete=", XML, LAUGHS),
    "XML that reads a file": ("s3", "/bystander", "delete=", XML, b'<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
                              b"<Delete><Object><Key>&f;</Key></Object></Delete>"),
    "XML, a million levels deep": ("s3", "/bystander", "delete=", XML, b"<a>" * 1_000_000 + b"</a>" * 1_000_000),
    "XML of five million elements": ("s3", "/bystander", "delete=", XML, b"<Delete>" + b"<a/>" * 5_000_000 + b"</Delete>"),
    "XML of a million attributes": ("s3", "/bystander", "delete=", XML, b"<Delete " + b" ".join(
        b'a%d=""' % i for i in range(1_000_000)) + b"></Delete>"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_without_measure_is_refused_in_bounded_memory(daemon, name):
    service, path, query, headers, body = BODIES[name]
    # A message is at most 32 MiB, and its text stands in memory several times while it is read, checked and refused.
    with siege.bystander(daemon, f"{name} ({len(body) / MIB:.1f} MiB)", rss_mib=160):
        code, answer = siege.call(daemon, service, "POST", path, headers, body, query)
    if "laughs" in name or "file" in name:
        # Entities of a document's own are no part of AWS's XML: the key is what stands there, never what it stands for.
        assert len(answer) < 10_000 and "root:" not in answer and "haha" not in answer
    else:
        assert 400 <= code < 500 or code == 0, answer[:300]
    assert "hanbatd" not in answer and code != 500


def test_many_large_bodies_at_once_are_decoded_in_bounded_memory(daemon):
    body = b'{"repositoryName":"' + b"a" * (20 * MIB) + b'"}'
    with siege.bystander(daemon, "16 JSON bodies of 20 MiB at once", rss_mib=256):
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _: siege.call(daemon, "codecommit", "POST", "/", JSON, body), range(16)))
    told = [next((name for name in ("ThrottlingException", "InvalidRepositoryNameException") if name in answer), answer[:300])
            for _, answer in answers]
    assert set(told) <= {"ThrottlingException", "InvalidRepositoryNameException"}, told


def test_an_object_without_permission_or_signature_leaves_nothing_on_the_disk(daemon):
    folder = daemon.folder / "state/blobs"
    held = lambda: sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())  # noqa: E731
    before = held()
    body = bytes(8 * MIB)
    head = b"PUT /bystander/k HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    answer = siege.tell(daemon, head + body)
    assert siege.status_of(answer) == 403, answer[:300]
    siege.wait_until(lambda: held() <= before, 10, "what was refused stays on the disk")


GIB = 1 << 30


class Pattern:
    """`size` bytes that are made as they are read; what boto3 asks of a file."""

    block = hashlib.sha512(b"hanbat").digest() * (MIB // 64)

    def __init__(self, size):
        self.size, self.at = size, 0

    def read(self, n=-1):
        left = self.size - self.at
        n = left if n is None or n < 0 else min(n, left)
        start = self.at % MIB
        self.at += n
        return (self.block * (n // MIB + 2))[start:start + n]


def test_two_gibibytes_go_in_and_come_out_in_constant_memory(daemon):
    size = 2 * GIB
    s3 = daemon.client("s3")
    s3.create_bucket(Bucket="large", CreateBucketConfiguration={"LocationConstraint": siege.REGION})
    source, sent = Pattern(size), hashlib.md5()
    with siege.bystander(daemon, "an object of 2 GiB in and out", rss_mib=48):
        head = siege.signed_head(daemon, "s3", "PUT", "/large/object", {"Content-Length": str(size), "Connection": "close"}, "UNSIGNED-PAYLOAD")
        began = time.monotonic()
        with siege.connect(daemon, timeout=120) as connection:
            connection.sendall(head)
            while piece := source.read(4 * MIB):
                sent.update(piece)
                connection.sendall(piece)
            answer = siege.answer_of(connection, timeout=120)
        put = time.monotonic() - began
        assert siege.status_of(answer) == 200, answer[:500]
        assert f'"{sent.hexdigest()}"' in answer
        got, length, began = hashlib.md5(), 0, time.monotonic()
        for piece in s3.get_object(Bucket="large", Key="object")["Body"].iter_chunks(MIB):
            got.update(piece)
            length += len(piece)
        print(f"\n2 GiB: put in {put:.1f} s, got in {time.monotonic() - began:.1f} s")
    assert length == size and got.hexdigest() == sent.hexdigest()
    with contextlib.suppress(Exception):
        s3.delete_object(Bucket="large", Key="object")
