"""What is refused by name until somebody builds it: each answers 501 NotImplemented in its service's own protocol, with what was
refused in the message, and leaves nothing behind. As botocore reads it, which tries none of these again."""
import json
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.exceptions
import pytest

ACCOUNT, REGION = "123456789012", "ap-northeast-2"
VPC, SUBNET, INSTANCE, VOLUME = "vpc-0123456789abcdef0", "subnet-0123456789abcdef0", "i-0123456789abcdef0", "vol-0123456789abcdef0"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/some-role"
BALANCER = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/some-name/0123456789abcdef"
LISTENER = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:listener/app/some-name/0123456789abcdef/0123456789abcdef"
PROJECT = {"name": "some-name", "source": {"type": "NO_SOURCE", "buildspec": "version: 0.2"}, "artifacts": {"type": "NO_ARTIFACTS"}, "serviceRole": ROLE,
           "environment": {"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"}}
GROUP = {"applicationName": "some-name", "deploymentGroupName": "some-name", "serviceRoleArn": ROLE}
TRIGGER = {"providerType": "CodeStarSourceConnection", "gitConfiguration": {"sourceActionName": "Source", "push": [{"branches": {"includes": ["main"]}}]}}
PIPELINE = {"name": "some-name", "roleArn": ROLE, "artifactStore": {"type": "S3", "location": "some-bucket"}, "pipelineType": "V2", "triggers": [TRIGGER], "stages": [
    {"name": "Source", "actions": [{"name": "Source", "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "S3", "version": "1"},
                                    "configuration": {"S3Bucket": "some-bucket", "S3ObjectKey": "key"}, "outputArtifacts": [{"name": "source"}]}]},
    {"name": "Deploy", "actions": [{"name": "Deploy", "actionTypeId": {"category": "Deploy", "owner": "AWS", "provider": "S3", "version": "1"},
                                    "configuration": {"BucketName": "some-bucket", "Extract": "true"}, "inputArtifacts": [{"name": "source"}]}]}]}

# (service, operation, input, what the message names): the operation where all of it is not there, else the parameter.
COSTS = {"TimePeriod": {"Start": "2026-11-01", "End": "2026-12-01"}, "Granularity": "MONTHLY", "Metrics": ["UnblendedCost"]}
BUDGET = {"BudgetName": "some-name", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": "1", "Unit": "USD"}}
NOTIFICATION = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80}

ALARM = {"AlarmName": "some-name", "Namespace": "n", "MetricName": "m", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1,
         "ComparisonOperator": "GreaterThanThreshold"}

REFUSED = [
    # Costs and budgets
    ("ce", "GetCostAndUsage", {**COSTS, "GroupBy": [{"Type": "COST_CATEGORY", "Key": "some-name"}]}, "GroupBy COST_CATEGORY"),
    ("ce", "GetCostAndUsage", {**COSTS, "GroupBy": [{"Type": "DIMENSION", "Key": "AZ"}]}, "dimension AZ"),
    ("ce", "GetCostAndUsage", {**COSTS, "Metrics": ["NormalizedUsageAmount"]}, "NormalizedUsageAmount"),
    ("ce", "GetCostAndUsage", {**COSTS, "Filter": {"CostCategories": {"Key": "some-name", "Values": ["x"]}}}, "Filter.CostCategories"),
    ("ce", "GetDimensionValues", {"TimePeriod": COSTS["TimePeriod"], "Dimension": "SERVICE", "SortBy": [{"Key": "UnblendedCost"}]}, "SortBy"),
    ("ce", "GetCostForecast", {"TimePeriod": {"Start": "2087-01-01", "End": "2087-02-01"}, "Metric": "UNBLENDED_COST", "Granularity": "DAILY",
                               "PredictionIntervalLevel": 80}, "PredictionIntervalLevel"),
    ("ce", "GetAnomalies", {"DateInterval": {"StartDate": "2026-11-01"}}, "GetAnomalies"),
    ("ce", "GetReservationCoverage", {"TimePeriod": COSTS["TimePeriod"]}, "GetReservationCoverage"),
    ("budgets", "CreateBudget", {"AccountId": ACCOUNT, "Budget": {**BUDGET, "BudgetType": "USAGE"}}, "BudgetType USAGE"),
    ("budgets", "CreateBudget", {"AccountId": ACCOUNT, "Budget": BUDGET, "NotificationsWithSubscribers": [
        {"Notification": NOTIFICATION, "Subscribers": [{"SubscriptionType": "SNS", "Address": f"arn:aws:sns:{REGION}:{ACCOUNT}:some-name"}]}]}, "SubscriptionType SNS"),
    ("budgets", "CreateBudget", {"AccountId": ACCOUNT, "Budget": {**BUDGET, "PlannedBudgetLimits": {"1796011474": {"Amount": "1", "Unit": "USD"}}}}, "PlannedBudgetLimits"),
    ("budgets", "DescribeBudgetPerformanceHistory", {"AccountId": ACCOUNT, "BudgetName": "some-name"}, "DescribeBudgetPerformanceHistory"),
    ("ec2", "CreateLaunchTemplate", {"LaunchTemplateName": "some-name", "LaunchTemplateData": {"EnclaveOptions": {"Enabled": True}}}, "EnclaveOptions.Enabled"),
    # Volumes and images
    ("ec2", "CreateVolume", {"AvailabilityZone": f"{REGION}a", "Size": 8}, "CreateVolume"),
    ("ec2", "DeleteVolume", {"VolumeId": VOLUME}, "DeleteVolume"),
    ("ec2", "AttachVolume", {"VolumeId": VOLUME, "InstanceId": INSTANCE, "Device": "/dev/sdf"}, "AttachVolume"),
    ("ec2", "DetachVolume", {"VolumeId": VOLUME}, "DetachVolume"),
    ("ec2", "CreateSnapshot", {"VolumeId": VOLUME}, "CreateSnapshot"),
    ("ec2", "CreateImage", {"InstanceId": INSTANCE, "Name": "some-name"}, "CreateImage"),
    ("ec2", "CopyImage", {"Name": "some-name", "SourceImageId": "ami-0123456789abcdef0", "SourceRegion": REGION}, "CopyImage"),
    ("ec2", "RegisterImage", {"Name": "some-name"}, "RegisterImage"),
    # Networks
    ("ec2", "CreateFlowLogs", {"ResourceIds": [VPC], "ResourceType": "VPC"}, "CreateFlowLogs"),
    ("ec2", "DescribeFlowLogs", {}, "DescribeFlowLogs"),
    ("ec2", "CreateVpcPeeringConnection", {"VpcId": VPC, "PeerVpcId": VPC}, "CreateVpcPeeringConnection"),
    ("ec2", "AcceptVpcPeeringConnection", {"VpcPeeringConnectionId": "pcx-0123456789abcdef0"}, "AcceptVpcPeeringConnection"),
    ("ec2", "CreateTransitGateway", {}, "CreateTransitGateway"),
    ("ec2", "CreateVpnGateway", {"Type": "ipsec.1"}, "CreateVpnGateway"),
    ("ec2", "CreatePlacementGroup", {"GroupName": "some-name", "Strategy": "cluster"}, "CreatePlacementGroup"),
    ("ec2", "RequestSpotInstances", {}, "RequestSpotInstances"),
    ("ec2", "StartNetworkInsightsAnalysis", {"NetworkInsightsPathId": "nip-0123456789abcdef0", "FilterInArns": [
        f"arn:aws:ec2:{REGION}:{ACCOUNT}:natgateway/nat-0123456789abcdef0"]}, "FilterInArns"),
    ("ec2", "CreateNetworkInsightsAccessScope", {}, "CreateNetworkInsightsAccessScope"),
    # Balancers
    ("elbv2", "CreateLoadBalancer", {"Name": "some-name", "Type": "network", "Subnets": [SUBNET]}, "Type=network"),
    ("elbv2", "CreateLoadBalancer", {"Name": "some-name", "Type": "gateway", "Subnets": [SUBNET]}, "Type=gateway"),
    ("elbv2", "CreateTargetGroup", {"Name": "some-name", "TargetType": "lambda"}, "TargetType=lambda"),
    ("elbv2", "CreateTargetGroup", {"Name": "some-name", "TargetType": "alb", "Protocol": "TCP", "Port": 80, "VpcId": VPC}, "TargetType=alb"),
    ("elbv2", "CreateTargetGroup", {"Name": "some-name", "Protocol": "TCP", "Port": 80, "VpcId": VPC}, "Protocol=TCP"),
    # Events
    ("events", "CreateArchive", {"ArchiveName": "some-name", "EventSourceArn": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"}, "CreateArchive"),
    ("events", "DescribeArchive", {"ArchiveName": "some-name"}, "DescribeArchive"),
    ("events", "StartReplay", {"ReplayName": "some-name", "EventSourceArn": f"arn:aws:events:{REGION}:{ACCOUNT}:archive/some-name", "EventStartTime": 0,
                               "EventEndTime": 1, "Destination": {"Arn": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"}}, "StartReplay"),
    ("events", "CreateConnection", {"Name": "some-name", "AuthorizationType": "API_KEY", "AuthParameters": {}}, "CreateConnection"),
    # Metrics and alarms
    ("cloudwatch", "PutDashboard", {"DashboardName": "some-name", "DashboardBody": "{}"}, "PutDashboard"),
    ("cloudwatch", "PutAnomalyDetector", {"Namespace": "n", "MetricName": "m", "Stat": "Sum"}, "PutAnomalyDetector"),
    ("cloudwatch", "PutMetricStream", {"Name": "some-name", "FirehoseArn": f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/x", "RoleArn": ROLE, "OutputFormat": "json"},
     "PutMetricStream"),
    ("cloudwatch", "GetMetricData", {"StartTime": 0, "EndTime": 60, "MetricDataQueries": [{"Id": "a", "Expression": "SEARCH(':aws.AccountId=LOCAL m', 'Sum')"}]}, "SEARCH by accounts"),
    ("cloudwatch", "GetMetricData", {"StartTime": 0, "EndTime": 60, "MetricDataQueries": [{"Id": "a", "Expression": "SELECT AVG(m) FROM n"}]}, "Metrics Insights"),
    ("cloudwatch", "PutMetricAlarm", {**ALARM, "ComparisonOperator": "GreaterThanUpperThreshold"}, "GreaterThanUpperThreshold"),
    ("cloudwatch", "PutMetricAlarm", {**ALARM, "Dimensions": [{"Name": "InstanceId", "Value": INSTANCE}], "AlarmActions": [f"arn:aws:automate:{REGION}:ec2:recover"]},
     "ec2:recover"),
    ("cloudwatch", "PutCompositeAlarm", {"AlarmName": "some-name", "AlarmRule": "AT_LEAST(1, ALARM, (a, b))"}, "AT_LEAST"),
    # Builds
    ("codebuild", "CreateReportGroup", {"name": "some-name", "type": "TEST", "exportConfig": {"exportConfigType": "NO_EXPORT"}}, "CreateReportGroup"),
    ("codebuild", "ListReportGroups", {}, "ListReportGroups"),
    ("codebuild", "CreateWebhook", {"projectName": "some-name"}, "CreateWebhook"),
    ("codebuild", "StartBuildBatch", {"projectName": "some-name"}, "StartBuildBatch"),
    ("codebuild", "CreateProject", {**PROJECT, "buildBatchConfig": {"serviceRole": ROLE}}, "buildBatchConfig"),
    # Deployments
    ("codedeploy", "CreateDeploymentGroup", {**GROUP, "alarmConfiguration": {"enabled": True, "alarms": [{"name": "some-name"}]}}, "alarmConfiguration"),
    ("codedeploy", "CreateDeploymentGroup", {**GROUP, "blueGreenDeploymentConfiguration": {"greenFleetProvisioningOption": {"action": "DISCOVER_EXISTING"}}},
     "blueGreenDeploymentConfiguration"),
    ("codedeploy", "CreateDeploymentGroup", {**GROUP, "autoScalingGroups": ["some-name"]}, "autoScalingGroups"),
    ("codedeploy", "CreateDeploymentGroup", {**GROUP, "triggerConfigurations": [
        {"triggerName": "some-name", "triggerTargetArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:some-name", "triggerEvents": ["DeploymentFailure"]}]},
     "triggerConfigurations"),
    ("codedeploy", "CreateApplication", {"applicationName": "some-name", "computePlatform": "Lambda"}, "Lambda"),
    # Pipelines
    ("codepipeline", "PutWebhook", {"webhook": {"name": "some-name", "targetPipeline": "some-name", "targetAction": "Source", "filters": [{"jsonPath": "$.ref"}],
                                                "authentication": "UNAUTHENTICATED", "authenticationConfiguration": {}}}, "PutWebhook"),
    # Objects
    ("s3", "PutBucketReplication", {"Bucket": "some-bucket", "ReplicationConfiguration": {"Role": ROLE, "Rules": [
        {"Status": "Enabled", "Destination": {"Bucket": "arn:aws:s3:::other-bucket"}}]}}, "PutBucketReplication"),
    ("s3", "PutBucketAccelerateConfiguration", {"Bucket": "some-bucket", "AccelerateConfiguration": {"Status": "Enabled"}}, "PutBucketAccelerateConfiguration"),
    ("ecr", "PutReplicationConfiguration", {"replicationConfiguration": {"rules": []}}, "PutReplicationConfiguration"),
    ("iam", "ChangePassword", {"OldPassword": "old", "NewPassword": "new"}, "ChangePassword"),
    ("iam", "CreateSAMLProvider", {"Name": "some-name", "SAMLMetadataDocument": "x" * 1000}, "CreateSAMLProvider"),
    ("sts", "AssumeRoleWithWebIdentity", {"RoleArn": ROLE, "RoleSessionName": "some-name", "WebIdentityToken": "a.b.c.d"}, "AssumeRoleWithWebIdentity"),
]


@pytest.mark.parametrize("service, operation, given, named", REFUSED, ids=[f"{service}-{operation}-{named}" for service, operation, _, named in REFUSED])
def test_what_is_not_built_says_so_by_its_name(daemon, service, operation, given, named):
    client = daemon.client(service)
    method = next(python for python, name in client.meta.method_to_api_mapping.items() if name == operation)
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        getattr(client, method)(**given)
    answer = refused.value.response
    assert (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]) == (501, "NotImplemented"), json.dumps(answer, default=str)
    assert named in answer["Error"]["Message"]
    assert answer["ResponseMetadata"]["RetryAttempts"] == 0


# What botocore of Debian 12 does not know yet, as it goes over the wire: forms of the query protocol, JSON with its target.
NEWER = [
    ("ec2", None, {"Action": "CreateNetworkInsightsPath", "Version": "2016-11-15", "ClientToken": "a", "Source": INSTANCE, "Destination": INSTANCE,
                   "Protocol": "tcp", "FilterAtDestination.SourceAddress": "10.0.0.1"}, "FilterAtDestination"),
    ("ec2", None, {"Action": "StartNetworkInsightsAnalysis", "Version": "2016-11-15", "ClientToken": "a", "NetworkInsightsPathId": "nip-0123456789abcdef0",
                   "FilterOutArn.1": f"arn:aws:ec2:{REGION}:{ACCOUNT}:natgateway/nat-0123456789abcdef0"}, "FilterOutArns"),
    ("elasticloadbalancing", None, {"Action": "CreateTrustStore", "Version": "2015-12-01", "Name": "some-name", "CaCertificatesBundleS3Bucket": "some-bucket",
                                    "CaCertificatesBundleS3Key": "key"}, "CreateTrustStore"),
    ("elasticloadbalancing", None, {"Action": "CreateListener", "Version": "2015-12-01", "LoadBalancerArn": BALANCER, "Protocol": "HTTPS", "Port": "443",
                                    "MutualAuthentication.Mode": "verify", "DefaultActions.member.1.Type": "forward"}, "MutualAuthentication"),
    ("elasticloadbalancing", None, {"Action": "CreateRule", "Version": "2015-12-01", "ListenerArn": LISTENER, "Priority": "1",
                                    "Conditions.member.1.Field": "path-pattern", "Actions.member.1.Type": "forward",
                                    "Transforms.member.1.Type": "url-rewrite"}, "Transforms"),
    ("codepipeline", "CodePipeline_20150709.CreatePipeline", {"pipeline": PIPELINE}, "triggers"),
    ("codebuild", "CodeBuild_20161006.CreateFleet", {"name": "some-name", "baseCapacity": 1, "environmentType": "LINUX_CONTAINER",
                                                     "computeType": "BUILD_GENERAL1_SMALL"}, "CreateFleet"),
]


@pytest.mark.parametrize("service, target, given, named", NEWER, ids=[f"{service}-{named}" for service, _, _, named in NEWER])
def test_what_is_newer_than_the_client_says_so_too(daemon, service, target, given, named):
    body = json.dumps(given) if target else urllib.parse.urlencode(given)
    kind = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target} if target else {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    request = botocore.awsrequest.AWSRequest("POST", daemon.endpoint + "/", data=body, headers=kind)
    botocore.auth.SigV4Auth(botocore.credentials.Credentials(*daemon.key), service, REGION).add_auth(request)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(daemon.endpoint + "/", body.encode(), dict(request.headers.items())), timeout=30)
    answer = refused.value.read().decode()
    if target:
        code, message = json.loads(answer)["__type"], json.loads(answer)["message"]
    else:
        root = xml.etree.ElementTree.fromstring(answer)
        code, message = (root.findtext(f".//{{*}}{name}") for name in ("Code", "Message"))
    assert (refused.value.code, code) == (501, "NotImplemented"), answer
    assert named in message


def test_a_deployment_that_is_blue_and_green_is_refused_by_its_name(daemon):
    """Of an application that there is, as AWS looks for that first."""
    codedeploy = daemon.client("codedeploy")
    codedeploy.create_application(applicationName="some-name", computePlatform="Server")
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        codedeploy.create_deployment_group(**GROUP, deploymentStyle={"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"})
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501 and "BLUE_GREEN" in str(refused.value)
    assert codedeploy.list_deployment_groups(applicationName="some-name")["deploymentGroups"] == []
    codedeploy.delete_application(applicationName="some-name")


def test_what_was_refused_left_nothing(daemon):
    assert daemon.client("codebuild").list_projects()["projects"] == []
    assert daemon.client("codedeploy").list_applications()["applications"] == []
    assert daemon.client("codepipeline").list_pipelines()["pipelines"] == []
    assert daemon.client("elbv2").describe_target_groups()["TargetGroups"] == daemon.client("elbv2").describe_load_balancers()["LoadBalancers"] == []
