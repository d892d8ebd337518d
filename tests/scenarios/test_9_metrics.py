"""What the region itself measures, as CloudWatch tells it: of the commission's balancer, builds, logs and servers, and an alarm that stops an instance
which is too busy."""
import datetime
import os
import uuid

import pytest

from region import wait_until

AMAZON_LINUX = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64"
LONG = pytest.mark.skipif(not os.environ.get("HANBAT_LONG"), reason="takes four minutes: ./test --long")


def total(cloudwatch, namespace, metric, statistic="Sum", **dimensions):
    """Of the last hour; None when there is no point."""
    now = datetime.datetime.now(datetime.timezone.utc)
    points = cloudwatch.get_metric_statistics(
        Namespace=namespace, MetricName=metric, Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=now - datetime.timedelta(hours=1), EndTime=now + datetime.timedelta(minutes=1), Period=60, Statistics=[statistic])["Datapoints"]
    values = [one[statistic] for one in points]
    return (sum(values) if statistic in ("Sum", "SampleCount") else max(values)) if values else None


@pytest.fixture(scope="module")
def names(commission):
    """The balancer and its target group, as their metrics' dimensions spell them."""
    elb = commission.client("elbv2")
    balancer = elb.describe_load_balancers(Names=["wsi-alb"])["LoadBalancers"][0]
    group = elb.describe_target_groups(LoadBalancerArn=balancer["LoadBalancerArn"])["TargetGroups"][0]
    return balancer["LoadBalancerArn"].split(":loadbalancer/")[1], group["TargetGroupArn"].split(":")[-1]


def test_a_balancer_counts_requests_and_healthy_targets(commission, names):
    cloudwatch, (balancer, group) = commission.client("cloudwatch"), names
    # They are told once a minute.
    before = total(cloudwatch, "AWS/ApplicationELB", "RequestCount", LoadBalancer=balancer) or 0
    for _ in range(20):
        assert commission.health()[0] == 200
    wait_until(lambda: (total(cloudwatch, "AWS/ApplicationELB", "RequestCount", LoadBalancer=balancer) or 0) >= before + 20, 75, "the requests to be counted")
    assert total(cloudwatch, "AWS/ApplicationELB", "HTTPCode_Target_2XX_Count", LoadBalancer=balancer, TargetGroup=group) >= 20
    # Each of their answers was timed, by the balancer and by the group.
    for dimensions in ({"LoadBalancer": balancer}, {"LoadBalancer": balancer, "TargetGroup": group}):
        assert (total(cloudwatch, "AWS/ApplicationELB", "TargetResponseTime", "SampleCount", **dimensions) or 0) >= 20
        assert 0 < total(cloudwatch, "AWS/ApplicationELB", "TargetResponseTime", "Average", **dimensions) < 5
    now = datetime.datetime.now(datetime.timezone.utc)
    found = cloudwatch.get_metric_data(StartTime=now - datetime.timedelta(hours=1), EndTime=now + datetime.timedelta(minutes=1), MetricDataQueries=[
        {"Id": "p", "Expression": "SEARCH('{AWS/ApplicationELB,LoadBalancer,TargetGroup} MetricName=\"TargetResponseTime\"', 'p99', 60)"}])["MetricDataResults"]
    assert found and all(0 < value < 30 for one in found for value in one["Values"]), found
    wait_until(lambda: total(cloudwatch, "AWS/ApplicationELB", "HealthyHostCount", "Maximum", LoadBalancer=balancer, TargetGroup=group) >= 2, 70, "the targets to be counted")


def test_builds_and_their_logs_are_counted(commission):
    cloudwatch, codebuild = commission.client("cloudwatch"), commission.client("codebuild")
    project = "wsi-api-build"
    builds = codebuild.batch_get_builds(ids=codebuild.list_builds_for_project(projectName=project)["ids"][:100])["builds"]
    good = [one for one in builds if one["buildStatus"] == "SUCCEEDED"]
    assert total(cloudwatch, "AWS/CodeBuild", "SucceededBuilds", ProjectName=project) >= 1
    longest = max((one["endTime"] - one["startTime"]).total_seconds() for one in good)
    assert abs(total(cloudwatch, "AWS/CodeBuild", "Duration", "Maximum", ProjectName=project) - longest) < 2
    group = good[0]["logs"]["groupName"]
    events = commission.client("logs").get_log_events(logGroupName=group, logStreamName=good[0]["logs"]["streamName"])["events"]
    assert total(cloudwatch, "AWS/Logs", "IncomingLogEvents", LogGroupName=group) >= len(events) > 0


@LONG
def test_an_alarm_stops_an_instance_that_is_too_busy(region):
    """As EC2's guide has it for instances that nobody needs, the other way round: detailed monitoring, one period of a minute over its threshold."""
    ec2, cloudwatch, name = region.client("ec2"), region.client("cloudwatch"), "busy-" + uuid.uuid4().hex[:6]
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    subnet = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "default-for-az", "Values": ["true"]}])["Subnets"][0]["SubnetId"]
    made = ec2.run_instances(ImageId=AMAZON_LINUX, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnet, Monitoring={"Enabled": True},
                             UserData="#!/bin/bash\nnohup sh -c 'while :; do :; done' >/dev/null 2>&1 &\n")["Instances"][0]["InstanceId"]
    try:
        cloudwatch.put_metric_alarm(
            AlarmName=name, Namespace="AWS/EC2", MetricName="CPUUtilization", Dimensions=[{"Name": "InstanceId", "Value": made}], Statistic="Average", Period=60,
            EvaluationPeriods=1, Threshold=20, ComparisonOperator="GreaterThanThreshold", AlarmActions=[f"arn:aws:automate:{ec2.meta.region_name}:ec2:stop"])
        wait_until(lambda: ec2.describe_instances(InstanceIds=[made])["Reservations"][0]["Instances"][0]["State"]["Name"] == "stopped", 300, "the alarm to stop it")
        busiest = total(cloudwatch, "AWS/EC2", "CPUUtilization", "Maximum", InstanceId=made)
        assert 20 < busiest <= 100, busiest
        assert total(cloudwatch, "AWS/EC2", "NetworkIn", InstanceId=made) > 0
        assert total(cloudwatch, "AWS/EC2", "StatusCheckFailed", "Maximum", InstanceId=made) == 0
        history = [one["HistorySummary"] for one in cloudwatch.describe_alarm_history(AlarmName=name)["AlarmHistoryItems"]]
        assert any("to ALARM" in one for one in history) and any("Successfully executed action" in one for one in history), history
    finally:
        cloudwatch.delete_alarms(AlarmNames=[name])
        ec2.terminate_instances(InstanceIds=[made])
        ec2.get_waiter("instance_terminated").wait(InstanceIds=[made], WaiterConfig={"Delay": 1})
