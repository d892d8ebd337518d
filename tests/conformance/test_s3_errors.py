"""Errors: their code, status and the members that AWS tells beside the message.
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""
from cases import ANY, ask, delete, error, get, head, ok, post, put, table

NO_KEY = ("NoSuchKey", "The specified key does not exist.")
NO_BUCKET = ("NoSuchBucket", "The specified bucket does not exist")
OTHER = "/no-such-bucket-anywhere"
NAMED = {"BucketName": OTHER[1:]}
ARGUMENT = ("InvalidArgument", ANY)
MALFORMED = ("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
NO_VERSION_ID = {"ArgumentName": "versionId", "ArgumentValue": "no-version"}

# What a bucket that is not there answers, whatever is asked of it.
ABSENT = [(f"{method} {sub or 'nothing'} of a bucket that is not there", ask(method, f"{OTHER}{sub}"), error(404, *NO_BUCKET, **NAMED))
          for method, subs in {
              "GET": ["", "?list-type=2", "?versions", "?uploads", "?location", "?versioning", "?tagging", "?policy", "?policyStatus", "?publicAccessBlock",
                      "?notification", "?ownershipControls", "?acl", "?accelerate", "?cors", "?encryption", "?lifecycle", "?logging", "?replication",
                      "?requestPayment", "?website", "?object-lock", "/key", "/key?tagging", "/key?acl"],
              "PUT": ["/key"],
              "DELETE": ["", "?tagging", "?policy", "?publicAccessBlock", "?ownershipControls", "?encryption", "?lifecycle", "?cors", "?website", "/key"],
              "POST": ["/key?uploads"]}.items() for sub in subs]

# What was never configured.
UNSET = [(f"{sub} that was never set", get("/{b}?" + sub), error(404, code, message, BucketName="{b}")) for sub, code, message in [
    ("tagging", "NoSuchTagSet", "The TagSet does not exist"),
    ("policy", "NoSuchBucketPolicy", "The bucket policy does not exist"),
    ("policyStatus", "NoSuchBucketPolicy", "The bucket policy does not exist"),
    ("cors", "NoSuchCORSConfiguration", "The CORS configuration does not exist"),
    ("lifecycle", "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
    ("website", "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"),
    ("replication", "ReplicationConfigurationNotFoundError", "The replication configuration was not found"),
    ("object-lock", "ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket")]]

# Deleting what was never configured succeeds.
UNSET_DELETED = [(f"delete of {sub} that was never set", delete("/{b}?" + sub), ok(204)) for sub in (
    "tagging", "policy", "cors", "lifecycle", "website", "ownershipControls", "encryption", "publicAccessBlock")]

METHODS = [
    ("a method that a bucket does not take", ask("PATCH", "/{b}"), error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.",
                                                                       Method="PATCH", ResourceType="BUCKET")),
    ("a method that an object does not take", ask("PATCH", "/{b}/k"), error(405, "MethodNotAllowed", ANY, Method="PATCH", ResourceType="OBJECT")),
    ("a method that the service does not take", delete("/"), error(405, "MethodNotAllowed", ANY, Method="DELETE", ResourceType="SERVICE")),
    ("GET of a delete marker's version", put("/{b}?versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"), put("/{b}/k", "x"),
     delete("/{b}/k", save={"marker": "header:x-amz-version-id"}), get("/{b}/k?versionId={marker}"),
     error(405, "MethodNotAllowed", ANY, Method="GET", ResourceType="DeleteMarker", headers={"x-amz-delete-marker": "true", "allow": "DELETE", "last-modified": ANY})),
    ("HEAD of a delete marker's version", put("/{b}?versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"), put("/{b}/k", "x"),
     delete("/{b}/k", save={"marker": "header:x-amz-version-id"}), head("/{b}/k?versionId={marker}"),
     ok(405, headers={"x-amz-delete-marker": "true", "allow": "DELETE"}, body=b"")),
    ("GET where a delete marker is the latest", put("/{b}?versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"), put("/{b}/k", "x"),
     delete("/{b}/k", save={"marker": "header:x-amz-version-id"}), get("/{b}/k"),
     error(404, *NO_KEY, Key="k", headers={"x-amz-delete-marker": "true", "x-amz-version-id": "{marker}"})),
    ("HEAD where a delete marker is the latest", put("/{b}?versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"), put("/{b}/k", "x"),
     delete("/{b}/k", save={"marker": "header:x-amz-version-id"}), head("/{b}/k"),
     ok(404, headers={"x-amz-delete-marker": "true", "x-amz-version-id": "{marker}"}, body=b"")),
]

OBJECTS = [
    ("a key that is not there", get("/{b}/dir/none"), error(404, *NO_KEY, Key="dir/none")),
    ("HEAD of a key that is not there has no body", head("/{b}/none"), ok(404, body=b"")),
    ("HEAD of a bucket that is not there has no body", head(OTHER), ok(404, body=b"")),
    ("tags of a key that is not there", get("/{b}/none?tagging"), error(404, *NO_KEY, Key="none")),
    ("tags put on a key that is not there", put("/{b}/none?tagging", "<Tagging><TagSet/></Tagging>"), error(404, *NO_KEY, Key="none")),
    ("attributes of a key that is not there", get("/{b}/none?attributes", {"x-amz-object-attributes": "ETag"}), error(404, *NO_KEY, Key="none")),
    ("a copy of a key that is not there", put("/{b}/k", headers={"x-amz-copy-source": "/{b}/none"}), error(404, *NO_KEY, Key="none")),
    ("a copy out of a bucket that is not there", put("/{b}/k", headers={"x-amz-copy-source": OTHER + "/none"}), error(404, *NO_BUCKET, **NAMED)),
    ("a version that is not there", put("/{b}/k", "x"), get("/{b}/k?versionId=3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY"),
     error(404, "NoSuchVersion", "The specified version does not exist.", Key="k", VersionId="3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY")),
    ("a version id that is none", put("/{b}/k", "x"), get("/{b}/k?versionId=no-version"), error(400, "InvalidArgument", "Invalid version id specified", **NO_VERSION_ID)),
    ("an empty version id", put("/{b}/k", "x"), get("/{b}/k?versionId="),
     error(400, "InvalidArgument", "Version id cannot be the empty string", ArgumentName="versionId", ArgumentValue="")),
    ("a key that is too long", put("/{b}/" + "k" * 1025, "x"), error(400, "KeyTooLongError", "Your key is too long", Size="1025", MaxSizeAllowed="1024")),
    ("a range beyond the object", put("/{b}/k", "hello"), get("/{b}/k", {"Range": "bytes=5-9"}),
     error(416, "InvalidRange", "The requested range is not satisfiable", RangeRequested="bytes=5-9", ActualObjectSize="5")),
    ("a suffix of nothing", put("/{b}/k", "hello"), get("/{b}/k", {"Range": "bytes=-0"}),
     error(416, "InvalidRange", "The requested range is not satisfiable", RangeRequested="bytes=-0", ActualObjectSize="5")),
    ("a range of an empty object", put("/{b}/k"), get("/{b}/k", {"Range": "bytes=0-0"}),
     error(416, "InvalidRange", ANY, RangeRequested="bytes=0-0", ActualObjectSize="0")),
    ("a range and a part number", put("/{b}/k", "hello"), get("/{b}/k?partNumber=1", {"Range": "bytes=0-0"}),
     error(400, "InvalidRequest", "Cannot specify both Range header and partNumber query parameter")),
    ("a part that the object does not have", put("/{b}/k", "hello"), get("/{b}/k?partNumber=2"),
     error(416, "InvalidPartNumber", "The requested partnumber is not satisfiable", PartNumberRequested="2", ActualPartCount="1")),
    ("a part number of zero", put("/{b}/k", "hello"), get("/{b}/k?partNumber=0"),
     error(400, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive", ArgumentName="partNumber", ArgumentValue="0")),
    ("metadata that is too large", put("/{b}/k", "x", {"x-amz-meta-a": "v" * 2050}),
     error(400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", Size="2051", MaxSizeAllowed="2048")),
    ("a digest that is none", put("/{b}/k", "x", {"Content-MD5": "none"}), error(400, "InvalidDigest", "The Content-MD5 you specified was invalid.", **{"Content-MD5": "none"})),
    ("a digest of something else", put("/{b}/k", "x", {"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}),
     error(400, "BadDigest", "The Content-MD5 you specified did not match what we received.", ExpectedDigest="1B2M2Y8AsgTpgAmY7PhCfg==",
           CalculatedDigest="ndTkYSaMgDT1yFZOFVxnpg==")),
    ("a hash of something else", put("/{b}/k", "x", {"x-amz-content-sha256": "e" * 64}),
     error(400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.",
           ClientComputedContentSHA256="e" * 64, S3ComputedContentSHA256="2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881")),
    ("a copy source without a key", put("/{b}/k", headers={"x-amz-copy-source": "bucket"}),
     error(400, "InvalidArgument", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey", ArgumentName="x-amz-copy-source", ArgumentValue="x-amz-copy-source")),
    ("a copy onto itself", put("/{b}/k", "x"), put("/{b}/k", headers={"x-amz-copy-source": "{b}/k"}),
     error(400, "InvalidRequest", "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, "
           "storage class, website redirect location or encryption attributes.")),
    ("an unknown metadata directive", put("/{b}/k", "x"), put("/{b}/l", headers={"x-amz-copy-source": "{b}/k", "x-amz-metadata-directive": "MOVE"}),
     error(400, "InvalidArgument", "Unknown metadata directive.", ArgumentName="x-amz-metadata-directive", ArgumentValue="MOVE")),
    ("an unknown tagging directive", put("/{b}/k", "x"), put("/{b}/l", headers={"x-amz-copy-source": "{b}/k", "x-amz-tagging-directive": "MOVE"}),
     error(400, "InvalidArgument", "Unknown tagging directive.", ArgumentName="x-amz-tagging-directive", ArgumentValue="MOVE")),
    ("an unknown storage class", put("/{b}/k", "x", {"x-amz-storage-class": "COLD"}),
     error(400, "InvalidStorageClass", "The storage class you specified is not valid", StorageClassRequested="COLD")),
    ("a storage class of Outposts", put("/{b}/k", "x", {"x-amz-storage-class": "OUTPOSTS"}),
     error(400, "InvalidStorageClass", "The storage class you specified is not valid", StorageClassRequested="OUTPOSTS")),
    ("an unknown ACL", put("/{b}/k", "x", {"x-amz-acl": "everybody"}), error(400, "InvalidArgument", "", ArgumentName="x-amz-acl", ArgumentValue="everybody")),
    ("an unknown encryption", put("/{b}/k", "x", {"x-amz-server-side-encryption": "ROT13"}),
     error(400, "InvalidArgument", "The encryption method specified is not supported", ArgumentName="x-amz-server-side-encryption", ArgumentValue="ROT13")),
    ("encryption by KMS is refused by name", put("/{b}/k", "x", {"x-amz-server-side-encryption": "aws:kms"}), error(501, "NotImplemented", ANY)),
    ("attributes that are not named", put("/{b}/k", "x"), get("/{b}/k?attributes"), error(400, "InvalidRequest", ANY)),
    ("an unknown attribute", put("/{b}/k", "x"), get("/{b}/k?attributes", {"x-amz-object-attributes": "Colour"}),
     error(400, "InvalidArgument", "Invalid attribute name specified.", ArgumentName="x-amz-object-attributes", ArgumentValue="Colour")),
    ("XML that is none", post("/{b}?delete", "<Delete><Object>"), error(400, *MALFORMED)),
    ("XML of another kind", put("/{b}?tagging", "<Other/>"), error(400, *MALFORMED)),
    ("XML that is empty", put("/{b}?versioning", ""), error(400, "MissingRequestBodyError", "Request Body is empty")),
    ("a delete of no objects", post("/{b}?delete", "<Delete></Delete>"), error(400, *MALFORMED)),
    ("a delete of too many objects", post("/{b}?delete", "<Delete>" + "<Object><Key>k</Key></Object>" * 1001 + "</Delete>"), error(400, *MALFORMED)),
    ("an upload that is not there", get("/{b}/k?uploadId=none"),
     error(404, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.", UploadId="none")),
    ("an expected owner who is no account", get("/{b}?location", {"x-amz-expected-bucket-owner": "abcd"}),
     error(400, "InvalidBucketOwnerAWSAccountID", "The value of the expected bucket owner parameter must be an AWS Account ID... [abcd]")),
    ("another expected owner", get("/{b}?location", {"x-amz-expected-bucket-owner": "000000000002"}), error(403, "AccessDenied", "Access Denied")),
    ("the expected owner", get("/{b}?location", {"x-amz-expected-bucket-owner": "{account}"}), ok(200)),
    ("another expected owner of a copy's source", put("/{b}/k", "x"),
     put("/{b}/l", headers={"x-amz-copy-source": "{b}/k", "x-amz-source-expected-bucket-owner": "000000000002"}), error(403, "AccessDenied", "Access Denied")),
]

test_a_bucket_that_is_not_there = table(ABSENT)
test_a_setting_that_was_never_made = table(UNSET + UNSET_DELETED)
test_a_method_that_is_not_taken = table(METHODS)
test_an_object_and_what_is_wrong_with_the_request = table(OBJECTS)
