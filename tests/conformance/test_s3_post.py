"""Forms that a browser posts. https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html"""
import base64
import json

import pytest
from cases import ANY, differences, error, ok
from s3_client import REGION, keyed
import uuid

FUTURE = "2099-01-01T00:00:00.000Z"


def form(fields, data=b"hello", file_name="a.txt"):
    out = b""
    for name, value in fields.items():
        out += f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    if data is not None:
        out += f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{file_name}"\r\nContent-Type: text/plain\r\n\r\n'.encode() + data + b"\r\n"
    return out + b"--edge--\r\n"


def signed(s3, fields, conditions, bucket, expiration=FUTURE):
    """The fields with a policy of these conditions beside the usual ones, and its signature."""
    stamp = s3.now()
    out = {**fields, "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": f"{s3.id}/{stamp[:8]}/{REGION}/s3/aws4_request", "X-Amz-Date": stamp}
    usual = [{"bucket": bucket}, {"X-Amz-Algorithm": "AWS4-HMAC-SHA256"}, {"X-Amz-Credential": out["X-Amz-Credential"]}, {"X-Amz-Date": stamp}]
    out["policy"] = base64.b64encode(json.dumps({"expiration": expiration, "conditions": usual + conditions}).encode()).decode()
    out["X-Amz-Signature"] = keyed(s3.signing_key(stamp[:8]), out["policy"]).hex()
    return out


KEY, ANY_KEY = {"key": "k"}, ["starts-with", "$key", ""]
DENIED = "Invalid according to Policy: "
# (name, fields, conditions, what else of the form, what is answered)
CASES = [
    ("a form", KEY, [ANY_KEY], {}, ok(204, {"etag": '"5d41402abc4b2a76b9719d911017c592"', "location": ANY}, body=b"")),
    ("a status", {**KEY, "success_action_status": "200"}, [ANY_KEY, {"success_action_status": "200"}], {}, ok(200, body=b"")),
    ("a status of a document", {**KEY, "success_action_status": "201"}, [ANY_KEY, {"success_action_status": "201"}], {},
     ok(201, xml={"Bucket": "{b}", "Key": "k", "ETag": '"5d41402abc4b2a76b9719d911017c592"', "Location": ANY})),
    ("an unknown status", {**KEY, "success_action_status": "500"}, [ANY_KEY, {"success_action_status": "500"}], {}, ok(204)),
    ("a redirection", {**KEY, "success_action_redirect": "http://localhost.test/done"}, [ANY_KEY, {"success_action_redirect": "http://localhost.test/done"}], {},
     ok(303, {"location": "http://localhost.test/done?bucket={b}&key=k&etag=%225d41402abc4b2a76b9719d911017c592%22"})),
    ("another redirection", {**KEY, "success_action_redirect": "http://localhost.test/done"}, [ANY_KEY, {"success_action_redirect": "http://localhost.test/random"}], {},
     error(403, "AccessDenied", DENIED + 'Policy Condition failed: ["eq", "success_action_redirect", "http://localhost.test/random"]')),
    ("the file's name", {"key": "u/${filename}", "success_action_status": "201"}, [["starts-with", "$key", "u/"], {"success_action_status": "201"}], {}, ok(201, xml={"Key": "u/a.txt"})),
    ("another key", KEY, [["starts-with", "$key", "u/"]], {}, error(403, "AccessDenied", DENIED + 'Policy Condition failed: ["starts-with", "$key", "u/"]')),
    ("another key, by eq", KEY, [["eq", "$key", "l"]], {}, error(403, "AccessDenied", DENIED + 'Policy Condition failed: ["eq", "$key", "l"]')),
    ("a field that no condition is about", {**KEY, "x-amz-meta-a": "1"}, [ANY_KEY], {}, error(403, "AccessDenied", DENIED + "Extra input fields: x-amz-meta-a")),
    ("a field that is ignored", {**KEY, "x-ignore-a": "1"}, [ANY_KEY], {}, ok(204)),
    ("a policy that has expired", KEY, [ANY_KEY], {"expiration": "2020-01-01T00:00:00Z"}, error(403, "AccessDenied", DENIED + "Policy expired.")),
    ("a file that is too large", KEY, [ANY_KEY, ["content-length-range", 1, 4]], {}, error(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", ProposedSize="5", MaxSizeAllowed="4")),
    ("a file that is too small", KEY, [ANY_KEY, ["content-length-range", 6, 9]], {}, error(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", ProposedSize="5", MinSizeAllowed="6")),
    ("a file that fits", KEY, [ANY_KEY, ["content-length-range", 5, 5]], {}, ok(204)),
    ("a range that is none", KEY, [ANY_KEY, ["content-length-range", "test", "10"]], {}, error(403, "AccessDenied", DENIED + 'Policy Condition failed: ["content-length-range", "test", "10"]')),
    ("a condition of two", KEY, [ANY_KEY, {"a": "1", "b": "2"}], {},
     error(400, "InvalidPolicyDocument", "Invalid Policy: Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.")),
    ("no key", {}, [ANY_KEY], {},
     error(400, "InvalidArgument", "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.", ArgumentName="key", ArgumentValue="")),
    ("no file", KEY, [ANY_KEY], {"data": None}, error(400, "InvalidArgument", "POST requires exactly one file upload per request.", ArgumentName="file", ArgumentValue="0")),
    ("an empty file", KEY, [ANY_KEY], {"data": b""}, ok(204, {"etag": '"d41d8cd98f00b204e9800998ecf8427e"'})),
    ("a file of many pieces", KEY, [ANY_KEY], {"data": b"\r\n--edg" * 50000}, ok(204)),
    ("another signature", KEY, [ANY_KEY], {"change": {"X-Amz-Signature": "0" * 64}},
     error(403, "SignatureDoesNotMatch", ANY, AWSAccessKeyId=ANY, StringToSign=ANY, SignatureProvided="0" * 64)),
    ("no signature", KEY, [ANY_KEY], {"without": "X-Amz-Signature"},
     error(400, "InvalidArgument", "Bucket POST must contain a field named 'X-Amz-Signature'.  If it is specified, please check the order of the fields.", ArgumentName="X-Amz-Signature", ArgumentValue="")),
    ("no algorithm", KEY, [ANY_KEY], {"without": "X-Amz-Algorithm"},
     error(400, "InvalidArgument", "Bucket POST must contain a field named 'X-Amz-Algorithm'.  If it is specified, please check the order of the fields.", ArgumentName="X-Amz-Algorithm", ArgumentValue="")),
    ("nobody's form", KEY, None, {}, error(403, "AccessDenied", ANY)),
    ("another bucket", KEY, [ANY_KEY], {"bucket": "other"}, error(403, "AccessDenied", DENIED + 'Policy Condition failed: ["eq", "bucket", "other"]')),
]


@pytest.mark.parametrize("name, fields, conditions, more, expected", CASES, ids=[case[0].replace(" ", "-") for case in CASES])
def test_a_posted_form(s3, name, fields, conditions, more, expected):
    bucket = "b-" + uuid.uuid4().hex[:20]
    assert s3.send("PUT", "/" + bucket, body="<CreateBucketConfiguration><LocationConstraint>ap-northeast-2</LocationConstraint></CreateBucketConfiguration>").status == 200
    if conditions is not None:
        fields = signed(s3, fields, conditions, more.get("bucket", bucket), more.get("expiration", FUTURE))
    fields = {key: value for key, value in {**fields, **more.get("change", {})}.items() if key != more.get("without")}
    body = form(fields, more.get("data", b"hello"))
    answer = s3.send("POST", "/" + bucket, {"Content-Type": "multipart/form-data; boundary=edge"}, body, sign=False)
    wrong = differences(expected, answer, {"b": bucket})
    assert not wrong, "\n".join(wrong) + f"\n{answer!r}"
    if answer.status < 300 and "key" in fields and "$" not in fields["key"]:
        assert s3.send("GET", f"/{bucket}/k").body == more.get("data", b"hello")
