"""SSE-C: objects that are encrypted by keys of the customer's. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html"""
import base64
import re
import time
import uuid

import pytest
from cases import ANY, delete, error, get, head, ok, post, put, run, table
from s3_client import Client, md5

KEY, OTHER = b"a key of the customer's, 32 bytes", b"another key of the customer's own"
KEY, OTHER = KEY[:32], OTHER[:32]
PLAIN = "a text that lies nowhere as it is, long enough to be told from others. " * 20
TAG = re.compile('"[0-9a-f]{32}"')
SEALED = {"x-amz-server-side-encryption-customer-algorithm": "AES256", "x-amz-server-side-encryption-customer-key-md5": md5(KEY), "x-amz-server-side-encryption": None}
ARGUMENT = {"ArgumentName": "x-amz-server-side-encryption", "ArgumentValue": "null"}
NO_PARAMETERS = error(400, "InvalidRequest", "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.")
NOT_APPLICABLE = error(400, "InvalidRequest", "The encryption parameters are not applicable to this object.")
ANOTHER = error(403, "AccessDenied", "Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret key.")
NO_PART_KEY = error(400, "InvalidRequest", "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.")


def key(bytes_=KEY, algorithm="AES256", digest=None, of=""):
    """The three headers; `of`: "copy-source-" for a copy's source. What is None is left out."""
    prefix = f"x-amz-{of}server-side-encryption-customer-"
    given = {"algorithm": algorithm, "key": bytes_ and base64.b64encode(bytes_).decode(), "key-md5": digest or (bytes_ and md5(bytes_))}
    return {prefix + name: value for name, value in given.items() if value is not None}


def without(name):
    return {header: value for header, value in key().items() if not header.endswith("customer-" + name)}


def blocked(types):
    return put("/{b}?encryption", f"<ServerSideEncryptionConfiguration><Rule><BlockedEncryptionTypes><EncryptionType>{types}</EncryptionType></BlockedEncryptionTypes></Rule>"
               "</ServerSideEncryptionConfiguration>")


TAKEN = blocked("NONE")
stored = put("/{b}/k", PLAIN, key())
plain = put("/{b}/k", PLAIN)
begun = post("/{b}/k?uploads", headers=key(), save={"u": "UploadId"})
FIRST = "x" * (5 << 20)


def part(number, body, headers=None, save=None):
    return put("/{b}/k?partNumber=%s&uploadId={u}" % number, body, headers, save=save or {})


def copied(to="l", headers=None):
    return put("/{b}/" + to, headers={"x-amz-copy-source": "{b}/k", **(headers or {})})


done = post("/{b}/k?uploadId={u}", "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{one}</ETag></Part><Part><PartNumber>2</PartNumber><ETag>{two}</ETag></Part></CompleteMultipartUpload>")
PARTS = (TAKEN, begun, part(1, FIRST, key(), {"one": "header:etag"}), part(2, PLAIN, key(), {"two": "header:etag"}))
BLOCKED = [
    ("a new bucket blocks", get("/{b}?encryption"), ok(200, xml={"Rule/BlockedEncryptionTypes/EncryptionType": ["SSE-C"], "Rule/ApplyServerSideEncryptionByDefault/SSEAlgorithm": "AES256"})),
    ("put where it is blocked", stored, error(403, "AccessDenied", re.compile(r"User: arn:aws:iam::\d{12}:\S+ is not authorized to perform: s3:PutObject on resource: \"arn:aws:s3:::\S+/k\" because this bucket has "
     r"blocked upload requests that specify Server Side Encryption with Customer provided keys \(SSE-C\)\. Please specify a different server-side encryption type"))),
    ("an upload where it is blocked", post("/{b}/k?uploads", headers=key()), error(403, "AccessDenied", ANY)),
    ("a copy where it is blocked", plain, copied(headers=key()), error(403, "AccessDenied", ANY)),
    ("taken", TAKEN, get("/{b}?encryption"), ok(200, xml={"Rule/BlockedEncryptionTypes/EncryptionType": ["NONE"], "Rule/ApplyServerSideEncryptionByDefault/SSEAlgorithm": "AES256"})),
    ("left as it is", TAKEN, put("/{b}?encryption", "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>"
     "</Rule></ServerSideEncryptionConfiguration>"), get("/{b}?encryption"), ok(200, xml={"Rule/BlockedEncryptionTypes/EncryptionType": ["NONE"]})),
    ("blocked again", TAKEN, blocked("SSE-C"), stored, error(403, "AccessDenied", ANY)),
    ("blocked again and still read", TAKEN, stored, blocked("SSE-C"), get("/{b}/k", key()), ok(200, body=PLAIN)),
    ("what nobody blocks", blocked("SSE-X"), error(400, "MalformedXML", ANY)),
]
CASES = [
    ("put", TAKEN, stored, ok(200, {"etag": TAG, **SEALED}, body=b"")),
    ("get", TAKEN, stored, get("/{b}/k", key()), ok(200, {**SEALED, "content-length": str(len(PLAIN)), "etag": TAG}, body=PLAIN)),
    ("head", TAKEN, stored, head("/{b}/k", key()), ok(200, {**SEALED, "content-length": str(len(PLAIN))}, body=b"")),
    ("its tag is not of its bytes", TAKEN, put("/{b}/plain", PLAIN, save={"tag": "header:etag"}), stored, get("/{b}/k", {**key(), "If-None-Match": "{tag}"}), ok(200, body=PLAIN)),
    ("a range", TAKEN, stored, get("/{b}/k", {**key(), "Range": "bytes=17-100"}), ok(206, {"content-range": f"bytes 17-100/{len(PLAIN)}"}, body=PLAIN[17:101])),
    ("the end", TAKEN, stored, get("/{b}/k", {**key(), "Range": "bytes=-5"}), ok(206, body=PLAIN[-5:])),
    ("a known version", TAKEN, put("/{b}/k", PLAIN, key(), save={"tag": "header:etag"}), get("/{b}/k", {**key(), "If-None-Match": "{tag}"}), ok(304, body=b"")),
    ("checksums are of the bytes", TAKEN, put("/{b}/k", "hello", key()), get("/{b}/k", {**key(), "x-amz-checksum-mode": "ENABLED"}), ok(200, {"x-amz-checksum-crc64nvme": "M3eFcAZSQlc="}, body="hello")),
    ("attributes", TAKEN, stored, get("/{b}/k?attributes", {**key(), "x-amz-object-attributes": "ObjectSize"}), ok(200, xml={"ObjectSize": str(len(PLAIN))})),
    ("in a list", TAKEN, stored, get("/{b}?list-type=2"), ok(200, xml={"Contents/Size": str(len(PLAIN))})),
    ("nothing", TAKEN, put("/{b}/k", "", key()), get("/{b}/k", key()), ok(200, SEALED, body=b"")),
    ("deleted without its key", TAKEN, stored, delete("/{b}/k"), ok(204)),
    ("get without the key", TAKEN, stored, get("/{b}/k"), NO_PARAMETERS),
    ("head without the key", TAKEN, stored, head("/{b}/k"), ok(400, body=b"")),
    ("attributes without the key", TAKEN, stored, get("/{b}/k?attributes", {"x-amz-object-attributes": "ObjectSize"}), NO_PARAMETERS),
    ("get by another key", TAKEN, stored, get("/{b}/k", key(OTHER)), ANOTHER),
    ("head by another key", TAKEN, stored, head("/{b}/k", key(OTHER)), ok(403, body=b"")),
    ("get of what has no key", plain, get("/{b}/k", key()), NOT_APPLICABLE),
    ("without an algorithm", TAKEN, put("/{b}/k", PLAIN, without("algorithm")),
     error(400, "InvalidArgument", "Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption algorithm.", **ARGUMENT)),
    ("of another algorithm", TAKEN, put("/{b}/k", PLAIN, key(algorithm="AES128")),
     error(400, "InvalidEncryptionAlgorithmError", "The Encryption request you specified is not valid. Supported value: AES256.", ArgumentName="x-amz-server-side-encryption", ArgumentValue="AES128")),
    ("without a key", TAKEN, put("/{b}/k", PLAIN, {"x-amz-server-side-encryption-customer-algorithm": "AES256"}),
     error(400, "InvalidArgument", "Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate secret key.", **ARGUMENT)),
    ("without the key's digest", TAKEN, put("/{b}/k", PLAIN, without("key-md5")),
     error(400, "InvalidArgument", "Requests specifying Server Side Encryption with Customer provided keys must provide the client calculated MD5 of the secret key.", **ARGUMENT)),
    ("with another key's digest", TAKEN, put("/{b}/k", PLAIN, key(digest=md5(OTHER))),
     error(400, "InvalidArgument", "The calculated MD5 hash of the key did not match the hash that was provided.", **ARGUMENT)),
    ("with a short key", TAKEN, put("/{b}/k", PLAIN, key(b"short")), error(400, "InvalidArgument", "The secret key was invalid for the specified algorithm.", **ARGUMENT)),
    ("with SSE-S3, too", TAKEN, put("/{b}/k", PLAIN, {**key(), "x-amz-server-side-encryption": "AES256"}),
     error(400, "InvalidArgument", "Server Side Encryption with Customer provided key is incompatible with the encryption method specified", ArgumentName="x-amz-server-side-encryption", ArgumentValue="AES256")),
]
COPIED = [
    ("out of the key", TAKEN, stored, copied(headers=key(of="copy-source-")), get("/{b}/l"), ok(200, {"x-amz-server-side-encryption": "AES256", "x-amz-server-side-encryption-customer-algorithm": None,
                                                                                                       "etag": re.compile('"[0-9a-f]{32}"')}, body=PLAIN)),
    ("into a key", TAKEN, plain, copied(headers=key()), get("/{b}/l", key()), ok(200, SEALED, body=PLAIN)),
    ("into a key told", TAKEN, plain, copied(headers=key()), ok(200, SEALED, {"ETag": TAG})),
    ("from one key into another", TAKEN, stored, copied(headers={**key(of="copy-source-"), **key(OTHER)}), get("/{b}/l", key(OTHER)), ok(200, body=PLAIN)),
    ("onto itself with another key", TAKEN, stored, copied("k", {**key(of="copy-source-"), **key(OTHER)}), get("/{b}/k", key(OTHER)), ok(200, body=PLAIN)),
    ("the former key opens no more", TAKEN, stored, copied("k", {**key(of="copy-source-"), **key(OTHER)}), get("/{b}/k", key()), ANOTHER),
    ("without the source's key", TAKEN, stored, copied(), NO_PARAMETERS),
    ("by another key than the source's", TAKEN, stored, copied(headers=key(OTHER, of="copy-source-")), ANOTHER),
    ("by a key of a source without one", TAKEN, plain, copied(headers=key(of="copy-source-")), NOT_APPLICABLE),
    ("a copy that has no key", TAKEN, stored, copied(headers=key(of="copy-source-")), get("/{b}/l", key()), NOT_APPLICABLE),
]
UPLOADED = [
    ("begun", TAKEN, begun, ok(200, SEALED)),
    ("a part", TAKEN, begun, part(1, PLAIN, key()), ok(200, {**SEALED, "etag": TAG})),
    ("whole", *PARTS, done, get("/{b}/k", {**key(), "Range": f"bytes={(5 << 20) - 3}-{(5 << 20) + 6}"}), ok(206, SEALED, body="xxx" + PLAIN[:7])),
    ("whole told", *PARTS, done, ok(200, {"x-amz-server-side-encryption": None}, {"ETag": re.compile('"[0-9a-f]{32}-2"')})),
    ("a part of it", *PARTS, done, get("/{b}/k?partNumber=2", key()), ok(206, body=PLAIN)),
    ("whole without the key", *PARTS, done, get("/{b}/k"), NO_PARAMETERS),
    ("of parts with other sums", TAKEN, begun, part(1, FIRST, {**key(), "x-amz-sdk-checksum-algorithm": "CRC32"}, {"one": "header:etag"}), part(2, PLAIN, {**key(), "x-amz-sdk-checksum-algorithm": "CRC32"}, {"two": "header:etag"}),
     done, get("/{b}/k?partNumber=2", key()), ok(206, body=PLAIN)),
    ("a part without the key", TAKEN, begun, part(1, PLAIN), NO_PART_KEY),
    ("a part by a key for an upload without", TAKEN, post("/{b}/k?uploads", save={"u": "UploadId"}), part(1, PLAIN, key()), NO_PART_KEY),
    ("a part by another key", TAKEN, begun, part(1, PLAIN, key(OTHER)), error(400, "InvalidRequest", "The provided encryption parameters did not match the ones used originally.")),
    ("a part that is copied", put("/{b}/source", PLAIN), TAKEN, begun, put("/{b}/k?partNumber=1&uploadId={u}", headers={"x-amz-copy-source": "{b}/source", "x-amz-copy-source-range": "bytes=3-20", **key()}, save={"one": "ETag"}),
     post("/{b}/k?uploadId={u}", "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{one}</ETag></Part></CompleteMultipartUpload>"), get("/{b}/k", key()), ok(200, body=PLAIN[3:21])),
    ("a part that is copied from a key", TAKEN, put("/{b}/source", PLAIN, key(OTHER)), begun,
     put("/{b}/k?partNumber=1&uploadId={u}", headers={"x-amz-copy-source": "{b}/source", "x-amz-copy-source-range": "bytes=3-20", **key(), **key(OTHER, of="copy-source-")}, save={"one": "ETag"}),
     post("/{b}/k?uploadId={u}", "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{one}</ETag></Part></CompleteMultipartUpload>"), get("/{b}/k", key()), ok(200, body=PLAIN[3:21])),
]


@pytest.fixture(scope="module")
def s3(daemon):
    """Keys go over TLS alone."""
    return Client("127.0.0.1", daemon.port, daemon.key, tls=True)


test_a_bucket_that_blocks_keys = table(BLOCKED)
test_an_object_with_a_key = table(CASES)
test_a_copy_with_a_key = table(COPIED)
test_an_upload_with_a_key = table(UPLOADED)


def test_a_key_that_goes_in_clear_is_refused(daemon):
    run(Client("127.0.0.1", daemon.port, daemon.key), [TAKEN, stored],
        error(400, "InvalidRequest", "Requests specifying Server Side Encryption with Customer provided keys must be made over a secure connection."))


def files_with(daemon, *texts):
    """The files of the region's state that hold any of these, or are named so."""
    return [str(path) for path in daemon.state.rglob("*") if path.is_file() and any(text in path.read_bytes() for text in texts)]


def test_neither_the_bytes_nor_the_key_lie_on_the_disk(daemon, s3):
    """Not in a blob, not in a row, not in the trail: only while a request is under way the front door has spooled its body."""
    bytes_, secret = uuid.uuid4().hex.encode() * 100, uuid.uuid4().hex.encode()
    lie = lambda: files_with(daemon, bytes_[:64], secret, base64.b64encode(secret))
    run(s3, [TAKEN, put("/{b}/k", bytes_, key(secret)), get("/{b}/k", key(secret))], ok(200, body=bytes_))
    deadline = time.monotonic() + 10  # the spooled body goes when the answer is out
    while lie() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert lie() == []
    run(s3, [put("/{b}/k", bytes_), get("/{b}/k")], ok(200, body=bytes_))
    assert len(lie()) == 1, "this sees what lies open"
