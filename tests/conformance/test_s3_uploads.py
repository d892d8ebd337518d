"""Uploads in parts. https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html"""
import re

from cases import ANY, delete, error, get, head, ok, post, put, table

ZULU = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z")
SSE = {"x-amz-server-side-encryption": "AES256"}
HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} 00:00:00 GMT")
ENDS = put("/{b}?lifecycle", "<LifecycleConfiguration><Rule><ID>end</ID><Status>Enabled</Status><Filter><Prefix>k</Prefix></Filter><AbortIncompleteMultipartUpload>"
           "<DaysAfterInitiation>3</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>")
HELLO_TAG = '"5d41402abc4b2a76b9719d911017c592"'
CRC32, CRC64, SHA1 = "NhCmhg==", "M3eFcAZSQlc=", "qvTGHdzF6KLavt4PO0gs2a6pQ00="
NO_UPLOAD = ("NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.")
NO_PART = ("InvalidPart", "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.")
PART_NUMBER = ("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
MALFORMED = ("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")


def begun(**headers):
    return post("/{b}/k?uploads", headers={"x-amz-" + name.replace("_", "-"): value for name, value in headers.items()}, save={"u": "UploadId"})


def part(number, body="hello", **headers):
    return put("/{b}/k?partNumber=%s&uploadId={u}" % number, body, {"x-amz-" + name.replace("_", "-"): value for name, value in headers.items()})


def whole(*parts, headers=None):
    """Completes it of (number, tag[, sums])."""
    return post("/{b}/k?uploadId={u}", "<CompleteMultipartUpload>" + "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag>{''.join(more)}</Part>" for number, tag, *more in parts) + "</CompleteMultipartUpload>", headers)


done = whole((1, HELLO_TAG))
CASES = [
    ("begun", begun(), ok(200, SSE, {"Bucket": "{b}", "Key": "k", "UploadId": ANY})),
    ("begun without a checksum", begun(), ok(200, {"x-amz-checksum-algorithm": None, "x-amz-checksum-type": None})),
    ("a part", begun(), part(1), ok(200, {**SSE, "etag": HELLO_TAG}, body=b"")),
    ("part zero", begun(), part(0), error(400, *PART_NUMBER, ArgumentName="partNumber", ArgumentValue="0")),
    ("a part beyond all", begun(), part(10001), error(400, *PART_NUMBER, ArgumentName="partNumber", ArgumentValue="10001")),
    ("a part of no upload", put("/{b}/k?partNumber=1&uploadId=none", "x"), error(404, *NO_UPLOAD, UploadId="none")),
    ("a part of another key", begun(), put("/{b}/other?partNumber=1&uploadId={u}", "x"), error(404, *NO_UPLOAD, UploadId="{u}")),
    ("a part with its sum", begun(checksum_algorithm="CRC32"), part(1, checksum_crc32=CRC32), ok(200, {"x-amz-checksum-crc32": CRC32})),
    ("a part without its sum", begun(checksum_algorithm="CRC32"), part(1),
     error(400, "InvalidRequest", "Checksum Type mismatch occurred, expected checksum Type: crc32, actual checksum Type: null")),
    ("a part of a whole without its sum", begun(checksum_algorithm="CRC32", checksum_type="FULL_OBJECT"), part(1), ok(200, {"x-amz-checksum-crc32": CRC32})),
    ("a part with another sum", begun(checksum_algorithm="CRC32"), part(1, checksum_sha1=SHA1),
     error(400, "InvalidRequest", "Checksum Type mismatch occurred, expected checksum Type: crc32, actual checksum Type: sha1")),
    ("completed", begun(), part(1), done, ok(200, {**SSE, "content-type": "application/xml"}, {"Location": "https://{b}.s3.ap-northeast-2.amazonaws.com/k", "Bucket": "{b}", "Key": "k", "ETag": re.compile('"[0-9a-f]{32}-1"'),
                                                                     "ChecksumCRC64NVME": CRC64, "ChecksumType": "FULL_OBJECT"})),
    ("completed in a folder", post("/{b}/a/b?uploads", save={"u": "UploadId"}), put("/{b}/a/b?partNumber=1&uploadId={u}", "hello"),
     post("/{b}/a/b?uploadId={u}", f"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{HELLO_TAG}</ETag></Part></CompleteMultipartUpload>"),
     ok(200, xml={"Location": "https://{b}.s3.ap-northeast-2.amazonaws.com/a%2Fb"})),
    ("completed again", begun(), part(1), done, done, ok(200, {}, {"ETag": re.compile('"[0-9a-f]{32}-1"')})),
    ("completed of nothing", begun(), part(1), whole(), error(400, *MALFORMED)),
    ("completed without a body", begun(), part(1), post("/{b}/k?uploadId={u}"), error(400, "InvalidRequest", "You must specify at least one part")),
    ("completed of what is not there", begun(), part(1), whole((2, HELLO_TAG)), error(400, *NO_PART, UploadId="{u}", PartNumber="2", ETag=HELLO_TAG.strip('"'))),
    ("completed of another tag", begun(), part(1), whole((1, '"other"')), error(400, *NO_PART, UploadId="{u}", PartNumber="1", ETag="other")),
    ("completed without quotes", begun(), part(1), whole((1, HELLO_TAG.strip('"'))), ok(200)),
    ("completed out of order", begun(), part(1), part(2), whole((2, HELLO_TAG), (1, HELLO_TAG)),
     error(400, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.", UploadId="{u}")),
    ("completed of a part twice", begun(), part(1), whole((1, HELLO_TAG), (1, HELLO_TAG)), error(400, "InvalidPartOrder", ANY, UploadId="{u}")),
    ("completed of small parts", begun(), part(1), part(2), whole((1, HELLO_TAG), (2, HELLO_TAG)),
     error(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", ETag=HELLO_TAG.strip('"'), MinSizeAllowed="5242880", PartNumber="1", ProposedSize="5")),
    ("completed with its size", begun(), part(1), whole((1, HELLO_TAG), headers={"x-amz-mp-object-size": "5"}), ok(200)),
    ("completed with another size", begun(), part(1), whole((1, HELLO_TAG), headers={"x-amz-mp-object-size": "6"}),
     error(400, "InvalidRequest", "The provided 'x-amz-mp-object-size' header value 6 does not match what was computed: 5")),
    ("completed with less than nothing", begun(), part(1), whole((1, HELLO_TAG), headers={"x-amz-mp-object-size": "-1"}),
     error(400, "InvalidRequest", "Value for x-amz-mp-object-size header is less than zero")),
    ("parts after less than none", begun(), get("/{b}/k?uploadId={u}&part-number-marker=-1"),
     error(400, "InvalidArgument", "Argument part-number-marker must be an integer between 0 and 2147483647", ArgumentName="part-number-marker", ArgumentValue="-1")),
    ("attributes of less than no parts", put("/{b}/k", "hello"), get("/{b}/k?attributes", {"x-amz-object-attributes": "ObjectParts", "x-amz-max-parts": "-1"}),
     error(400, "InvalidArgument", "Argument max-parts must be an integer between 0 and 2147483647", ArgumentName="x-amz-max-parts", ArgumentValue="-1")),
    ("when it is ended", ENDS, post("/{b}/k?uploads"), ok(200, {"x-amz-abort-date": HTTP_DATE, "x-amz-abort-rule-id": "end"})),
    ("when it is ended, told with its parts", ENDS, begun(), get("/{b}/k?uploadId={u}"), ok(200, {"x-amz-abort-date": HTTP_DATE, "x-amz-abort-rule-id": "end"})),
    ("when another is ended", ENDS, post("/{b}/other?uploads"), ok(200, {"x-amz-abort-date": None, "x-amz-abort-rule-id": None})),
    ("completed with its sum", begun(checksum_algorithm="CRC32", checksum_type="FULL_OBJECT"), part(1, checksum_crc32=CRC32), whole((1, HELLO_TAG), headers={"x-amz-checksum-crc32": CRC32}),
     ok(200, xml={"ChecksumCRC32": CRC32, "ChecksumType": "FULL_OBJECT"})),
    ("completed with another sum", begun(checksum_algorithm="CRC32", checksum_type="FULL_OBJECT"), part(1, checksum_crc32=CRC32),
     whole((1, HELLO_TAG), headers={"x-amz-checksum-crc32": "AAAAAA=="}), error(400, "BadDigest", "The CRC32 you specified did not match the calculated checksum.")),
    ("a composite completed", begun(checksum_algorithm="CRC32"), part(1, checksum_crc32=CRC32), whole((1, HELLO_TAG, f"<ChecksumCRC32>{CRC32}</ChecksumCRC32>")),
     ok(200, xml={"ChecksumCRC32": re.compile(r"[A-Za-z0-9+/]{6}==-1"), "ChecksumType": "COMPOSITE"})),
    ("a composite without sums", begun(checksum_algorithm="SHA1"), part(1, checksum_sha1=SHA1), done,
     error(400, "InvalidRequest", "The upload was created using a sha1 checksum. The complete request must include the checksum for each part. It was missing for part 1 in the request.")),
    ("a composite with a part's other sum", begun(checksum_algorithm="SHA1"), part(1, checksum_sha1=SHA1), whole((1, HELLO_TAG, "<ChecksumSHA1>AAAAAAAAAAAAAAAAAAAAAAAAAAA=</ChecksumSHA1>")),
     error(400, *NO_PART, UploadId="{u}", PartNumber="1", ETag=HELLO_TAG.strip('"'))),
    ("sums of parts in an upload without", begun(), part(1), whole((1, HELLO_TAG, f"<ChecksumCRC32>{CRC32}</ChecksumCRC32>")), error(400, *NO_PART, UploadId="{u}", PartNumber="1", ETag=HELLO_TAG.strip('"'))),
    ("another type at the end", begun(checksum_algorithm="CRC32"), part(1, checksum_crc32=CRC32),
     whole((1, HELLO_TAG, f"<ChecksumCRC32>{CRC32}</ChecksumCRC32>"), headers={"x-amz-checksum-type": "FULL_OBJECT"}),
     error(400, "InvalidRequest", "The upload was created using the COMPOSITE checksum mode. The complete request must use the same checksum mode.")),
    ("a type at the end of an upload without", begun(), part(1), whole((1, HELLO_TAG), headers={"x-amz-checksum-type": "COMPOSITE"}),
     error(400, "InvalidRequest", "The upload was created using the null checksum mode. The complete request must use the same checksum mode.")),
    ("completed to a new key alone", begun(), part(1), whole((1, HELLO_TAG), headers={"If-None-Match": "*"}), ok(200)),
    ("completed to a key that was there", put("/{b}/k", "x"), begun(), part(1), whole((1, HELLO_TAG), headers={"If-None-Match": "*"}),
     error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", Condition="If-None-Match")),
    ("completed to a key that came meanwhile", begun(), part(1), put("/{b}/k", "x"), whole((1, HELLO_TAG), headers={"If-None-Match": "*"}),
     error(409, "ConditionalRequestConflict", "The conditional request cannot succeed due to a conflicting operation against this resource.", Condition="If-None-Match", Key="k")),
    ("completed over what was deleted meanwhile", put("/{b}/k", "hello"), begun(), part(1), delete("/{b}/k"), whole((1, HELLO_TAG), headers={"If-Match": HELLO_TAG}),
     error(404, "NoSuchKey", "The specified key does not exist.", Key="k")),
    ("completed over what was put meanwhile", begun(), part(1), put("/{b}/k", "hello"), whole((1, HELLO_TAG), headers={"If-Match": HELLO_TAG}),
     error(409, "ConditionalRequestConflict", ANY, Condition="If-Match", Key="k")),
    ("an object in parts", begun(), part(1), done, get("/{b}/k"), ok(200, {**SSE, "content-length": "5"}, body="hello")),
    ("the first part", begun(), part(1), done, get("/{b}/k?partNumber=1"), ok(206, {"x-amz-mp-parts-count": "1", "content-range": "bytes 0-4/5"}, body="hello")),
    ("a part that it does not have", begun(), part(1), done, get("/{b}/k?partNumber=2"),
     error(416, "InvalidPartNumber", "The requested partnumber is not satisfiable", PartNumberRequested="2", ActualPartCount="1")),
    ("its parts as attributes", begun(checksum_algorithm="CRC32"), part(1, checksum_crc32=CRC32), whole((1, HELLO_TAG, f"<ChecksumCRC32>{CRC32}</ChecksumCRC32>")),
     get("/{b}/k?attributes", {"x-amz-object-attributes": "ObjectParts"}),
     ok(200, xml={"ObjectParts/PartsCount": "1", "ObjectParts/PartNumberMarker": "0", "ObjectParts/NextPartNumberMarker": "1", "ObjectParts/MaxParts": "1000", "ObjectParts/IsTruncated": "false",
                  "ObjectParts/Part/PartNumber": ["1"], "ObjectParts/Part/Size": ["5"], "ObjectParts/Part/ChecksumCRC32": [CRC32]})),
    ("its parts without sums", begun(), part(1), done, get("/{b}/k?attributes", {"x-amz-object-attributes": "ObjectParts"}), ok(200, xml={"ObjectParts/PartsCount": "1", "ObjectParts/Part": None})),
    ("metadata of an upload", begun(meta_a="1"), part(1), done, head("/{b}/k"), ok(200, {"x-amz-meta-a": "1", "content-type": "binary/octet-stream"})),
    ("tags of an upload", begun(tagging="a=1&b=2"), part(1), done, head("/{b}/k"), ok(200, {"x-amz-tagging-count": "2"})),
    ("class of an upload", begun(storage_class="STANDARD_IA"), part(1), done, head("/{b}/k"), ok(200, {"x-amz-storage-class": "STANDARD_IA"})),
    ("an unknown class of an upload", post("/{b}/k?uploads", headers={"x-amz-storage-class": "COLD"}), error(400, "InvalidStorageClass", ANY, StorageClassRequested="COLD")),
    ("aborted", begun(), part(1), delete("/{b}/k?uploadId={u}"), ok(204, body=b"")),
    ("aborted again", begun(), delete("/{b}/k?uploadId={u}"), delete("/{b}/k?uploadId={u}"), error(404, *NO_UPLOAD, UploadId="{u}")),
    ("a part after all", begun(), part(1), done, part(2), error(404, *NO_UPLOAD, UploadId="{u}")),
    ("a copied part", put("/{b}/s", "hello"), begun(), put("/{b}/k?partNumber=1&uploadId={u}", headers={"x-amz-copy-source": "{b}/s"}), ok(200, SSE, {"ETag": HELLO_TAG, "LastModified": ZULU})),
    ("a copied range", put("/{b}/s", "hello"), begun(), put("/{b}/k?partNumber=1&uploadId={u}", headers={"x-amz-copy-source": "{b}/s", "x-amz-copy-source-range": "bytes=1-3"}),
     ok(200, xml={"ETag": ANY})),
    ("a copied part with its sum", put("/{b}/s", "hello"), begun(checksum_algorithm="CRC32"), put("/{b}/k?partNumber=1&uploadId={u}", headers={"x-amz-copy-source": "{b}/s"}),
     ok(200, xml={"ChecksumCRC32": CRC32})),
    ("a copied range of other units", put("/{b}/s", "hello"), begun(), put("/{b}/k?partNumber=1&uploadId={u}", headers={"x-amz-copy-source": "{b}/s", "x-amz-copy-source-range": "bytes=1"}),
     error(400, "InvalidArgument", "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
           ArgumentName="x-amz-copy-source-range", ArgumentValue="bytes=1")),
    ("a copied range beyond", put("/{b}/s", "hello"), begun(), put("/{b}/k?partNumber=1&uploadId={u}", headers={"x-amz-copy-source": "{b}/s", "x-amz-copy-source-range": "bytes=0-5"}),
     error(400, "InvalidArgument", "Range specified is not valid for source object of size: 5", ArgumentName="x-amz-copy-source-range", ArgumentValue="bytes=0-5")),
    ("a copied range that starts beyond", put("/{b}/s", "hello"), begun(), put("/{b}/k?partNumber=1&uploadId={u}", headers={"x-amz-copy-source": "{b}/s", "x-amz-copy-source-range": "bytes=6-9"}),
     error(400, "InvalidArgument", "Range specified is not valid for source object of size: 5", ArgumentName="x-amz-copy-source-range", ArgumentValue="bytes=6-9")),
    ("a copied part under a condition", put("/{b}/s", "hello"), begun(), put("/{b}/k?partNumber=1&uploadId={u}", headers={"x-amz-copy-source": "{b}/s", "x-amz-copy-source-if-match": '"other"'}),
     error(412, "PreconditionFailed", ANY, Condition="x-amz-copy-source-If-Match")),
]

LISTS = [
    ("parts", begun(), part(1), part(2, "x"), get("/{b}/k?uploadId={u}"),
     ok(200, xml={"Bucket": "{b}", "Key": "k", "UploadId": "{u}", "PartNumberMarker": "0", "NextPartNumberMarker": "2", "MaxParts": "1000", "IsTruncated": "false", "StorageClass": "STANDARD",
                  "Part/PartNumber": ["1", "2"], "Part/Size": ["5", "1"], "Part/ETag": [HELLO_TAG, '"9dd4e461268c8034f5c8564e155c67a6"'], "Part/LastModified": ZULU, "Owner/ID": "{owner}", "Initiator/ID": ANY,
                  "Initiator/DisplayName": ANY})),
    ("no parts", begun(), get("/{b}/k?uploadId={u}"), ok(200, xml={"PartNumberMarker": "0", "NextPartNumberMarker": "0", "IsTruncated": "false", "Part": None})),
    ("parts in pages", begun(), part(1), part(2), get("/{b}/k?uploadId={u}&max-parts=1"), ok(200, xml={"Part/PartNumber": ["1"], "IsTruncated": "true", "NextPartNumberMarker": "1", "MaxParts": "1"})),
    ("parts in pages, the second", begun(), part(1), part(2), get("/{b}/k?uploadId={u}&max-parts=1&part-number-marker=1"),
     ok(200, xml={"Part/PartNumber": ["2"], "IsTruncated": "false", "PartNumberMarker": "1", "NextPartNumberMarker": "2"})),
    ("parts, a page of less than none", begun(), get("/{b}/k?uploadId={u}&max-parts=-1"),
     error(400, "InvalidArgument", "Argument max-parts must be an integer between 0 and 2147483647", ArgumentName="max-parts", ArgumentValue="-1")),
    ("parts, a page of no number", begun(), get("/{b}/k?uploadId={u}&max-parts=many"), error(400, "InvalidArgument", "Provided max-parts not an integer or within integer range", ArgumentName="max-parts", ArgumentValue="many")),
    ("parts with their sums", begun(checksum_algorithm="CRC32"), part(1, checksum_crc32=CRC32), get("/{b}/k?uploadId={u}"),
     ok(200, xml={"ChecksumAlgorithm": "CRC32", "ChecksumType": "COMPOSITE", "Part/ChecksumCRC32": [CRC32]})),
    ("uploads", begun(), get("/{b}?uploads"),
     ok(200, xml={"Bucket": "{b}", "Upload/Key": ["k"], "Upload/UploadId": ["{u}"], "Upload/Initiated": ZULU, "Upload/StorageClass": ["STANDARD"], "MaxUploads": "1000", "IsTruncated": "false",
                  "KeyMarker": "", "UploadIdMarker": "", "NextKeyMarker": "k", "NextUploadIdMarker": "{u}", "Upload/Initiator/DisplayName": ANY, "Upload/Owner/ID": ["{owner}"]})),
    ("no uploads", get("/{b}?uploads"), ok(200, xml={"Upload": None, "IsTruncated": "false", "NextKeyMarker": "", "NextUploadIdMarker": "", "Prefix": None, "Delimiter": None})),
    ("uploads with their sums", begun(checksum_algorithm="CRC32"), get("/{b}?uploads"), ok(200, xml={"Upload/ChecksumAlgorithm": ["CRC32"], "Upload/ChecksumType": ["COMPOSITE"]})),
    ("uploads in pages", begun(), post("/{b}/l?uploads"), get("/{b}?uploads&max-uploads=1"), ok(200, xml={"Upload/Key": ["k"], "IsTruncated": "true", "NextKeyMarker": "k", "NextUploadIdMarker": "{u}"})),
    ("uploads of a prefix", begun(), post("/{b}/l?uploads"), get("/{b}?uploads&prefix=l"), ok(200, xml={"Upload/Key": ["l"], "Prefix": "l"})),
    ("uploads under folders", post("/{b}/a/b?uploads"), get("/{b}?uploads&delimiter=/"), ok(200, xml={"CommonPrefixes/Prefix": ["a/"], "Upload": None, "Delimiter": "/"})),
    ("uploads, a page of less than none", get("/{b}?uploads&max-uploads=-1"),
     error(400, "InvalidArgument", "Argument max-uploads must be an integer between 0 and 2147483647", ArgumentName="max-uploads", ArgumentValue="-1")),
    ("uploads, a page of nothing", get("/{b}?uploads&max-uploads=0"), ok(200, xml={"MaxUploads": "0", "IsTruncated": "false"})),
]
test_an_upload = table(CASES)
test_a_list_of_parts_or_uploads = table(LISTS)
