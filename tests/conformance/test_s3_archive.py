"""Storage classes, and what is archived. https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html"""
from cases import ANY, error, get, head, ok, post, put, table

CLASSES = ("REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE")
STATE = ("InvalidObjectState", "The operation is not valid for the object's storage class")


def stored(class_):
    return put("/{b}/k", "hello", {"x-amz-storage-class": class_})


def restored(inside="<Days>1</Days>", tier="Expedited"):
    return post("/{b}/k?restore", f"<RestoreRequest>{inside}<GlacierJobParameters><Tier>{tier}</Tier></GlacierJobParameters></RestoreRequest>")


MALFORMED = ("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
CASES = [(f"{name} told", stored(name), head("/{b}/k"), ok(200, {"x-amz-storage-class": name})) for name in CLASSES]
CASES += [(f"{name} read", stored(name), get("/{b}/k"), error(403, *STATE, StorageClass=name) if name in ("GLACIER", "DEEP_ARCHIVE") else ok(200, body="hello")) for name in CLASSES]
CASES += [
    ("STANDARD is not told", stored("STANDARD"), head("/{b}/k"), ok(200, {"x-amz-storage-class": None})),
    ("what is archived is not copied", stored("GLACIER"), put("/{b}/l", headers={"x-amz-copy-source": "{b}/k"}), error(403, *STATE, StorageClass="GLACIER")),
    ("what is archived is no part", stored("GLACIER"), post("/{b}/l?uploads", save={"u": "UploadId"}), put("/{b}/l?partNumber=1&uploadId={u}", headers={"x-amz-copy-source": "{b}/k"}), error(403, *STATE, StorageClass="GLACIER")),
    ("what is archived has tags", stored("GLACIER"), get("/{b}/k?tagging"), ok(200)),
    ("what is archived is written over", stored("GLACIER"), put("/{b}/k", "new"), get("/{b}/k"), ok(200, body="new")),
    ("restored", stored("GLACIER"), restored(), ok(202)),
    ("being restored", stored("GLACIER"), restored(), head("/{b}/k"), ok(200, {"x-amz-restore": 'ongoing-request="true"', "x-amz-storage-class": "GLACIER"})),
    ("being restored, not to be read", stored("GLACIER"), restored(), get("/{b}/k"), error(403, *STATE, StorageClass="GLACIER")),
    ("restored twice", stored("GLACIER"), restored(), restored(), error(409, "RestoreAlreadyInProgress", "Object restore is already in progress")),
    ("restored, told in a list", stored("GLACIER"), restored(), get("/{b}?list-type=2", {"x-amz-optional-object-attributes": "RestoreStatus"}), ok(200, xml={"Contents/RestoreStatus/IsRestoreInProgress": "true"})),
    ("restored, not asked for in a list", stored("GLACIER"), restored(), get("/{b}?list-type=2"), ok(200, xml={"Contents/RestoreStatus": None})),
    ("restored for no days", stored("GLACIER"), restored("<Days>0</Days>"), error(400, *MALFORMED)),
    ("restored for nothing", stored("GLACIER"), restored(""), error(400, *MALFORMED)),
    ("restored by no tier", stored("GLACIER"), restored(tier="Now"), error(400, *MALFORMED)),
    ("restored from the deep in haste", stored("DEEP_ARCHIVE"), restored(), error(400, "InvalidArgument", "Retrieval option is not supported by this storage class")),
    ("restored from the deep", stored("DEEP_ARCHIVE"), restored(tier="Bulk"), ok(202)),
    ("restored what was never archived", stored("STANDARD"), restored(), error(403, "InvalidObjectState", "Restore is not allowed for the object's current storage class", StorageClass="STANDARD")),
    ("restored what is read at once", stored("GLACIER_IR"), restored(), error(403, "InvalidObjectState", ANY, StorageClass="GLACIER_IR")),
    ("restored what is not there", restored(), error(404, "NoSuchKey", ANY, Key="k")),
    ("a selection is refused by name", stored("GLACIER"), restored("<Type>SELECT</Type>"), error(501, "NotImplemented", ANY)),
    ("an object's ACL", put("/{b}/k", "x"), get("/{b}/k?acl"), ok(200, xml={"Owner/ID": ANY, "AccessControlList/Grant/Permission": ["FULL_CONTROL"]})),
    ("an object's ACL put", put("/{b}/k", "x"), put("/{b}/k?acl", headers={"x-amz-acl": "public-read"}), error(400, "AccessControlListNotSupported", "The bucket does not allow ACLs")),
    ("an object's ACL put as it is", put("/{b}/k", "x"), put("/{b}/k?acl", headers={"x-amz-acl": "bucket-owner-full-control"}), ok(200)),
    ("an object's ACL of no words", put("/{b}/k", "x"), put("/{b}/k?acl"), error(400, "MissingSecurityHeader", ANY, MissingHeaderName="x-amz-acl")),
]
test_a_class = table(CASES)
