"""Accounts of an organization: made, entered by their role, bounded by service control policies, and let in across accounts
by the policies of what they reach. The organization and its member stay; nobody can end an account here."""
import json
import time
import uuid

import boto3
import pytest
from botocore.exceptions import ClientError

import region as live

EMAIL = "member@example.com"
SCP = "SERVICE_CONTROL_POLICY"


def document(**statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def refusal(call, **arguments):
    """What the call is refused with, or None."""
    try:
        call(**arguments)
    except ClientError as error:
        return f'{error.response["Error"]["Code"]}: {error.response["Error"]["Message"]}'
    return None


def wait_for(condition, what, seconds=30):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, what
        time.sleep(0.5)
    return found


@pytest.fixture(scope="module")
def organizations(region):
    client = region.client("organizations")
    try:
        client.create_organization(FeatureSet="ALL")
    except client.exceptions.AlreadyInOrganizationException:
        pass
    root = client.list_roots()["Roots"][0]
    if not root["PolicyTypes"]:
        client.enable_policy_type(RootId=root["Id"], PolicyType=SCP)
    return client


@pytest.fixture(scope="module")
def account(organizations):
    """A member account's number."""
    for one in organizations.list_accounts()["Accounts"]:
        if one["Email"] == EMAIL:
            return one["Id"]
    asked = organizations.create_account(Email=EMAIL, AccountName="member")["CreateAccountStatus"]["Id"]

    def finished():
        status = organizations.describe_create_account_status(CreateAccountRequestId=asked)["CreateAccountStatus"]
        return status if status["State"] != "IN_PROGRESS" else None
    status = wait_for(finished, "the account is not made")
    assert status["State"] == "SUCCEEDED", status
    return status["AccountId"]


@pytest.fixture(scope="module")
def member(region, account):
    """Clients of somebody in the member account, by the role that the management account enters it with."""
    keys = region.client("sts").assume_role(RoleArn=f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole",
                                            RoleSessionName="visit")["Credentials"]
    return lambda service: boto3.client(service, endpoint_url=region.endpoint, region_name=live.REGION,
                                        aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
                                        aws_session_token=keys["SessionToken"])


def test_a_member_account_is_entered_by_its_role_and_manages_nothing(organizations, account, member):
    assert member("sts").get_caller_identity()["Account"] == account
    assert member("organizations").describe_organization()["Organization"]["Id"].startswith("o-")
    assert refusal(member("organizations").list_accounts).startswith("AccessDeniedException")


def test_a_service_control_policy_binds_the_member_and_not_the_management_account(region, organizations, account, member):
    content = document(Effect="Deny", Action="ssm:*", Resource="*")
    policy = organizations.create_policy(Name=f"no-ssm-{uuid.uuid4().hex[:8]}", Description="", Type=SCP,
                                         Content=content)["Policy"]["PolicySummary"]["Id"]
    assert refusal(member("ssm").describe_parameters) is None
    organizations.attach_policy(PolicyId=policy, TargetId=account)
    try:
        assert "with an explicit deny in a service control policy" in refusal(member("ssm").describe_parameters)
        assert refusal(region.client("ssm").describe_parameters) is None
        told = member("iam").simulate_principal_policy(
            PolicySourceArn=f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole",
            ActionNames=["ssm:GetParameter", "s3:GetObject"])["EvaluationResults"]
        assert [(t["EvalDecision"], t["OrganizationsDecisionDetail"]["AllowedByOrganizations"]) for t in told] == [
            ("explicitDeny", False), ("allowed", True)]
    finally:
        organizations.detach_policy(PolicyId=policy, TargetId=account)
        organizations.delete_policy(PolicyId=policy)
    assert refusal(member("ssm").describe_parameters) is None


def test_a_bucket_lets_another_account_in_by_its_policy_alone(region, account, member):
    s3, bucket = region.client("s3"), f"shared-{uuid.uuid4().hex[:10]}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": live.REGION})
    try:
        assert refusal(member("s3").put_object, Bucket=bucket, Key="k", Body=b"x") == "AccessDenied: Access Denied"
        anyone = document(Effect="Allow", Principal="*", Action="s3:PutObject", Resource=f"arn:aws:s3:::{bucket}/*")
        assert "BlockPublicPolicy" in refusal(s3.put_bucket_policy, Bucket=bucket, Policy=anyone)
        s3.put_bucket_policy(Bucket=bucket, Policy=document(
            Effect="Allow", Principal="*", Action="s3:PutObject", Resource=f"arn:aws:s3:::{bucket}/*",
            Condition={"StringEquals": {"aws:PrincipalAccount": account}}))
        assert not s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"]
        member("s3").put_object(Bucket=bucket, Key="k", Body=b"x")
        assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"
        assert refusal(member("s3").get_object, Bucket=bucket, Key="k") == "AccessDenied: Access Denied"
    finally:
        s3.delete_object(Bucket=bucket, Key="k")
        s3.delete_bucket(Bucket=bucket)


def test_another_accounts_events_reach_a_log_group_once_bus_and_group_say_so(region, account, member):
    events, logs, name = region.client("events"), region.client("logs"), f"orders-{uuid.uuid4().hex[:8]}"
    bus = events.create_event_bus(Name=name)["EventBusArn"]
    group = f"/aws/events/{name}"
    logs.create_log_group(logGroupName=group)
    group_arn = f"{bus.replace(':events:', ':logs:').rsplit(':', 1)[0]}:log-group:{group}"
    rule = events.put_rule(Name="all", EventBusName=name, EventPattern='{"source":["shop"]}')["RuleArn"]
    events.put_targets(Rule="all", EventBusName=name, Targets=[{"Id": "1", "Arn": group_arn}])

    def put(client):
        return refusal(client.put_events, Entries=[{"Source": "shop", "DetailType": "order", "Detail": "{}", "EventBusName": bus}])

    def delivered():
        streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
        return [json.loads(e["message"])["account"] for s in streams
                for e in logs.get_log_events(logGroupName=group, logStreamName=s["logStreamName"])["events"]]
    try:
        assert "because no resource-based policy allows the events:PutEvents action" in put(member("events"))
        events.put_permission(EventBusName=name, StatementId="member", Action="events:PutEvents", Principal=account)
        assert json.loads(events.describe_event_bus(Name=name)["Policy"])["Statement"][0]["Sid"] == "member"
        assert put(member("events")) is None
        time.sleep(2)
        assert delivered() == [], "EventBridge wrote to a log group that does not let it"
        logs.put_resource_policy(policyName=name, policyDocument=document(
            Effect="Allow", Principal={"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]},
            Action=["logs:CreateLogStream", "logs:PutLogEvents"], Resource=f"{group_arn}:*",
            Condition={"ArnEquals": {"aws:SourceArn": rule}}))
        assert put(member("events")) is None
        assert wait_for(delivered, "the event did not reach the log group") == [account]
    finally:
        events.remove_targets(Rule="all", EventBusName=name, Ids=["1"])
        events.delete_rule(Name="all", EventBusName=name)
        events.delete_event_bus(Name=name)
        logs.delete_log_group(logGroupName=group)
        if name in [p["policyName"] for p in logs.describe_resource_policies()["resourcePolicies"]]:
            logs.delete_resource_policy(policyName=name)
