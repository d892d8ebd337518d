"""Where AWS's documentation says "the name or ARN": both are the same thing, and an ARN of another account or region is none of the caller's.
`(service, operation, member, what else is said)`; the bus is "arnbus" with the rule "arnrule", the log group "/arn/group" with the stream "s"."""
import json

import pytest
from walk.models import model
from walk.wire import Caller

ACCOUNT, REGION = "123456789012", "ap-northeast-2"
OTHERS = {"account": ("210987654321", REGION), "region": (ACCOUNT, "us-east-1")}
TARGET = [{"Id": "t", "Arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/events/arn"}]
CASES = [
    ("events", "DescribeEventBus", "Name", {}), ("events", "PutRule", "EventBusName", {"Name": "arnrule", "EventPattern": '{"source":["a"]}'}),
    ("events", "DescribeRule", "EventBusName", {"Name": "arnrule"}), ("events", "DisableRule", "EventBusName", {"Name": "arnrule"}),
    ("events", "EnableRule", "EventBusName", {"Name": "arnrule"}), ("events", "ListRules", "EventBusName", {}),
    ("events", "PutTargets", "EventBusName", {"Rule": "arnrule", "Targets": TARGET}), ("events", "ListTargetsByRule", "EventBusName", {"Rule": "arnrule"}),
    ("events", "ListRuleNamesByTarget", "EventBusName", {"TargetArn": TARGET[0]["Arn"]}),
    ("events", "RemoveTargets", "EventBusName", {"Rule": "arnrule", "Ids": ["none"]}), ("events", "DeleteRule", "EventBusName", {"Name": "none"}),
    ("logs", "DescribeLogStreams", "logGroupIdentifier", {}), ("logs", "FilterLogEvents", "logGroupIdentifier", {}),
    ("logs", "GetLogEvents", "logGroupIdentifier", {"logStreamName": "s"}), ("logs", "DescribeLogGroups", "logGroupIdentifiers", {})]
NAMES = {"events": "arnbus", "logs": "/arn/group"}


def arn(service, account=ACCOUNT, region=REGION):
    kind = "event-bus/arnbus" if service == "events" else "log-group:/arn/group"
    return f"arn:aws:{service}:{region}:{account}:{kind}"


@pytest.fixture(scope="module", autouse=True)
def things(daemon):
    events, logs = daemon.client("events"), daemon.client("logs")
    events.create_event_bus(Name="arnbus")
    events.put_rule(Name="arnrule", EventBusName="arnbus", EventPattern='{"source":["a"]}')
    logs.create_log_group(logGroupName="/arn/group")
    logs.create_log_group(logGroupName="/arn/other")
    logs.create_log_stream(logGroupName="/arn/group", logStreamName="s")


def one_or_list(member, name):
    return [name] if member.endswith("s") else name


def told(daemon, service, operation, more):
    """What is answered, without what differs from call to call; or the error's code."""
    answer = Caller(daemon.port, daemon.key).call(model(service), operation, more)
    if answer.status >= 400:
        return answer.code
    return json.dumps({name: one for name, one in (answer.tree if answer.text else {}).items() if not name.startswith("next")}, sort_keys=True)


@pytest.mark.parametrize("service, operation, member, more", CASES, ids=[f"{one[1]}-{one[2]}" for one in CASES])
def test_a_name_and_its_arn_are_the_same_thing(daemon, service, operation, member, more):
    by_name = told(daemon, service, operation, {member: one_or_list(member, NAMES[service]), **more})
    assert by_name.startswith("{"), by_name
    assert told(daemon, service, operation, {member: one_or_list(member, arn(service)), **more}) == by_name


@pytest.mark.parametrize("service, operation, member, more", CASES, ids=[f"{one[1]}-{one[2]}" for one in CASES])
def test_an_arn_from_elsewhere_is_none_of_the_callers(daemon, service, operation, member, more):
    for account, region in OTHERS.values():
        assert told(daemon, service, operation, {member: one_or_list(member, arn(service, account, region)), **more}) in (
            "ResourceNotFoundException", "AccessDeniedException", "InvalidParameterException", "ValidationException")


def test_a_rule_over_alarms_names_the_callers_own(daemon):
    cloudwatch = daemon.client("cloudwatch", attempts=1)
    cloudwatch.put_metric_alarm(AlarmName="one", Namespace="n", MetricName="m", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1,
                                ComparisonOperator="GreaterThanThreshold")

    def own(account, region):
        return f'ALARM("arn:aws:cloudwatch:{region}:{account}:alarm:one")'

    cloudwatch.put_composite_alarm(AlarmName="both", AlarmRule=own(ACCOUNT, REGION) + " OR ALARM(one)")
    for place in OTHERS.values():
        with pytest.raises(cloudwatch.exceptions.ClientError) as refused:
            cloudwatch.put_composite_alarm(AlarmName="foreign", AlarmRule=own(*place))
        assert refused.value.response["Error"]["Code"] == "ValidationError"
