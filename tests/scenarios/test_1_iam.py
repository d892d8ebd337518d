"""Who may do what: users, roles and their policies, as boto3 and the AWS CLI meet them."""
import contextlib
import json
import uuid

import boto3
import pytest
from botocore.exceptions import ClientError

import region as live


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action, resource="*", **more):
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def code(call, *args, **kwargs):
    """The error code that the call ends with, or None."""
    try:
        call(*args, **kwargs)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


@pytest.fixture
def admin(region):
    return lambda service: boto3.client(service, region_name=live.REGION, endpoint_url=region.endpoint,
                                        aws_access_key_id=region.env["AWS_ACCESS_KEY_ID"],
                                        aws_secret_access_key=region.env["AWS_SECRET_ACCESS_KEY"])


@pytest.fixture
def names():
    """Makes names that no other run has."""
    return lambda prefix: f"{prefix}-{uuid.uuid4().hex[:10]}"


@pytest.fixture
def user(region, admin, names):
    """Makes users with one inline policy; gives the function that makes their clients. They are gone afterwards."""
    iam = admin("iam")
    with contextlib.ExitStack() as stack:
        def make(*statements, **kwargs):
            name = names("u")
            iam.create_user(UserName=name, **kwargs)
            stack.callback(iam.delete_user, UserName=name)
            if statements:
                iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document(*statements))
                stack.callback(iam.delete_user_policy, UserName=name, PolicyName="p")
            key = iam.create_access_key(UserName=name)["AccessKey"]
            stack.callback(iam.delete_access_key, UserName=name, AccessKeyId=key["AccessKeyId"])

            def client(service):
                return boto3.client(service, region_name=live.REGION, endpoint_url=region.endpoint,
                                    aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
            client.name = name
            client.arn = f"arn:aws:iam::123456789012:user/{name}"
            return client
        yield make


@pytest.fixture
def role(region, admin, names):
    iam = admin("iam")
    with contextlib.ExitStack() as stack:
        def make(trust, *statements, **kwargs):
            name = names("r")
            arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust), **kwargs)["Role"]["Arn"]
            stack.callback(iam.delete_role, RoleName=name)
            iam.get_waiter("role_exists").wait(RoleName=name)
            if statements:
                iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(*statements))
                stack.callback(iam.delete_role_policy, RoleName=name, PolicyName="p")
            return arn
        yield make


@pytest.fixture
def bucket(admin, names):
    s3 = admin("s3")
    name = names("b")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": live.REGION})
    s3.put_object(Bucket=name, Key="public/a", Body=b"a")
    s3.put_object(Bucket=name, Key="secret/b", Body=b"b")
    yield name
    s3.delete_bucket_policy(Bucket=name)
    for item in s3.list_objects_v2(Bucket=name).get("Contents", []):
        s3.delete_object(Bucket=name, Key=item["Key"])
    s3.delete_bucket(Bucket=name)


def session(region, keys):
    return lambda service: boto3.client(service, region_name=live.REGION, endpoint_url=region.endpoint,
                                        aws_access_key_id=keys["AccessKeyId"],
                                        aws_secret_access_key=keys["SecretAccessKey"],
                                        aws_session_token=keys["SessionToken"])


def test_a_user_without_policies_may_only_ask_who_they_are(user):
    one = user()
    assert one("sts").get_caller_identity()["Arn"] == one.arn
    assert code(one("s3").list_buckets) == "AccessDenied"
    assert code(one("iam").list_users) == "AccessDenied"
    assert code(one("codecommit").list_repositories) == "AccessDeniedException"


def test_the_refusal_names_who_what_and_why(user, bucket):
    one = user(allow("s3:ListAllMyBuckets"))
    with pytest.raises(ClientError) as refused:
        one("s3").get_object(Bucket=bucket, Key="public/a")
    assert refused.value.response["Error"]["Message"] == (
        f'User: {one.arn} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::{bucket}/public/a" '
        "because no identity-based policy allows the s3:GetObject action")


def test_an_explicit_deny_wins(user, bucket):
    one = user(allow("s3:*"), deny("s3:GetObject", f"arn:aws:s3:::{bucket}/secret/*"))
    assert one("s3").get_object(Bucket=bucket, Key="public/a")["Body"].read() == b"a"
    with pytest.raises(ClientError, match="with an explicit deny in an identity-based policy"):
        one("s3").get_object(Bucket=bucket, Key="secret/b")


def test_a_listing_is_bound_by_its_prefix(user, bucket):
    one = user(allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", Condition={"StringLike": {"s3:prefix": "public/*"}}))
    assert one("s3").list_objects_v2(Bucket=bucket, Prefix="public/")["KeyCount"] == 1
    assert code(one("s3").list_objects_v2, Bucket=bucket) == "AccessDenied"


def test_who_may_not_list_a_bucket_is_not_told_what_is_missing(user, bucket):
    reader = user(allow("s3:GetObject"))
    with pytest.raises(ClientError, match="s3:ListBucket") as refused:
        reader("s3").get_object(Bucket=bucket, Key="missing")
    assert refused.value.response["Error"]["Code"] == "AccessDenied"
    lister = user(allow(["s3:GetObject", "s3:ListBucket"]))
    assert code(lister("s3").get_object, Bucket=bucket, Key="missing") == "NoSuchKey"


def test_a_buckets_policy_lets_in_who_has_no_policy_and_keeps_out_who_has(user, admin, bucket):
    guest, owner = user(), user(allow("s3:*"))
    admin("s3").put_bucket_policy(Bucket=bucket, Policy=document(
        {"Effect": "Allow", "Principal": {"AWS": guest.arn}, "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/public/*"},
        {"Effect": "Deny", "Principal": {"AWS": owner.arn}, "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}/*"}))
    assert guest("s3").get_object(Bucket=bucket, Key="public/a")["Body"].read() == b"a"
    assert code(guest("s3").get_object, Bucket=bucket, Key="secret/b") == "AccessDenied"
    with pytest.raises(ClientError, match="with an explicit deny in a resource-based policy"):
        owner("s3").get_object(Bucket=bucket, Key="public/a")


def test_a_malformed_bucket_policy_is_refused(admin, bucket):
    bad = document({"Effect": "Permit", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}"})
    assert code(admin("s3").put_bucket_policy, Bucket=bucket, Policy=bad) == "MalformedPolicy"


def test_a_boundary_bounds_what_a_policy_allows(user):
    one = user(allow("*"), PermissionsBoundary="arn:aws:iam::aws:policy/AmazonS3FullAccess")
    assert code(one("s3").list_buckets) is None
    with pytest.raises(ClientError, match="because no permissions boundary allows the iam:ListUsers action"):
        one("iam").list_users()


def test_a_role_is_assumed_by_whom_it_trusts_with_the_external_id(region, user, role, bucket):
    one = user()
    arn = role({"Effect": "Allow", "Principal": {"AWS": one.arn}, "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": "42"}}},
               allow("s3:GetObject", f"arn:aws:s3:::{bucket}/public/*"))
    sts = one("sts")
    assert code(sts.assume_role, RoleArn=arn, RoleSessionName="ss") == "AccessDenied"
    keys = sts.assume_role(RoleArn=arn, RoleSessionName="ss", ExternalId="42")["Credentials"]
    with_role = session(region, keys)
    assert with_role("sts").get_caller_identity()["Arn"].endswith("/ss")
    assert with_role("s3").get_object(Bucket=bucket, Key="public/a")["Body"].read() == b"a"
    assert code(with_role("s3").get_object, Bucket=bucket, Key="secret/b") == "AccessDenied"


def test_a_session_policy_narrows_a_session(region, user, role):
    one = user()
    arn = role({"Effect": "Allow", "Principal": {"AWS": one.arn}, "Action": "sts:AssumeRole"}, allow(["s3:*", "iam:List*"]))
    keys = one("sts").assume_role(RoleArn=arn, RoleSessionName="ss", Policy=document(allow("s3:*")))["Credentials"]
    assert code(session(region, keys)("s3").list_buckets) is None
    with pytest.raises(ClientError, match="because no session policy allows the iam:ListUsers action"):
        session(region, keys)("iam").list_users()


def test_a_session_token_must_be_the_keys_own(region, admin):
    keys = admin("sts").get_session_token()["Credentials"]
    assert code(session(region, keys)("sts").get_caller_identity) is None
    assert code(session(region, {**keys, "SessionToken": "no"})("sts").get_caller_identity) == "InvalidClientTokenId"


def test_a_disabled_key_no_longer_works(user, admin):
    one = user(allow("s3:ListAllMyBuckets"))
    key = admin("iam").list_access_keys(UserName=one.name)["AccessKeyMetadata"][0]["AccessKeyId"]
    assert code(one("s3").list_buckets) is None
    admin("iam").update_access_key(UserName=one.name, AccessKeyId=key, Status="Inactive")
    assert code(one("s3").list_buckets) == "InvalidAccessKeyId"
    assert code(one("sts").get_caller_identity) == "InvalidClientTokenId"


def test_a_policy_may_name_its_user(user):
    one = user(allow("iam:*AccessKey*", "arn:aws:iam::*:user/${aws:username}"))
    assert len(one("iam").list_access_keys()["AccessKeyMetadata"]) == 1
    assert code(one("iam").list_access_keys, UserName="admin") == "AccessDenied"


def test_passing_a_role_is_a_permission_of_its_own(user, role, names, admin):
    arn = role({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    name, profile = arn.rsplit("/", 1)[1], names("p")
    admin("iam").create_instance_profile(InstanceProfileName=profile)
    try:
        without = user(allow("iam:AddRoleToInstanceProfile"))
        with pytest.raises(ClientError, match="iam:PassRole"):
            without("iam").add_role_to_instance_profile(InstanceProfileName=profile, RoleName=name)
        allowed = user(allow("iam:AddRoleToInstanceProfile"),
                       allow("iam:PassRole", arn, Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}))
        allowed("iam").add_role_to_instance_profile(InstanceProfileName=profile, RoleName=name)
        assert code(admin("iam").delete_role, RoleName=name) == "DeleteConflict"
        admin("iam").remove_role_from_instance_profile(InstanceProfileName=profile, RoleName=name)
    finally:
        admin("iam").delete_instance_profile(InstanceProfileName=profile)


def test_the_simulator_agrees_with_what_happens(user, admin, bucket):
    one = user(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/public/*"), deny("s3:PutObject"))
    results = admin("iam").simulate_principal_policy(
        PolicySourceArn=one.arn, ActionNames=["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
        ResourceArns=[f"arn:aws:s3:::{bucket}/public/a"])["EvaluationResults"]
    assert [r["EvalDecision"] for r in results] == ["allowed", "explicitDeny", "implicitDeny"]
    for result, call in zip(results, (lambda: one("s3").get_object(Bucket=bucket, Key="public/a"),
                                      lambda: one("s3").put_object(Bucket=bucket, Key="public/a", Body=b""),
                                      lambda: one("s3").delete_object(Bucket=bucket, Key="public/a"))):
        assert (code(call) is None) == (result["EvalDecision"] == "allowed")


def test_what_is_not_built_is_refused_by_name(admin):
    with pytest.raises(ClientError, match="CreateVirtualMFADevice") as refused:
        admin("iam").create_virtual_mfa_device(VirtualMFADeviceName="admin")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
