"""Costs as a stranger's tools ask for them, of a daemon whose host side is one of memory and whose bill's clock runs an hour in a second: Cost Explorer and budgets
by an unmodified `aws` and boto3, a budget's notification where a rule leads it, an account's limit, and `hanbat cost`."""
import datetime
import json
import os
import subprocess
import time

import boto3
import pytest
from botocore.exceptions import ClientError

import daemon as live
from host import HostOfMemory

PACE = 3600
GIB = 1 << 30


def count(kind, ident, value, **more):
    """As hostd tells it: src/host/counts.h."""
    return {"vpc_id": "vpc-1", "account": "123456789012", "region": live.REGION, "kind": kind, "id": ident, "part": "", "epoch": "e", "value": value, "goes_on": True} | more


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    one = live.Daemon(tmp_path_factory.mktemp("costs"))
    one.state.mkdir(parents=True)
    (one.state / "bill-pace").write_text(f"{PACE}\n")
    one.host = HostOfMemory()
    one.start()
    yield one
    assert one.process.poll() is None, one.log[-3000:]
    one.stop()
    assert one.host.unknown == []


def tool(region, *command, check=True, **variables):
    key, secret = region.key
    env = dict(os.environ, AWS_ENDPOINT_URL=region.endpoint, AWS_ACCESS_KEY_ID=key, AWS_SECRET_ACCESS_KEY=secret, AWS_DEFAULT_REGION=live.REGION, AWS_PAGER="",
               HANBAT_HOME=str(region.state), HANBAT_PORT=str(region.port)) | variables
    done = subprocess.run([str(part) for part in command], env=env, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    assert done.returncode == 0 or not check, done.stdout
    return done.stdout


def cost(region, *arguments):
    return json.loads(tool(region, live.HANBAT, "cost", "--json", *arguments))


def wait_until(condition, what, seconds=30):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, what
        time.sleep(0.2)
    return found


def period():
    """From the first of this month to where no bill is yet, as the bill runs ahead."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    return today.replace(day=1).isoformat(), (today + datetime.timedelta(days=60)).isoformat()


@pytest.fixture(scope="module")
def machine(region):
    """An instance that runs, with a tag."""
    ec2 = region.client("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    ident = ec2.run_instances(ImageId=image, InstanceType="t3.small", MinCount=1, MaxCount=1, TagSpecifications=[
        {"ResourceType": "instance", "Tags": [{"Key": "team", "Value": "red"}]}])["Instances"][0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[ident], WaiterConfig={"Delay": 1})
    return ident


def test_an_hour_of_the_bill_goes_by_in_a_second(region, machine):
    def hours():
        lines = {(one["name"], one.get("detail")): one for one in cost(region)["lines"]}
        return lines.get(("Amazon Elastic Compute Cloud - Compute", "APN2-BoxUsage:t3.small"), {"amount": 0})["amount"]
    wait_until(lambda: hours() > 2, "two hours on the bill")
    said = tool(region, live.HANBAT, "cost")
    assert f"it runs {PACE} times as fast as the real one" in said and "APN2-BoxUsage:t3.small" in said
    assert cost(region)["bill_clock"]["pace"] == PACE


def test_hanbat_cost_tells_resources_hours_tags_and_a_month(region, machine):
    assert any(one["name"] == machine and one["detail"] == "APN2-BoxUsage:t3.small" for one in cost(region, "--by", "resource")["lines"])
    hours = wait_until(lambda: len(found := cost(region, "--by", "hour")["lines"]) > 1 and found, "two hours")
    assert all(one["name"].endswith(":00:00Z") for one in hours)
    assert cost(region, "--by", "tag", "--key", "team")["lines"][0]["name"] in ("team$red", "team$")
    month = {one["name"]: one["usd"] for one in cost(region, "--month")["lines"]}
    assert month["Amazon Elastic Compute Cloud - Compute"] == pytest.approx(730 * 0.026, rel=1e-6)
    assert month["EC2 - Other"] == pytest.approx(730 / 24 * 8 * 0.114 / 30, rel=0.1)


def test_what_the_host_side_has_counted_is_billed_once_and_over_a_kill(region, machine):
    region.host.counted = {"vpcs": [count("nat", "nat-0a", 10 * GIB), count("out", "nat-0a", 110 * GIB)]}

    def amounts():
        """By usage type, over all months: a month's end comes soon on this bill."""
        start, end = period()
        found = {}
        for part in region.client("ce").get_cost_and_usage(TimePeriod={"Start": start, "End": end}, Granularity="MONTHLY", Metrics=["UnblendedCost", "UsageQuantity"],
                                                           GroupBy=[{"Type": "DIMENSION", "Key": "USAGE_TYPE"}])["ResultsByTime"]:
            for one in part["Groups"]:
                before = found.get(one["Keys"][0], (0, 0))
                found[one["Keys"][0]] = before[0] + float(one["Metrics"]["UsageQuantity"]["Amount"]), before[1] + float(one["Metrics"]["UnblendedCost"]["Amount"])
        return found
    wait_until(lambda: "APN2-NatGateway-Bytes" in amounts(), "the gateway's bytes")
    assert amounts()["APN2-NatGateway-Bytes"] == pytest.approx((10, 0.59))
    assert amounts()["APN2-DataTransfer-Out-Bytes"] == pytest.approx((110, 10 * 0.126)), "the first hundred of a month are free"
    region.kill()
    earlier, region.host = region.host, HostOfMemory()
    for name in ("networks", "machine_specs", "running", "balancers", "counted"):
        setattr(region.host, name, getattr(earlier, name))
    earlier.close()
    region.host.counted["vpcs"][0]["value"] += GIB
    region.start()
    wait_until(lambda: amounts()["APN2-NatGateway-Bytes"][0] > 10, "the gateway's next bytes")
    assert amounts()["APN2-NatGateway-Bytes"] == pytest.approx((11, 11 * 0.059))
    assert amounts()["APN2-DataTransfer-Out-Bytes"][0] == pytest.approx(110)


def test_the_cost_reports_that_people_write_run_as_they_are(region, machine):
    """As their authors wrote them: a bill by service, a daily one by operation and usage type, one by linked account, and the total of `aws ce`."""
    ce = region.client("ce")
    start, end = period()
    response = ce.get_cost_and_usage(TimePeriod={"Start": start, "End": end}, Granularity="MONTHLY", Metrics=["UnblendedCost"],
                                     GroupBy=[{"Type": "DIMENSION", "Key": "SERVICE"}])
    bill = {}
    for result in response["ResultsByTime"]:
        for service in result["Groups"]:
            bill[service["Keys"][0]] = bill.get(service["Keys"][0], 0) + float(service["Metrics"]["UnblendedCost"]["Amount"])
    assert bill["Amazon Elastic Compute Cloud - Compute"] > 0.05 and bill["EC2 - Other"] > 0

    daily = ce.get_cost_and_usage(TimePeriod={"Start": start, "End": end}, Granularity="DAILY", Metrics=["BLENDED_COST", "USAGE_QUANTITY"],
                                  GroupBy=[{"Type": "DIMENSION", "Key": "OPERATION"}, {"Type": "DIMENSION", "Key": "USAGE_TYPE"}])
    lines = {": ".join(group["Keys"]) for result in daily["ResultsByTime"] for group in result["Groups"]}
    assert {"RunInstances: APN2-BoxUsage:t3.small", "CreateVolume-Gp2: APN2-EBS:VolumeUsage.gp2", "NatGateway: APN2-NatGateway-Bytes"} <= lines, lines

    accounts = ce.get_cost_and_usage(TimePeriod={"Start": start, "End": end}, Granularity="MONTHLY", Metrics=["AmortizedCost"],
                                     Filter={"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit", "Refund"]}}},
                                     GroupBy=[{"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"}])
    assert accounts["DimensionValueAttributes"][0]["Value"] == "123456789012"

    total = json.loads(tool(region, "aws", "ce", "get-cost-and-usage", "--time-period", f"Start={start},End={end}", "--granularity", "MONTHLY", "--metrics", "UnblendedCost",
                            "--query", "ResultsByTime[].Total.UnblendedCost", "--output", "json"))
    assert {one["Unit"] for one in total} == {"USD"} and sum(float(one["Amount"]) for one in total) > 0
    text = tool(region, "aws", "ce", "get-dimension-values", "--time-period", f"Start={start},End={end}", "--dimension", "SERVICE", "--query", "DimensionValues[].Value", "--output", "text")
    assert "EC2 - Other" in text
    assert "red" in tool(region, "aws", "ce", "get-tags", "--time-period", f"Start={start},End={end}", "--tag-key", "team", "--output", "text")


def test_a_budgets_notification_comes_to_where_a_rule_leads_it(region, machine, tmp_path):
    """The budget and the notification are files, as in the CLI's own example."""
    logs = region.client("logs")
    logs.create_log_group(logGroupName="/aws/events/budgets")
    logs.put_resource_policy(policyName="events", policyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]}, "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
         "Resource": f"arn:aws:logs:{live.REGION}:123456789012:log-group:/aws/events/budgets:*"}]}))
    events = region.client("events")
    events.put_rule(Name="budgets", EventPattern=json.dumps({"source": ["hanbat.budgets"]}))
    events.put_targets(Rule="budgets", Targets=[{"Id": "logs", "Arn": f"arn:aws:logs:{live.REGION}:123456789012:log-group:/aws/events/budgets"}])
    (tmp_path / "budget.json").write_text(json.dumps({
        "BudgetLimit": {"Amount": "0.10", "Unit": "USD"}, "BudgetName": "Example Tag Budget", "BudgetType": "COST",
        "CostFilters": {"TagKeyValue": ["user:team$red"]},
        "CostTypes": {"IncludeCredit": True, "IncludeDiscount": True, "IncludeOtherSubscription": True, "IncludeRecurring": True, "IncludeRefund": True,
                      "IncludeSubscription": True, "IncludeSupport": True, "IncludeTax": True, "IncludeUpfront": True, "UseBlended": False},
        "TimePeriod": {"Start": 1477958399, "End": 3706473600}, "TimeUnit": "MONTHLY"}))
    (tmp_path / "notifications-with-subscribers.json").write_text(json.dumps([
        {"Notification": {"ComparisonOperator": "GREATER_THAN", "NotificationType": "ACTUAL", "Threshold": 80, "ThresholdType": "PERCENTAGE"},
         "Subscribers": [{"Address": "example@example.com", "SubscriptionType": "EMAIL"}]}]))
    tool(region, "aws", "budgets", "create-budget", "--account-id", "123456789012", "--budget", f"file://{tmp_path}/budget.json",
         "--notifications-with-subscribers", f"file://{tmp_path}/notifications-with-subscribers.json")
    found = wait_until(lambda: logs.filter_log_events(logGroupName="/aws/events/budgets")["events"], "the event")
    event = json.loads(found[0]["message"])
    assert event["detail-type"] == "Budget Notification" and event["detail"]["budgetName"] == "Example Tag Budget", event
    assert float(event["detail"]["actualSpend"]) > 0.08 and event["detail"]["subscribers"] == ["example@example.com"]
    told = tool(region, "aws", "budgets", "describe-budgets", "--account-id", "123456789012", "--query", "Budgets[].[BudgetName,CalculatedSpend.ActualSpend.Amount]", "--output", "text")
    assert told.startswith("Example Tag Budget")


def test_past_its_limit_an_account_starts_nothing_and_ends_what_it_likes(region):
    organizations, sts = region.client("organizations"), region.client("sts")
    organizations.create_organization(FeatureSet="ALL")
    asked = organizations.create_account(Email="bounded@example.com", AccountName="bounded")["CreateAccountStatus"]["Id"]
    account = wait_until(lambda: organizations.describe_create_account_status(CreateAccountRequestId=asked)["CreateAccountStatus"].get("AccountId"), "the account")
    role = sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole", RoleSessionName="limit")["Credentials"]
    ec2 = boto3.client("ec2", endpoint_url=region.endpoint, region_name=live.REGION, aws_access_key_id=role["AccessKeyId"], aws_secret_access_key=role["SecretAccessKey"],
                       aws_session_token=role["SessionToken"])
    launch = {"ImageId": ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"], "InstanceType": "t3.small", "MinCount": 1, "MaxCount": 1}
    tool(region, "aws", "organizations", "tag-resource", "--resource-id", account, "--tags", "Key=hanbat:cost-limit,Value=0.10")
    ident = ec2.run_instances(**launch)["Instances"][0]["InstanceId"]

    def refused():
        try:
            ident = ec2.run_instances(**launch, DryRun=True)
        except ClientError as error:
            return error.response["Error"] if error.response["Error"]["Code"] != "DryRunOperation" else None
        raise AssertionError(ident)
    error = wait_until(refused, "the limit")
    assert error["Code"] == "CostLimitExceeded" and f"Account {account} has reached its cost limit" in error["Message"], error
    assert "limit 0.10 USD" in tool(region, live.HANBAT, "cost", "--account", account)
    assert ec2.terminate_instances(InstanceIds=[ident])["TerminatingInstances"][0]["CurrentState"]["Name"] == "shutting-down"


def test_a_pace_that_is_none_is_named(tmp_path):
    one = live.Daemon(tmp_path)
    one.state.mkdir(parents=True)
    (one.state / "bill-pace").write_text("fast")
    with pytest.raises(AssertionError, match="bill-pace: how many times as fast the bill's clock runs is a number from 1 to 100000"):
        one.start()
