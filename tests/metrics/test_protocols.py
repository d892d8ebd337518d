"""CloudWatch over each of its protocols: forms, JSON and CBOR, also compressed, as SDKs of any age send them; and that all are about the same
metrics, which outlive a kill. At a daemon of its own."""
import datetime
import gzip
import json
import time
import urllib.error
import urllib.parse
import urllib.request

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.exceptions
import pytest

import cbor

REGION, TARGET = "ap-northeast-2", "GraniteServiceVersion20100801"


def send(daemon, path, headers, body):
    """Status, headers and body of the answer."""
    request = botocore.awsrequest.AWSRequest("POST", daemon.endpoint + path, data=body, headers=headers)
    botocore.auth.SigV4Auth(botocore.credentials.Credentials(*daemon.key), "monitoring", REGION).add_auth(request)
    try:
        with urllib.request.urlopen(urllib.request.Request(daemon.endpoint + path, body, dict(request.headers.items())), timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def by_cbor(daemon, operation, given, **headers):
    status, told, body = send(daemon, f"/service/{TARGET}/operation/{operation}",
                              {"smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor", "x-amzn-query-mode": "true", **headers}, given)
    assert told["smithy-protocol"] == "rpc-v2-cbor"
    return status, told, cbor.loads(body) if body else None


def by_json(daemon, operation, given, **headers):
    status, told, body = send(daemon, "/", {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"{TARGET}.{operation}",
                                            "x-amzn-query-mode": "true", **headers}, given)
    return status, told, json.loads(body) if body else None


def by_form(daemon, operation, given, **headers):
    form = urllib.parse.urlencode({"Action": operation, "Version": "2010-08-01", **given}).encode()
    packed = gzip.compress(form) if headers else form
    return send(daemon, "/", {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", **headers}, packed)


def test_a_value_that_was_put_by_any_is_read_by_all(daemon):
    now = datetime.datetime.now(datetime.timezone.utc)
    packed = {"Content-Encoding": "gzip"}
    one = {"Namespace": "Wire", "MetricData": [{"MetricName": "m", "Value": 1.5, "Timestamp": now}]}
    told = {"Namespace": "Wire", "MetricData": [{"MetricName": "m", "Value": 1.5, "Timestamp": now.timestamp()}]}
    form = {"Namespace": "Wire", "MetricData.member.1.MetricName": "m", "MetricData.member.1.Value": "1.5"}
    assert by_cbor(daemon, "PutMetricData", cbor.dumps(one))[0] == 200
    assert by_cbor(daemon, "PutMetricData", gzip.compress(cbor.dumps(one)), **packed)[0] == 200
    assert by_json(daemon, "PutMetricData", json.dumps(told).encode())[0] == 200
    assert by_json(daemon, "PutMetricData", gzip.compress(json.dumps(told).encode()), **packed)[0] == 200
    assert by_form(daemon, "PutMetricData", form)[0] == by_form(daemon, "PutMetricData", form, **packed)[0] == 200

    start, end = now - datetime.timedelta(minutes=10), now + datetime.timedelta(minutes=2)
    query = [{"Id": "m1", "MetricStat": {"Metric": {"Namespace": "Wire", "MetricName": "m"}, "Period": 3600, "Stat": "Sum"}}]
    got = by_cbor(daemon, "GetMetricData", cbor.dumps({"MetricDataQueries": query, "StartTime": start, "EndTime": end}))[2]
    assert got["MetricDataResults"][0]["Values"] == [9.0]
    assert got["MetricDataResults"][0]["Timestamps"][0].minute == start.minute
    got = by_json(daemon, "GetMetricData", json.dumps({"MetricDataQueries": query, "StartTime": start.timestamp(), "EndTime": end.timestamp()}).encode())[2]
    assert got["MetricDataResults"][0]["Values"] == [9.0]
    cloudwatch = daemon.client("cloudwatch")
    got = cloudwatch.get_metric_statistics(Namespace="Wire", MetricName="m", StartTime=start, EndTime=end, Period=3600, Statistics=["SampleCount", "Average"])
    assert (got["Datapoints"][0]["SampleCount"], got["Datapoints"][0]["Average"]) == (6.0, 1.5)
    assert cloudwatch.list_metrics(Namespace="Wire")["Metrics"] == [{"Namespace": "Wire", "MetricName": "m", "Dimensions": []}]


def test_an_error_has_its_name_and_its_older_code(daemon):
    bad = {"Namespace": "AWS/EC2", "MetricData": [{"MetricName": "m", "Value": 1.0}]}
    for status, headers, body in (by_cbor(daemon, "PutMetricData", cbor.dumps(bad)), by_json(daemon, "PutMetricData", json.dumps(bad).encode())):
        assert (status, body["__type"], headers["x-amzn-query-error"]) == (400, "InvalidParameterValueException", "InvalidParameterValue;Sender")
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        daemon.client("cloudwatch").put_metric_data(**bad)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValue"
    assert by_cbor(daemon, "PutDashboard", cbor.dumps({}))[2]["__type"] == "NotImplemented"
    assert by_cbor(daemon, "Nothing", cbor.dumps({}))[2]["__type"] == "UnknownOperationException"
    assert by_cbor(daemon, "PutMetricData", b"\xff")[2]["__type"] == "SerializationException"
    assert by_json(daemon, "PutMetricData", b"no gzip", **{"Content-Encoding": "gzip"})[2]["__type"] == "SerializationException"
    status, headers, body = by_cbor(daemon, "SetAlarmState", cbor.dumps({"AlarmName": "a", "StateValue": "INVALID", "StateReason": "x"}))
    assert (status, body["__type"]) == (400, "ValidationError") and "Value 'INVALID' at 'stateValue'" in body["message"]


def test_what_unpacks_without_end_is_refused(daemon):
    status, _, body = by_json(daemon, "PutMetricData", gzip.compress(b" " * (64 << 20)), **{"Content-Encoding": "gzip"})
    assert (status, body["__type"]) == (413, "RequestEntityTooLargeException")


def test_an_alarm_tells_and_its_metric_outlives_a_kill(daemon):
    cloudwatch, events, logs = (daemon.client(service) for service in ("cloudwatch", "events", "logs"))
    logs.create_log_group(logGroupName="/aws/events/alarms")
    logs.put_resource_policy(policyName="events", policyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}]}))
    events.put_rule(Name="alarms", EventPattern=json.dumps({"source": ["aws.cloudwatch"], "detail": {"state": {"value": ["ALARM"]}}}))
    events.put_targets(Rule="alarms", Targets=[{"Id": "1", "Arn": f"arn:aws:logs:{REGION}:123456789012:log-group:/aws/events/alarms"}])
    cloudwatch.put_metric_alarm(AlarmName="high", Namespace="Wire", MetricName="load", Statistic="Maximum", Period=10, EvaluationPeriods=1, Threshold=5,
                                ComparisonOperator="GreaterThanThreshold")
    cloudwatch.put_metric_data(Namespace="Wire", MetricData=[{"MetricName": "load", "Value": 9, "StorageResolution": 1}])
    daemon.kill()
    daemon.start()
    deadline, told = time.monotonic() + 30, []
    while not told and time.monotonic() < deadline:
        time.sleep(0.5)
        told = logs.filter_log_events(logGroupName="/aws/events/alarms")["events"]
    event = json.loads(told[0]["message"])
    assert (event["detail-type"], event["detail"]["alarmName"], event["detail"]["previousState"]["value"]) == ("CloudWatch Alarm State Change", "high", "INSUFFICIENT_DATA")
    shown = daemon.client("cloudwatch").describe_alarms(AlarmNames=["high"])["MetricAlarms"][0]
    assert shown["StateValue"] == "ALARM" and "[9.0 (" in shown["StateReason"]
    assert [item["HistorySummary"] for item in daemon.client("cloudwatch").describe_alarm_history(AlarmName="high", ScanBy="TimestampAscending")["AlarmHistoryItems"]] == [
        'Alarm "high" created', "Alarm updated from INSUFFICIENT_DATA to ALARM"]
