"""Server access logs and who pays, as two accounts meet them: delivery by the policy that AWS's guide publishes, and what Athena's own expression
reads of the lines. https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html"""
import json
import re
import time

import boto3
import botocore.client
import pytest
from botocore.exceptions import ClientError

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-s3-access-logs-to-identify-requests.html
ATHENA = re.compile(r'([^ ]*) ([^ ]*) \[(.*?)\] ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ("[^"]*"|-) (-|[0-9]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) '
                    r'([^ ]*) ("[^"]*"|-) ([^ ]*)(?: ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*))?.*$')
REGION = "ap-northeast-2"
HERE = {"LocationConstraint": REGION}


def policy_of_target(target, source, account):
    return json.dumps({"Version": "2012-10-17", "Statement": [{
        "Sid": "S3ServerAccessLogsPolicy", "Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{target}/logs/*",
        "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{source}"}, "StringEquals": {"aws:SourceAccount": account}}}]})


def log_into(s3, source, target):
    s3.put_bucket_logging(Bucket=source, BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": target, "TargetPrefix": "logs/"}})


def delivered(daemon, s3, target, count):
    """The lines in the target, once there are so many. What waits is written down when the daemon ends, and delivered when it begins."""
    daemon.stop()
    daemon.start()
    deadline = time.monotonic() + 30
    while True:
        keys = [one["Key"] for one in s3.list_objects_v2(Bucket=target).get("Contents", [])]
        lines = [line for key in keys for line in s3.get_object(Bucket=target, Key=key)["Body"].read().decode().splitlines()]
        if len(lines) >= count or time.monotonic() > deadline:
            return keys, lines
        time.sleep(0.2)


@pytest.fixture(scope="module")
def account(daemon):
    return daemon.client("sts").get_caller_identity()["Account"]


def guest_of(daemon):
    """An S3 client of another account of the region's."""
    organizations = daemon.client("organizations")
    try:
        organizations.create_organization(FeatureSet="ALL")
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AlreadyInOrganizationException"
    asked = organizations.create_account(Email="guest@example.com", AccountName="guest")["CreateAccountStatus"]["Id"]
    deadline = time.monotonic() + 30
    while (status := organizations.describe_create_account_status(CreateAccountRequestId=asked)["CreateAccountStatus"])["State"] == "IN_PROGRESS":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    role = f"arn:aws:iam::{status['AccountId']}:role/OrganizationAccountAccessRole"
    keys = daemon.client("sts").assume_role(RoleArn=role, RoleSessionName="guest")["Credentials"]
    return status["AccountId"], boto3.client("s3", endpoint_url=daemon.endpoint, region_name=REGION, aws_access_key_id=keys["AccessKeyId"],
                                             aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"],
                                             config=botocore.client.Config(retries={"max_attempts": 1}))


def code_of(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def test_lines_are_delivered_where_the_guides_policy_lets_them_in(daemon, account):
    s3 = daemon.client("s3")
    for name in ("watched", "watched-logs"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration=HERE)
    log_into(s3, "watched", "watched-logs")
    s3.put_object(Bucket="watched", Key="lost", Body=b"x")
    assert delivered(daemon, s3, "watched-logs", 0) == ([], []), "the target lets nobody in yet"

    s3.put_bucket_policy(Bucket="watched-logs", Policy=policy_of_target("watched-logs", "watched", account))
    s3.put_object(Bucket="watched", Key="a b.txt", Body=b"hello")
    s3.get_object(Bucket="watched", Key="a b.txt", Range="bytes=0-1")
    assert code_of(s3.get_object, Bucket="watched", Key="none") == "NoSuchKey"
    keys, lines = delivered(daemon, s3, "watched-logs", 3)
    assert all(re.fullmatch(r"logs/\d{4}(-\d\d){5}-[0-9A-F]{16}", key) for key in keys), keys
    read = [ATHENA.fullmatch(line) for line in lines]
    assert all(read), lines
    told = [(one[7], one[8], one[10], one[11], one[12], one[13], one[20], one[22]) for one in read if one[7] != "REST.GET.LOGGING_STATUS"]
    assert told == [("REST.PUT.OBJECT", "a%20b.txt", "200", "-", "-", "5", "SigV4", "AuthHeader"),
                    ("REST.GET.OBJECT", "a%20b.txt", "206", "-", "2", "5", "SigV4", "AuthHeader"),
                    ("REST.GET.OBJECT", "none", "404", "NoSuchKey", told[2][4], "-", "SigV4", "AuthHeader")]
    owner = s3.list_buckets()["Owner"]["ID"]
    assert {one[1] for one in read} == {owner} and all(one[5].startswith("arn:aws:iam::") or one[5] == owner for one in read)


def test_a_policy_for_another_source_lets_nothing_in(daemon, account):
    s3 = daemon.client("s3")
    for name in ("seen", "seen-logs"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration=HERE)
    s3.put_bucket_policy(Bucket="seen-logs", Policy=policy_of_target("seen-logs", "another", account))
    log_into(s3, "seen", "seen-logs")
    s3.put_object(Bucket="seen", Key="k", Body=b"x")
    assert delivered(daemon, s3, "seen-logs", 0) == ([], [])


def test_the_log_delivery_group_delivers_where_an_acl_grants_it(daemon):
    s3 = daemon.client("s3")
    s3.create_bucket(Bucket="old", CreateBucketConfiguration=HERE)
    s3.create_bucket(Bucket="old-logs", CreateBucketConfiguration=HERE, ObjectOwnership="ObjectWriter")
    assert code_of(log_into, s3=s3, source="old", target="old-logs") == "InvalidTargetBucketForLogging"
    s3.put_bucket_acl(Bucket="old-logs", ACL="log-delivery-write")
    log_into(s3, "old", "old-logs")
    s3.put_object(Bucket="old", Key="k", Body=b"x")
    keys, lines = delivered(daemon, s3, "old-logs", 1)
    assert len(lines) == 1 and keys[0].startswith("logs/20")


def test_a_stranger_pays_or_is_refused_and_owns_what_it_writes(daemon, account):
    s3 = daemon.client("s3")
    guests, guest = guest_of(daemon)
    s3.create_bucket(Bucket="shared", CreateBucketConfiguration=HERE, ObjectOwnership="ObjectWriter")
    s3.put_bucket_policy(Bucket="shared", Policy=json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{guests}:root"}, "Action": "s3:*", "Resource": ["arn:aws:s3:::shared", "arn:aws:s3:::shared/*"]}]}))
    s3.put_object(Bucket="shared", Key="ours", Body=b"ours")
    s3.put_bucket_request_payment(Bucket="shared", RequestPaymentConfiguration={"Payer": "Requester"})
    assert code_of(guest.get_object, Bucket="shared", Key="ours") == "AccessDenied"
    assert code_of(guest.list_objects_v2, Bucket="shared") == "AccessDenied"
    answer = guest.get_object(Bucket="shared", Key="ours", RequestPayer="requester")
    assert answer["RequestCharged"] == "requester" and answer["Body"].read() == b"ours"
    assert "RequestCharged" not in s3.get_object(Bucket="shared", Key="ours")
    s3.put_bucket_request_payment(Bucket="shared", RequestPaymentConfiguration={"Payer": "BucketOwner"})

    guest.put_object(Bucket="shared", Key="theirs", Body=b"theirs")
    assert s3.list_objects_v2(Bucket="shared", Prefix="theirs", FetchOwner=True)["Contents"][0]["Owner"]["ID"] == guest.list_buckets()["Owner"]["ID"]
    assert guest.get_object(Bucket="shared", Key="theirs")["Body"].read() == b"theirs"
    assert code_of(s3.get_object, Bucket="shared", Key="theirs") == "AccessDenied", "the bucket's owner was granted nothing"
    assert code_of(s3.put_object_acl, Bucket="shared", Key="theirs", ACL="private") == "AccessDenied"
    guest.put_object_acl(Bucket="shared", Key="theirs", ACL="bucket-owner-full-control")
    assert s3.get_object(Bucket="shared", Key="theirs")["Body"].read() == b"theirs"
    guest.put_object_acl(Bucket="shared", Key="theirs", ACL="private")
    s3.put_bucket_ownership_controls(Bucket="shared", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    assert s3.get_object(Bucket="shared", Key="theirs")["Body"].read() == b"theirs", "now all of it is the bucket owner's"
    s3.put_bucket_ownership_controls(Bucket="shared", OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    s3.delete_object(Bucket="shared", Key="theirs")
