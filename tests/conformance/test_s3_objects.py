"""Objects: put, read, copied, deleted, and the conditions of that.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html and its neighbours"""
import re

from cases import ANY, delete, error, get, head, ok, post, put, table

SSE = {"x-amz-server-side-encryption": "AES256"}
HELLO, HELLO_TAG = "hello", '"5d41402abc4b2a76b9719d911017c592"'
VERSIONED = put("/{b}?versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
SUSPENDED = put("/{b}?versioning", "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>")
VERSION = re.compile(r"[A-Za-z0-9._]{32}")
ZULU = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z")
KEPT = {"Cache-Control": "no-cache", "Content-Disposition": "attachment", "Content-Encoding": "gzip", "Content-Language": "ko", "Content-Type": "text/css",
        "Expires": "Wed, 21 Oct 2026 07:28:00 GMT"}
FAILED = ("PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
PAST, FUTURE = "Tue, 01 Jan 2019 00:00:00 GMT", "Thu, 01 Jan 2099 00:00:00 GMT"
stored = put("/{b}/k", HELLO)

PUT = [
    ("put", stored, ok(200, {"etag": HELLO_TAG, **SSE, "x-amz-version-id": None, "content-length": "0", "content-type": None}, body=b"")),
    ("put with its encryption", put("/{b}/k", HELLO, SSE), ok(200, SSE)),
    ("put of a version", VERSIONED, stored, ok(200, {"x-amz-version-id": VERSION})),
    ("put while suspended", SUSPENDED, stored, ok(200, {"x-amz-version-id": None})),
    ("put of nothing", put("/{b}/k"), ok(200, {"etag": '"d41d8cd98f00b204e9800998ecf8427e"'})),
    ("put of a folder", put("/{b}/folder/"), get("/{b}/folder/"), ok(200, {"content-length": "0", "content-type": "binary/octet-stream"})),
    ("put with its digest", put("/{b}/k", "x", {"Content-MD5": "ndTkYSaMgDT1yFZOFVxnpg=="}), ok(200)),
    ("put of a size", stored, ok(200, {"x-amz-object-size": None})),
    ("put of a key with all signs", put("/{b}/a%20b%2Bc%3Fd%26e%C3%A9", HELLO), get("/{b}/a%20b%2Bc%3Fd%26e%C3%A9"), ok(200, body=HELLO)),
    ("an ACL of the owner's", put("/{b}/k", HELLO, {"x-amz-acl": "bucket-owner-full-control"}), ok(200)),
    ("an ACL where there are none", put("/{b}/k", HELLO, {"x-amz-acl": "public-read"}), error(400, "AccessControlListNotSupported", "The bucket does not allow ACLs")),
    ("a private ACL where there are none", put("/{b}/k", HELLO, {"x-amz-acl": "private"}), ok(200)),
    ("an append where nothing is appended", put("/{b}/k", HELLO, {"x-amz-write-offset-bytes": "5"}), error(501, "NotImplemented", ANY)),
]
READ = [
    ("get", stored, get("/{b}/k"), ok(200, {"etag": HELLO_TAG, **SSE, "content-length": "5", "accept-ranges": "bytes", "content-type": "binary/octet-stream", "last-modified": ANY,
                                            "x-amz-storage-class": None, "x-amz-version-id": None, "x-amz-tagging-count": None, "content-range": None}, body=HELLO)),
    ("head", stored, head("/{b}/k"), ok(200, {"etag": HELLO_TAG, **SSE, "content-length": "5", "accept-ranges": "bytes"}, body=b"")),
    ("headers that were kept", put("/{b}/k", HELLO, KEPT), get("/{b}/k"), ok(200, KEPT)),
    ("headers that the query replaces", put("/{b}/k", HELLO, KEPT), get("/{b}/k?response-content-type=text%2Fplain&response-cache-control=none&response-content-language=en"
                                            "&response-content-encoding=br&response-content-disposition=inline"),
     ok(200, {"content-type": "text/plain", "cache-control": "none", "content-language": "en", "content-encoding": "br", "content-disposition": "inline"})),
    ("headers that nobody's query replaces", stored, delete("/{b}?publicAccessBlock"),
     put("/{b}?policy", '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{b}/*"}]}'),
     get("/{b}/k?response-content-type=text%2Fplain", sign=False),
     error(400, "InvalidRequest", "Request specific response headers cannot be used for anonymous GET requests.")),
    ("metadata", put("/{b}/k", HELLO, {"x-amz-meta-Some-Name": "value"}), get("/{b}/k"), ok(200, {"x-amz-meta-some-name": "value"})),
    ("metadata of two values", put("/{b}/k", HELLO, {"x-amz-meta-a": "1,2"}), head("/{b}/k"), ok(200, {"x-amz-meta-a": "1,2"})),
    ("content encoding of chunks alone", put("/{b}/k", HELLO, {"Content-Encoding": "aws-chunked"}), head("/{b}/k"), ok(200, {"content-encoding": None})),
    ("content encoding of chunks and more", put("/{b}/k", HELLO, {"Content-Encoding": "aws-chunked,gzip"}), head("/{b}/k"), ok(200, {"content-encoding": "gzip"})),
    ("a range", stored, get("/{b}/k", {"Range": "bytes=1-3"}), ok(206, {"content-range": "bytes 1-3/5", "content-length": "3", "etag": HELLO_TAG}, body="ell")),
    ("a range that is open", stored, get("/{b}/k", {"Range": "bytes=3-"}), ok(206, {"content-range": "bytes 3-4/5"}, body="lo")),
    ("a suffix", stored, get("/{b}/k", {"Range": "bytes=-2"}), ok(206, {"content-range": "bytes 3-4/5"}, body="lo")),
    ("a suffix longer than the object", stored, get("/{b}/k", {"Range": "bytes=-9"}), ok(206, {"content-range": "bytes 0-4/5"}, body=HELLO)),
    ("a range that ends beyond", stored, get("/{b}/k", {"Range": "bytes=3-99"}), ok(206, {"content-range": "bytes 3-4/5"}, body="lo")),
    ("a range of all", stored, get("/{b}/k", {"Range": "bytes=0-4"}), ok(206, {"content-range": "bytes 0-4/5"}, body=HELLO)),
    ("two ranges", stored, get("/{b}/k", {"Range": "bytes=0-0,2-2"}), ok(200, body=HELLO)),
    ("a range of other units", stored, get("/{b}/k", {"Range": "lines=0-0"}), ok(200, body=HELLO)),
    ("a range that is none", stored, get("/{b}/k", {"Range": "bytes=3-1"}), ok(200, body=HELLO)),
    ("a range of the head", stored, head("/{b}/k", {"Range": "bytes=1-3"}), ok(206, {"content-range": "bytes 1-3/5", "content-length": "3"})),
    ("the first part of a simple object", stored, get("/{b}/k?partNumber=1"), ok(206, {"x-amz-mp-parts-count": None, "content-range": "bytes 0-4/5"}, body=HELLO)),
    ("attributes", stored, get("/{b}/k?attributes", {"x-amz-object-attributes": "ETag,ObjectSize,StorageClass,ObjectParts"}),
     ok(200, {"last-modified": ANY}, {"ETag": HELLO_TAG.strip('"'), "ObjectSize": "5", "StorageClass": "STANDARD", "ObjectParts": None})),
    ("a version", VERSIONED, put("/{b}/k", "old", save={"old": "header:x-amz-version-id"}), stored, get("/{b}/k?versionId={old}"), ok(200, {"x-amz-version-id": "{old}"}, body="old")),
    ("the null version", put("/{b}/k", "old"), VERSIONED, stored, get("/{b}/k?versionId=null"), ok(200, {"x-amz-version-id": "null"}, body="old")),
    ("the null version of a plain bucket", stored, get("/{b}/k?versionId=null"), ok(200, body=HELLO)),
    ("nobody's get", stored, get("/{b}/k", sign=False), error(403, "AccessDenied", ANY)),
    ("a presigned get", stored, get("/{b}/k", presign={}), ok(200, body=HELLO)),
    ("a presigned get past its time", stored, get("/{b}/k", presign={"stamp": "20200101T000000Z"}),
     error(403, "AccessDenied", "Request has expired", **{"X-Amz-Expires": "300", "Expires": "2020-01-01T00:05:00Z", "ServerTime": ANY})),
    ("a presigned get for too long", stored, get("/{b}/k", presign={"expires": 604801}),
     error(400, "AuthorizationQueryParametersError", "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds")),
    ("SigV2 in the query", stored, get("/{b}/k?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=x&Expires=4102444800", sign=False),
     error(400, "InvalidRequest", "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.")),
]
CONDITIONS = [
    ("If-Match", stored, get("/{b}/k", {"If-Match": HELLO_TAG}), ok(200, body=HELLO)),
    ("If-Match without quotes", stored, get("/{b}/k", {"If-Match": HELLO_TAG.strip('"')}), ok(200)),
    ("If-Match of another", stored, get("/{b}/k", {"If-Match": '"other"'}), error(412, *FAILED, Condition="If-Match")),
    ("If-None-Match", stored, get("/{b}/k", {"If-None-Match": HELLO_TAG}), ok(304, {"etag": HELLO_TAG}, body=b"")),
    ("If-None-Match of another", stored, get("/{b}/k", {"If-None-Match": '"other"'}), ok(200)),
    ("If-Modified-Since", stored, get("/{b}/k", {"If-Modified-Since": PAST}), ok(200)),
    ("If-Modified-Since of the future", stored, get("/{b}/k", {"If-Modified-Since": FUTURE}), ok(200)),
    ("If-Modified-Since of its time", put("/{b}/k", HELLO), get("/{b}/k", save={"time": "header:last-modified"}), get("/{b}/k", {"If-Modified-Since": "{time}"}), ok(304, body=b"")),
    ("If-Unmodified-Since", stored, get("/{b}/k", {"If-Unmodified-Since": FUTURE}), ok(200)),
    ("If-Unmodified-Since of the past", stored, get("/{b}/k", {"If-Unmodified-Since": PAST}), error(412, *FAILED, Condition="If-Unmodified-Since")),
    ("If-Match goes before If-Unmodified-Since", stored, get("/{b}/k", {"If-Match": HELLO_TAG, "If-Unmodified-Since": PAST}), ok(200)),
    ("If-None-Match goes before If-Modified-Since", stored, get("/{b}/k", {"If-None-Match": HELLO_TAG, "If-Modified-Since": PAST}), ok(304)),
    ("HEAD with If-Match of another", stored, head("/{b}/k", {"If-Match": '"other"'}), ok(412, body=b"")),
    ("HEAD with If-None-Match", stored, head("/{b}/k", {"If-None-Match": HELLO_TAG}), ok(304, body=b"")),
    ("put of a new key alone", put("/{b}/k", HELLO, {"If-None-Match": "*"}), ok(200)),
    ("put of a new key that is there", stored, put("/{b}/k", HELLO, {"If-None-Match": "*"}), error(412, *FAILED, Condition="If-None-Match")),
    ("put with If-None-Match of a tag", stored, put("/{b}/k", HELLO, {"If-None-Match": HELLO_TAG}),
     error(501, "NotImplemented", "A header you provided implies functionality that is not implemented", Header="If-None-Match", additionalMessage="We don't accept the provided value of If-None-Match header for this API")),
    ("put over what is known", stored, put("/{b}/k", "new", {"If-Match": HELLO_TAG}), ok(200)),
    ("put over what has changed", stored, put("/{b}/k", "new", {"If-Match": '"other"'}), error(412, *FAILED, Condition="If-Match")),
    ("put over what is not there", put("/{b}/k", "new", {"If-Match": HELLO_TAG}), error(404, "NoSuchKey", "The specified key does not exist.", Key="k")),
    ("put with both conditions", stored, put("/{b}/k", "new", {"If-Match": HELLO_TAG, "If-None-Match": "*"}),
     error(501, "NotImplemented", "A header you provided implies functionality that is not implemented", Header="If-Match,If-None-Match", additionalMessage="Multiple conditional request headers present in the request")),
    ("put of a new key over a marker", VERSIONED, stored, delete("/{b}/k"), put("/{b}/k", HELLO, {"If-None-Match": "*"}), ok(200)),
    ("delete of what is known", stored, delete("/{b}/k", {"If-Match": HELLO_TAG}), ok(204)),
    ("delete of anything that is there", stored, delete("/{b}/k", {"If-Match": "*"}), ok(204)),
    ("delete of what has changed", stored, delete("/{b}/k", {"If-Match": '"other"'}), error(412, *FAILED, Condition="If-Match")),
    ("a copy of what is known", stored, put("/{b}/l", headers={"x-amz-copy-source": "{b}/k", "x-amz-copy-source-if-match": HELLO_TAG}), ok(200)),
    ("a copy of what has changed", stored, put("/{b}/l", headers={"x-amz-copy-source": "{b}/k", "x-amz-copy-source-if-match": '"other"'}),
     error(412, *FAILED, Condition="x-amz-copy-source-If-Match")),
    ("a copy of what is new", stored, put("/{b}/l", headers={"x-amz-copy-source": "{b}/k", "x-amz-copy-source-if-none-match": HELLO_TAG}),
     error(412, *FAILED, Condition="x-amz-copy-source-If-None-Match")),
    ("a copy of what has changed since the future", stored, put("/{b}/l", headers={"x-amz-copy-source": "{b}/k", "x-amz-copy-source-if-modified-since": FUTURE}), ok(200)),
    ("a copy of what is unchanged since the past", stored, put("/{b}/l", headers={"x-amz-copy-source": "{b}/k", "x-amz-copy-source-if-unmodified-since": PAST}),
     error(412, *FAILED, Condition="x-amz-copy-source-If-Unmodified-Since")),
    ("a copy to a new key alone", stored, put("/{b}/k", headers={"x-amz-copy-source": "{b}/k", "If-None-Match": "*", "x-amz-metadata-directive": "REPLACE"}), error(412, *FAILED, Condition="If-None-Match")),
]
COPIED = [
    ("copy", stored, put("/{b}/l", headers={"x-amz-copy-source": "/{b}/k"}), ok(200, SSE, {"ETag": HELLO_TAG, "LastModified": ZULU, "ChecksumCRC64NVME": ANY, "ChecksumType": "FULL_OBJECT"})),
    ("copy of an encoded key", put("/{b}/a%20b", HELLO), put("/{b}/l", headers={"x-amz-copy-source": "{b}/a%20b"}), get("/{b}/l"), ok(200, body=HELLO)),
    ("copy of a version", VERSIONED, put("/{b}/k", "old", save={"old": "header:x-amz-version-id"}), stored, put("/{b}/l", headers={"x-amz-copy-source": "{b}/k?versionId={old}"}),
     ok(200, {"x-amz-copy-source-version-id": "{old}", "x-amz-version-id": VERSION})),
    ("copy of a delete marker", VERSIONED, stored, delete("/{b}/k", save={"marker": "header:x-amz-version-id"}), put("/{b}/l", headers={"x-amz-copy-source": "{b}/k?versionId={marker}"}),
     error(400, "InvalidRequest", "The source of a copy request may not specifically refer to a delete marker by version id.")),
    ("copy with metadata", put("/{b}/k", HELLO, {"x-amz-meta-a": "1", "Content-Type": "text/css"}), put("/{b}/l", headers={"x-amz-copy-source": "{b}/k"}), head("/{b}/l"), ok(200, {"x-amz-meta-a": "1", "content-type": "text/css"})),
    ("copy with other metadata", put("/{b}/k", HELLO, {"x-amz-meta-a": "1", "Content-Type": "text/css"}),
     put("/{b}/l", headers={"x-amz-copy-source": "{b}/k", "x-amz-metadata-directive": "REPLACE", "x-amz-meta-b": "2"}), head("/{b}/l"), ok(200, {"x-amz-meta-a": None, "x-amz-meta-b": "2", "content-type": "binary/octet-stream"})),
    ("copy onto itself with other metadata", stored, put("/{b}/k", headers={"x-amz-copy-source": "{b}/k", "x-amz-metadata-directive": "REPLACE", "x-amz-meta-b": "2"}), ok(200)),
    ("copy with tags", put("/{b}/k", HELLO, {"x-amz-tagging": "a=1"}), put("/{b}/l", headers={"x-amz-copy-source": "{b}/k"}), head("/{b}/l"), ok(200, {"x-amz-tagging-count": "1"})),
    ("copy with other tags", put("/{b}/k", HELLO, {"x-amz-tagging": "a=1"}), put("/{b}/l", headers={"x-amz-copy-source": "{b}/k", "x-amz-tagging-directive": "REPLACE", "x-amz-tagging": "b=2&c=3"}),
     get("/{b}/l?tagging"), ok(200, xml={"TagSet/Tag/Key": ["b", "c"]})),
    ("copy to its class", put("/{b}/k", HELLO, {"x-amz-storage-class": "STANDARD_IA"}), put("/{b}/l", headers={"x-amz-copy-source": "{b}/k"}), head("/{b}/l"), ok(200, {"x-amz-storage-class": None})),
    ("copy to another class", stored, put("/{b}/k", headers={"x-amz-copy-source": "{b}/k", "x-amz-storage-class": "STANDARD_IA"}), head("/{b}/k"), ok(200, {"x-amz-storage-class": "STANDARD_IA"})),
]
DELETED = [
    ("delete", stored, delete("/{b}/k"), ok(204, {"x-amz-delete-marker": None, "x-amz-version-id": None}, body=b"")),
    ("delete of what is not there", delete("/{b}/k"), ok(204)),
    ("delete that leaves a marker", VERSIONED, stored, delete("/{b}/k"), ok(204, {"x-amz-delete-marker": "true", "x-amz-version-id": VERSION})),
    ("delete while suspended", SUSPENDED, stored, delete("/{b}/k"), ok(204, {"x-amz-delete-marker": "true", "x-amz-version-id": "null"})),
    ("delete of a version", VERSIONED, put("/{b}/k", HELLO, save={"v": "header:x-amz-version-id"}), delete("/{b}/k?versionId={v}"), ok(204, {"x-amz-version-id": "{v}", "x-amz-delete-marker": None})),
    ("delete of a marker", VERSIONED, delete("/{b}/k", save={"v": "header:x-amz-version-id"}), delete("/{b}/k?versionId={v}"), ok(204, {"x-amz-version-id": "{v}", "x-amz-delete-marker": "true"})),
    ("delete of many", stored, post("/{b}?delete", "<Delete><Object><Key>k</Key></Object><Object><Key>none</Key></Object></Delete>"), ok(200, xml={"Deleted/Key": ["k", "none"], "Error/Key": []})),
    ("delete of many in silence", stored, post("/{b}?delete", "<Delete><Quiet>true</Quiet><Object><Key>k</Key></Object></Delete>"), ok(200, xml={"Deleted/Key": []})),
    ("delete of many that leaves markers", VERSIONED, stored, post("/{b}?delete", "<Delete><Object><Key>k</Key></Object></Delete>"),
     ok(200, xml={"Deleted/Key": ["k"], "Deleted/DeleteMarker": ["true"], "Deleted/DeleteMarkerVersionId": VERSION, "Deleted/VersionId": None})),
    ("delete of many versions", VERSIONED, put("/{b}/k", HELLO, save={"v": "header:x-amz-version-id"}), post("/{b}?delete", "<Delete><Object><Key>k</Key><VersionId>{v}</VersionId></Object></Delete>"),
     ok(200, xml={"Deleted/Key": ["k"], "Deleted/VersionId": ["{v}"], "Deleted/DeleteMarker": []})),
    ("delete of many, each known", stored, post("/{b}?delete", '<Delete><Object><Key>k</Key><ETag>"other"</ETag></Object></Delete>'), ok(200, xml={"Error/Key": ["k"], "Error/Code": ["PreconditionFailed"], "Deleted/Key": []})),
]

test_an_object_put = table(PUT)
test_an_object_read = table(READ)
test_a_condition = table(CONDITIONS)
test_an_object_copied = table(COPIED)
test_an_object_deleted = table(DELETED)
