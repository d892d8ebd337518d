"""Lists of objects and versions. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html and its neighbours"""
import re

from cases import ANY, delete, error, get, ok, put, table

ZULU = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z")
HELLO_TAG = '"5d41402abc4b2a76b9719d911017c592"'
VERSIONED = put("/{b}?versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")


def keys(*names):
    return [put(f"/{{b}}/{name}", "hello") for name in names]


V2 = "/{b}?list-type=2"
TREE = keys("a/1", "a/2", "b", "c/1")
INTEGER = ("InvalidArgument", "Provided max-keys not an integer or within integer range")
CASES = [
    ("of nothing", get(V2), ok(200, {"content-type": "application/xml"}, {"Name": "{b}", "Prefix": "", "KeyCount": "0", "MaxKeys": "1000", "IsTruncated": "false", "Contents": None, "Delimiter": None,
                                                                         "EncodingType": None, "StartAfter": None, "ContinuationToken": None, "NextContinuationToken": None})),
    ("of an object", *keys("k"), get(V2), ok(200, xml={"Contents/Key": ["k"], "Contents/LastModified": ZULU, "Contents/ETag": [HELLO_TAG], "Contents/Size": ["5"],
                                                     "Contents/StorageClass": ["STANDARD"], "Contents/Owner": None, "KeyCount": "1", "Contents/ChecksumAlgorithm": ["CRC64NVME"], "Contents/ChecksumType": ["FULL_OBJECT"]})),
    ("with owners", *keys("k"), get(V2 + "&fetch-owner=true"), ok(200, xml={"Contents/Owner/ID": ["{owner}"]})),
    ("in order of bytes", *keys("b", "B", "a", "%C3%A9", "1"), get(V2), ok(200, xml={"Contents/Key": ["1", "B", "a", "b", "é"]})),
    ("of a prefix", *TREE, get(V2 + "&prefix=a/"), ok(200, xml={"Contents/Key": ["a/1", "a/2"], "Prefix": "a/"})),
    ("of folders", *TREE, get(V2 + "&delimiter=/"), ok(200, xml={"Contents/Key": ["b"], "CommonPrefixes/Prefix": ["a/", "c/"], "KeyCount": "3", "Delimiter": "/"})),
    ("of a folder", *TREE, get(V2 + "&delimiter=/&prefix=a/"), ok(200, xml={"Contents/Key": ["a/1", "a/2"], "CommonPrefixes": None})),
    ("with an empty delimiter", *TREE, get(V2 + "&delimiter="), ok(200, xml={"Contents/Key": ["a/1", "a/2", "b", "c/1"], "Delimiter": None})),
    ("in pages", *TREE, get(V2 + "&max-keys=2"), ok(200, xml={"Contents/Key": ["a/1", "a/2"], "IsTruncated": "true", "NextContinuationToken": ANY, "MaxKeys": "2", "KeyCount": "2"})),
    ("in pages, the second", *TREE, get(V2 + "&max-keys=2", save={"token": "NextContinuationToken"}), get(V2 + "&max-keys=2&continuation-token={token}"),
     ok(200, xml={"Contents/Key": ["b", "c/1"], "IsTruncated": "false", "ContinuationToken": "{token}", "NextContinuationToken": None})),
    ("of folders in pages", *TREE, get(V2 + "&max-keys=1&delimiter=/", save={"token": "NextContinuationToken"}), get(V2 + "&max-keys=1&delimiter=/&continuation-token={token}"),
     ok(200, xml={"Contents/Key": ["b"], "CommonPrefixes": None})),
    ("after a key", *TREE, get(V2 + "&start-after=a/2"), ok(200, xml={"Contents/Key": ["b", "c/1"], "StartAfter": "a/2"})),
    ("after a key and a token", *TREE, get(V2 + "&max-keys=1", save={"token": "NextContinuationToken"}), get(V2 + "&start-after=b&continuation-token={token}"), ok(200, xml={"Contents/Key": ["a/2", "b", "c/1"], "StartAfter": None})),
    ("of no more than nothing", *keys("k"), get(V2 + "&max-keys=0"), ok(200, xml={"Contents": None, "IsTruncated": "false", "MaxKeys": "0", "KeyCount": "0"})),
    ("of more than there may be", *keys("k"), get(V2 + "&max-keys=5000"), ok(200, xml={"MaxKeys": "1000"})),
    ("of less than nothing", get(V2 + "&max-keys=-1"), error(400, "InvalidArgument", "Argument maxKeys must be an integer between 0 and 2147483647", ArgumentName="maxKeys", ArgumentValue="-1")),
    ("of many", get(V2 + "&max-keys=many"), error(400, *INTEGER, ArgumentName="max-keys", ArgumentValue="many")),
    ("of another encoding", get(V2 + "&encoding-type=base64"), error(400, "InvalidArgument", "Invalid Encoding Method specified in Request", ArgumentName="encoding-type", ArgumentValue="base64")),
    ("with a token that is none", get(V2 + "&continuation-token=none"), error(400, "InvalidArgument", "The continuation token provided is incorrect", ArgumentName="continuation-token")),
    ("with an empty token", get(V2 + "&continuation-token="), error(400, "InvalidArgument", "The continuation token provided is incorrect", ArgumentName="continuation-token")),
    ("of encoded keys", *keys("a%20b%2Bc/%C3%A9"), get(V2 + "&encoding-type=url"), ok(200, xml={"Contents/Key": ["a+b%2Bc/%C3%A9"], "EncodingType": "url"})),
    ("of a class", put("/{b}/k", "x", {"x-amz-storage-class": "GLACIER_IR"}), get(V2), ok(200, xml={"Contents/StorageClass": ["GLACIER_IR"]})),
    ("with what they do not have", get(V2, {"x-amz-optional-object-attributes": "Colour"}), error(400, "InvalidArgument", ANY, ArgumentName="x-amz-optional-object-attributes", ArgumentValue="Colour")),
    ("with their restoration", put("/{b}/k", "x"), get(V2, {"x-amz-optional-object-attributes": "RestoreStatus"}), ok(200, xml={"Contents/Key": ["k"], "Contents/RestoreStatus": None})),
    ("of the old kind", *keys("k"), get("/{b}"), ok(200, xml={"Name": "{b}", "Prefix": "", "Marker": "", "MaxKeys": "1000", "IsTruncated": "false", "Contents/Key": ["k"], "Contents/Owner/ID": ["{owner}"], "KeyCount": None, "NextMarker": None})),
    ("of the old kind, in pages", *TREE, get("/{b}?max-keys=2"), ok(200, xml={"Contents/Key": ["a/1", "a/2"], "IsTruncated": "true", "NextMarker": None})),
    ("of the old kind, folders in pages", *TREE, get("/{b}?max-keys=1&delimiter=/"), ok(200, xml={"CommonPrefixes/Prefix": ["a/"], "IsTruncated": "true", "NextMarker": "a/"})),
    ("of the old kind, behind a marker", *TREE, get("/{b}?marker=a/2"), ok(200, xml={"Contents/Key": ["b", "c/1"], "Marker": "a/2"})),
    ("of the old kind, a marker in a folder", *TREE, get("/{b}?marker=a/1&delimiter=/"), ok(200, xml={"Contents/Key": ["b"], "CommonPrefixes/Prefix": ["c/"]})),
    ("of the old kind, less than nothing", get("/{b}?max-keys=-1"), error(400, "InvalidArgument", "Argument maxKeys must be an integer between 0 and 2147483647", ArgumentName="maxKeys", ArgumentValue="-1")),
    ("of versions, none kept", *keys("k"), get("/{b}?versions"), ok(200, xml={"Version/Key": ["k"], "Version/VersionId": ["null"], "Version/IsLatest": ["true"], "Version/LastModified": ZULU, "Version/ETag": [HELLO_TAG],
                                                                            "Version/Size": ["5"], "Version/StorageClass": ["STANDARD"], "Version/Owner/ID": ["{owner}"], "KeyMarker": "", "VersionIdMarker": "",
                                                                            "NextKeyMarker": None, "NextVersionIdMarker": None, "MaxKeys": "1000", "IsTruncated": "false"})),
    ("of versions", VERSIONED, *keys("k", "k"), get("/{b}?versions"), ok(200, xml={"Version/Key": ["k", "k"], "Version/IsLatest": ["true", "false"]})),
    ("of markers", VERSIONED, *keys("k"), delete("/{b}/k"), get("/{b}?versions"),
     ok(200, xml={"DeleteMarker/Key": ["k"], "DeleteMarker/IsLatest": ["true"], "DeleteMarker/LastModified": ZULU, "DeleteMarker/Owner/ID": ["{owner}"], "Version/IsLatest": ["false"]})),
    ("of versions in pages", VERSIONED, *keys("k", "k"), get("/{b}?versions&max-keys=1"), ok(200, xml={"Version/Key": ["k"], "IsTruncated": "true", "NextKeyMarker": "k", "NextVersionIdMarker": ANY})),
    ("of versions in pages, the second", VERSIONED, *keys("k", "k"), get("/{b}?versions&max-keys=1", save={"v": "NextVersionIdMarker"}), get("/{b}?versions&max-keys=1&key-marker=k&version-id-marker={v}"),
     ok(200, xml={"Version/IsLatest": ["false"], "IsTruncated": "false", "VersionIdMarker": "{v}", "KeyMarker": "k"})),
    ("of versions behind one that has gone", VERSIONED, *keys("k", "k"), get("/{b}?versions&max-keys=1", save={"v": "NextVersionIdMarker"}), delete("/{b}/k?versionId={v}"),
     get("/{b}?versions&max-keys=1&key-marker=k&version-id-marker={v}"), ok(200, xml={"Version/Key": ["k"]})),
    ("of versions, a version without a key", get("/{b}?versions&version-id-marker=v"),
     error(400, "InvalidArgument", "A version-id marker cannot be specified without a key marker.", ArgumentName="version-id-marker", ArgumentValue="v")),
    ("of versions, an empty version", get("/{b}?versions&key-marker=k&version-id-marker="),
     error(400, "InvalidArgument", "A version-id marker cannot be empty.", ArgumentName="version-id-marker", ArgumentValue="")),
    ("of versions, a version that is none", get("/{b}?versions&key-marker=k&version-id-marker=none"),
     error(400, "InvalidArgument", "Invalid version id specified", ArgumentName="version-id-marker", ArgumentValue="none")),
    ("of versions, folders", VERSIONED, *keys("a/1", "b"), get("/{b}?versions&delimiter=/"), ok(200, xml={"CommonPrefixes/Prefix": ["a/"], "Version/Key": ["b"]})),
    ("of versions, less than nothing", get("/{b}?versions&max-keys=-1"), error(400, "InvalidArgument", "Argument maxKeys must be an integer between 0 and 2147483647", ArgumentName="maxKeys", ArgumentValue="-1")),
    ("of versions, nothing", *keys("k"), get("/{b}?versions&max-keys=0"), ok(200, xml={"Version": None, "IsTruncated": "false", "MaxKeys": "0"})),
]
test_a_list = table(CASES)
