"""Builds that stand in a VPC of their owner's: they reach what opens itself to their security group, and the world through a NAT
gateway alone; their interface goes with them. Their source is a repository with submodules, relative and absolute."""
import json
import os
import signal
import uuid

import pytest

import region as live
from region import REGION, wait_until

# CodeBuild's user guide, "Allow CodeBuild access to AWS services required to create a VPC network interface", with what every build needs.
RIGHTS = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Resource": "*", "Action": ["logs:*", "codecommit:GitPull"]},
    {"Effect": "Allow", "Resource": "*", "Action": [
        "ec2:CreateNetworkInterface", "ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface",
        "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "ec2:DescribeVpcs"]},
    {"Effect": "Allow", "Resource": f"arn:aws:ec2:{REGION}:*:network-interface/*", "Action": "ec2:CreateNetworkInterfacePermission",
     "Condition": {"StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"}}}]}
TRUST = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
USER_DATA = """#!/bin/bash
mkdir -p /srv/site && cd /srv/site && echo hello from the private server > index.html
python3 -m http.server 8080 &
"""
ASK = "curl -s --max-time 5"
# The server may be on its way up still.
ASK_SERVER = ASK + " --retry 20 --retry-delay 1 --retry-connrefused"


def outputs(**values):
    return "\n".join(f"      - echo {key} = {command}" for key, command in values.items())


class Place:
    """A VPC of three subnets (public, behind a NAT gateway, and without a way out), a server, and what a project needs."""

    def __init__(self, region):
        self.region, self.name = region, "vpc-build-" + uuid.uuid4().hex[:6]
        self.ec2, self.iam, self.builds, self.logs = (region.client(one) for one in ("ec2", "iam", "codebuild", "logs"))
        ec2 = self.ec2
        self.vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
        self.gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=self.gateway, VpcId=self.vpc)
        self.subnets, self.tables = {}, {}
        for number, name in enumerate(["public", "private", "closed"]):
            self.subnets[name] = ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"10.77.{number}.0/24")["Subnet"]["SubnetId"]
            self.tables[name] = ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
            ec2.associate_route_table(RouteTableId=self.tables[name], SubnetId=self.subnets[name])
        ec2.create_route(RouteTableId=self.tables["public"], DestinationCidrBlock="0.0.0.0/0", GatewayId=self.gateway)
        self.address = ec2.allocate_address(Domain="vpc")["AllocationId"]
        self.nat = ec2.create_nat_gateway(SubnetId=self.subnets["public"], AllocationId=self.address)["NatGateway"]["NatGatewayId"]
        ec2.create_route(RouteTableId=self.tables["private"], DestinationCidrBlock="0.0.0.0/0", NatGatewayId=self.nat)
        self.group_of_builds = ec2.create_security_group(GroupName="builds", Description="builds", VpcId=self.vpc)["GroupId"]
        self.group_of_server = ec2.create_security_group(GroupName="server", Description="server", VpcId=self.vpc)["GroupId"]
        ec2.authorize_security_group_ingress(GroupId=self.group_of_server, IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080, "UserIdGroupPairs": [{"GroupId": self.group_of_builds}]}])
        image = region.client("ssm").get_parameter(Name="/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2")["Parameter"]["Value"]
        server = ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=self.subnets["closed"],
                                   SecurityGroupIds=[self.group_of_server], UserData=USER_DATA)["Instances"][0]
        self.server, self.server_address = server["InstanceId"], server["PrivateIpAddress"]
        self.role = self.iam.create_role(RoleName=self.name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        self.grant(RIGHTS)

    def grant(self, rights):
        self.iam.put_role_policy(RoleName=self.name, PolicyName="build", PolicyDocument=json.dumps(rights))

    def config(self, subnet):
        return {"vpcId": self.vpc, "subnets": [self.subnets[subnet]], "securityGroupIds": [self.group_of_builds]}

    def project(self, name, subnet, source):
        name = f"{self.name}-{name}"
        self.builds.create_project(name=name, source=source, artifacts={"type": "NO_ARTIFACTS"}, serviceRole=self.role, environment={
            "type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"}, vpcConfig=self.config(subnet))
        return name

    def build(self, build):
        return self.builds.batch_get_builds(ids=[build])["builds"][0]

    def ended(self, build, limit_s=90):
        return wait_until(lambda: (lambda b: b["buildStatus"] != "IN_PROGRESS" and b)(self.build(build)), limit_s, "the build's end")

    def said(self, build):
        """What the build's commands told, by their names."""
        where = self.build(build)["logs"]
        events = self.logs.get_log_events(logGroupName=where["groupName"], logStreamName=where["streamName"])["events"]
        return dict(event["message"].strip().split(" = ", 1) for event in events if " = " in event["message"] and not event["message"].startswith("[C"))

    def interfaces(self):
        """Those of builds."""
        return self.ec2.describe_network_interfaces(Filters=[
            {"Name": "group-id", "Values": [self.group_of_builds]}])["NetworkInterfaces"]

    def remove(self):
        for project in [name for name in self.builds.list_projects()["projects"] if name.startswith(self.name)]:
            self.builds.delete_project(name=project)
        ec2 = self.ec2
        ec2.terminate_instances(InstanceIds=[self.server])
        ec2.delete_nat_gateway(NatGatewayId=self.nat)
        wait_until(lambda: not [one for one in ec2.describe_network_interfaces(Filters=[{"Name": "vpc-id", "Values": [self.vpc]}])["NetworkInterfaces"]],
                   60, "the VPC has no interfaces")
        ec2.release_address(AllocationId=self.address)
        ec2.delete_security_group(GroupId=self.group_of_server)
        ec2.delete_security_group(GroupId=self.group_of_builds)
        for name, subnet in self.subnets.items():
            ec2.delete_subnet(SubnetId=subnet)
            ec2.delete_route_table(RouteTableId=self.tables[name])
        ec2.detach_internet_gateway(InternetGatewayId=self.gateway, VpcId=self.vpc)
        ec2.delete_internet_gateway(InternetGatewayId=self.gateway)
        ec2.delete_vpc(VpcId=self.vpc)
        self.iam.delete_role_policy(RoleName=self.name, PolicyName="build")
        self.iam.delete_role(RoleName=self.name)


@pytest.fixture(scope="module")
def place(region):
    one = Place(region)
    yield one
    one.remove()


@pytest.fixture(scope="module")
def repository(region, place, tmp_path_factory):
    """The clone URL of a repository with two submodules, one named relative to it and one by AWS's whole address."""
    folder, commits, names = tmp_path_factory.mktemp("git"), region.client("codecommit"), {}
    for part in ("far", "lib", "app"):
        names[part] = f"{place.name}-{part}"
        commits.create_repository(repositoryName=names[part])

    def git(*arguments, at):
        return live.run("git", "-c", "protocol.file.allow=always", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments,
                        env=region.env, cwd=at)

    def make(part, files, submodules=()):
        at = folder / part
        at.mkdir()
        git("init", "-q", "-b", "main", at=at)
        for name, text in files.items():
            (at / name).write_text(text)
        for path, url, there in submodules:
            git("submodule", "--quiet", "add", f"{folder}/{there}", path, at=at)
            git("submodule", "set-url", path, url, at=at)
        git("add", "-A", at=at)
        git("commit", "-q", "-m", "one", at=at)
        (at / "second").write_text("2")
        git("add", "-A", at=at)
        git("commit", "-q", "-m", "two", at=at)
        url = commits.get_repository(repositoryName=names[part])["repositoryMetadata"]["cloneUrlHttp"]
        git("push", "-q", url, "main", at=at)
        return url

    aws = f"https://git-codecommit.{REGION}.amazonaws.com/v1/repos/"
    make("far", {"far.txt": "from far\n"})
    make("lib", {"lib.txt": "from the library\n"}, [("deeper", "../" + names["far"], "far")])
    commands = outputs(SERVER=f"$({ASK_SERVER} http://{place.server_address}:8080/)",
                       CLOSED=f"$({ASK} http://{place.server_address}:22/ > /dev/null; echo $?)",
                       WORLD=f"$({ASK} -o /dev/null -w '%{{http_code}}' https://sts.{REGION}.amazonaws.com/)",
                       ROLE="$(aws sts get-caller-identity --query Arn --output text)",
                       ADDRESS="$(hostname -I)", LIB="$(cat lib/lib.txt)", DEEPER="$(cat lib/deeper/far.txt)", FAR="$(cat far/far.txt)",
                       COMMITS="$(git rev-list --count HEAD)")
    spec = f"version: 0.2\nphases:\n  build:\n    commands:\n{commands}\n"
    yield make("app", {"buildspec.yml": spec}, [("lib", f"../{names['lib']}", "lib"), ("far", aws + names["far"], "far")])
    for name in names.values():
        commits.delete_repository(repositoryName=name)


@pytest.fixture(scope="module")
def served(place):
    """The server answers, as far as its own VPC's log of instances tells: its user data has run."""
    wait_until(lambda: [s for s in place.ec2.describe_instance_status(InstanceIds=[place.server])["InstanceStatuses"]
                        if s["InstanceStatus"]["Status"] == "ok"], 90, "the server is up")


def no_source(*lines):
    spec = "version: 0.2\nphases:\n  build:\n    commands:\n" + "\n".join(lines) + "\n"
    return {"type": "NO_SOURCE", "buildspec": spec}


def test_a_build_reaches_what_its_group_may_and_its_source_has_its_submodules(place, repository, served):
    project = place.project("app", "private", {"type": "CODECOMMIT", "location": repository, "gitCloneDepth": 1,
                                               "gitSubmodulesConfig": {"fetchSubmodules": True}})
    build = place.builds.start_build(projectName=project)["build"]["id"]
    shown = wait_until(place.interfaces, 30, "the build's interface")[0]
    assert shown["RequesterManaged"] and shown["Status"] == "in-use" and shown["SubnetId"] == place.subnets["private"]
    one = place.ended(build)
    assert one["networkInterface"] == {"subnetId": place.subnets["private"], "networkInterfaceId": shown["NetworkInterfaceId"]}
    assert one["vpcConfig"] == place.config("private")
    assert one["buildStatus"] == "SUCCEEDED", one["phases"]
    said = place.said(build)
    assert said["SERVER"] == "hello from the private server"
    assert said["CLOSED"] != "0"
    assert said["WORLD"] != "000"
    assert f"assumed-role/{place.name}/AWSCodeBuild-" in said["ROLE"]
    assert said["ADDRESS"] == shown["PrivateIpAddress"]
    assert (said["LIB"], said["DEEPER"], said["FAR"]) == ("from the library", "from far", "from far")
    assert said["COMMITS"] == "1"
    wait_until(lambda: not place.interfaces(), 30, "the interface goes with the build")


def test_without_the_option_submodules_stay_empty_and_a_commit_of_a_branch_is_built(place, repository, served):
    project = f"{place.name}-app"
    first = place.region.client("codecommit").get_commit(
        repositoryName=f"{place.name}-app", commitId=place.region.client("codecommit").get_branch(
            repositoryName=f"{place.name}-app", branchName="main")["branch"]["commitId"])["commit"]["parents"][0]
    build = place.builds.start_build(projectName=project, gitCloneDepthOverride=0, sourceVersion=f"refs/heads/main^{{{first}}}",
                                     gitSubmodulesConfigOverride={"fetchSubmodules": False})["build"]["id"]
    one = place.ended(build)
    assert one["resolvedSourceVersion"] == first
    assert place.said(build)["COMMITS"] == "1"
    assert "LIB" not in place.said(build) or place.said(build)["LIB"] == ""


def test_without_a_nat_gateway_there_is_no_way_out_and_a_killed_daemon_forgets_no_interface(place, served):
    """In a public subnet a build has no public address, so that the internet gateway leads nowhere."""
    ask = outputs(SERVER=f"$({ASK_SERVER} http://{place.server_address}:8080/)", KEYS="$(curl -s 169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI | jq -r .RoleArn)",
                  WORLD=f"$({ASK} -o /dev/null -w '%{{http_code}}' https://sts.{REGION}.amazonaws.com/)")
    started = {subnet: place.builds.start_build(projectName=place.project(subnet, subnet, no_source(ask)))["build"]["id"]
               for subnet in ("public", "closed")}
    wait_until(lambda: len(place.interfaces()) == 2, 30, "the builds' interfaces")
    os.kill(place.region.pid_of("hanbatd"), signal.SIGKILL)
    wait_until(lambda: "answers" in place.region.status().get("front", "") and "NOT" not in place.region.status()["front"], 30, "hanbatd's restart")
    for subnet, build in started.items():
        one = place.ended(build)
        assert one["buildStatus"] == "SUCCEEDED", one["phases"]
        assert place.said(build) == {"SERVER": "hello from the private server", "KEYS": place.role, "WORLD": "000"}, subnet
    wait_until(lambda: not place.interfaces(), 30, "the interfaces go with the builds")


def test_a_role_without_a_right_fails_in_provisioning(place):
    project = place.project("poor", "private", no_source("      - echo never"))
    poor = json.loads(json.dumps(RIGHTS))
    poor["Statement"].pop()
    place.grant(poor)
    try:
        one = place.ended(place.builds.start_build(projectName=project)["build"]["id"])
        phase = next(phase for phase in one["phases"] if phase["phaseType"] == "PROVISIONING")
        assert one["buildStatus"] == "FAILED" and phase["phaseStatus"] == "FAILED"
        assert phase["contexts"] == [{"statusCode": "VPC_CLIENT_ERROR", "message": "Unexpected EC2 error: UnauthorizedOperation"}]
        assert place.interfaces() == []
        place.grant({"Version": "2012-10-17", "Statement": poor["Statement"][:1]})
        with pytest.raises(place.builds.exceptions.InvalidInputException, match="Not authorized to perform DescribeSecurityGroups"):
            place.project("none", "private", no_source("      - echo never"))
    finally:
        place.grant(RIGHTS)
    assert "vpcConfig" not in place.builds.update_project(name=project, vpcConfig={})["project"]
