"""Why things are as they are, beside them: what failed, whether packets get there, what it cost, where a host stands while it is deployed to."""
import json
import time

import pytest

AMAZON_LINUX = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64"


def role(daemon, name, service, *actions):
    iam = daemon.client("iam")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]}))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}))
    return arn


@pytest.fixture(scope="module", name="server")
def running_instance(daemon):
    ec2 = daemon.client("ec2")
    ident = ec2.run_instances(ImageId=AMAZON_LINUX, InstanceType="t3.small", MinCount=1, MaxCount=1, TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "shop-1"}]}])["Instances"][0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[ident], WaiterConfig={"Delay": 1})
    return ident


def test_the_overview_says_why_a_pipeline_failed_and_what_would_let_it_through(page, daemon):
    pipelines = daemon.client("codepipeline")
    daemon.client("codecommit").create_repository(repositoryName="closed")
    daemon.client("codecommit").put_file(repositoryName="closed", branchName="main", filePath="a", fileContent=b"a")
    daemon.client("s3").create_bucket(Bucket="why-artifacts", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})

    def stage(name, category, provider, configuration, takes, makes):
        return {"name": name, "actions": [{"name": name, "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"}, "configuration": configuration,
                "inputArtifacts": [{"name": one} for one in takes], "outputArtifacts": [{"name": one} for one in makes]}]}

    pipelines.create_pipeline(pipeline={"name": "shut-out", "roleArn": role(daemon, "shut-out", "codepipeline.amazonaws.com", "s3:*"), "artifactStore": {"type": "S3", "location": "why-artifacts"}, "stages": [
        stage("Source", "Source", "CodeCommit", {"RepositoryName": "closed", "BranchName": "main", "PollForSourceChanges": "false"}, [], ["source"]),
        stage("Release", "Approval", "Manual", {}, [], [])]})
    deadline = time.monotonic() + 30
    while [one["status"] for one in pipelines.list_pipeline_executions(pipelineName="shut-out")["pipelineExecutionSummaries"]] != ["Failed"]:
        assert time.monotonic() < deadline, "the pipeline goes on"
        time.sleep(0.1)
    page.wake()
    page.wait("td a", "shut-out")
    page.wait(".because", "codecommit:")
    page.picture("why")
    page.click("#language")
    page.wait(".because", "codecommit:")
    page.click("#language")
    page.click("td a", "shut-out")
    page.wait(".why-card .remedy pre", '"Effect": "Allow"')


def test_whether_packets_get_there_is_answered_hop_by_hop(page, server):
    page.go(f"instances/{server}")
    page.click("a", "Can it get there?")
    page.wait(".map text", "shop-1")
    assert page.js("return [...document.querySelectorAll('#from, #to, #port')].map((one) => one.value)") == ["internet", server, "80"]
    page.go("network")
    page.wait(".map text", "shop-1")
    assert page.js("return document.querySelector('details.card').open") is False
    page.click("summary", "Can it get there?")
    assert {"internet", server} <= set(page.js("return [...document.querySelectorAll('#ends option')].map((one) => one.value)"))
    page.type("#from", "internet")
    page.type("#to", server)
    page.type("#port", "80")
    page.click("button", "Ask")
    page.wait(".hops .badge", "stops")
    page.wait(".hops code", "sg-")
    assert "undefined" not in page.text
    assert "80" in page.wait(".why-card .lead").text
    page.picture("reach")


def test_costs_are_shown_by_day_and_service_and_on_the_overview(page, server):
    page.wait(".figure", "USD this month")
    page.click("[data-page=cost]")
    page.wait("td", "Amazon Elastic Compute Cloud - Compute")
    amounts = page.js("return [...document.querySelectorAll('td.num')].map((one) => Number(one.textContent)).filter((one) => Number.isFinite(one))")
    assert amounts and max(amounts) > 0
    assert page.find("#bill-clock") is None  # the bill's clock is the real one
    page.js("const one = document.getElementById('period'); one.value = 'days'; one.dispatchEvent(new Event('change'))")
    page.wait("h2", "By day")
    page.click("summary", "In figures")
    assert page.js("return [document.querySelectorAll('.chart rect').length, document.querySelectorAll('details tbody tr').length]") == [14, 14]


def test_a_deployment_shows_where_each_host_stands_with_its_balancer(page, daemon, server):
    elb, deploy, ec2 = daemon.client("elbv2"), daemon.client("codedeploy"), daemon.client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    group = elb.create_target_group(Name="shop", Protocol="HTTP", Port=8080, VpcId=vpc)["TargetGroups"][0]["TargetGroupArn"]
    balancer = elb.create_load_balancer(Name="front", Subnets=[one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]][:2])["LoadBalancers"][0]["LoadBalancerArn"]
    elb.create_listener(LoadBalancerArn=balancer, Port=80, Protocol="HTTP", DefaultActions=[{"Type": "forward", "TargetGroupArn": group}])
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": server}])
    s3 = daemon.client("s3")
    s3.create_bucket(Bucket="revisions", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    s3.put_object(Bucket="revisions", Key="app.zip", Body=b"PK\x05\x06" + bytes(18))
    deploy.create_application(applicationName="shop")
    deploy.create_deployment_group(applicationName="shop", deploymentGroupName="dev", serviceRoleArn=role(daemon, "deploys", "codedeploy.amazonaws.com", "ec2:*", "elasticloadbalancing:*", "tag:*", "s3:*"),
                                   ec2TagFilters=[{"Key": "Name", "Value": "shop-1", "Type": "KEY_AND_VALUE"}], deploymentStyle={"deploymentType": "IN_PLACE", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
                                   loadBalancerInfo={"targetGroupInfoList": [{"name": "shop"}]})
    ident = deploy.create_deployment(applicationName="shop", deploymentGroupName="dev", revision={"revisionType": "S3", "s3Location": {"bucket": "revisions", "key": "app.zip", "bundleType": "zip"}})["deploymentId"]
    page.go(f"deployments/{ident}")
    page.wait(".matrix th", "Traffic now", 30)
    states = {"healthy", "initial", "draining", "unused", "no target group"}
    page.go("overview")
    until = time.monotonic() + 30
    while not page.find("h2", "What waits"):
        assert time.monotonic() < until, page.text
        page.wake()  # it asks every ten seconds at most
        time.sleep(0.5)
    page.wait("td", ident)
    page.go(f"deployments/{ident}")
    page.wait(".matrix th", "Traffic now", 30)
    deadline = time.monotonic() + 10
    while True:
        seen = page.js("return [...document.querySelectorAll('.matrix tbody tr')].find((one) => one.textContent.includes('Traffic now'))?.querySelector('.badge')?.textContent")
        if seen in states:
            break
        assert time.monotonic() < deadline, seen
        time.sleep(0.1)
    deploy.stop_deployment(deploymentId=ident)
