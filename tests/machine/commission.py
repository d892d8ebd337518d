#!/usr/bin/python3
"""commission.py deliver|after: a short commission on the region of this machine, and whether all of it is back after a power cut.

An instance in a VPC with an internet gateway, a privileged build that runs docker build, a deployment whose hook installs a
package from outside (OFFLINE=yes: none). One line per thing that was seen; the first that is not so ends it. Runs with Debian 12's boto3, too.
"""
import io
import json
import os
import sys
import time
import urllib.request
import zipfile

import boto3
from botocore.config import Config

REGION, BUCKET, PORT = "ap-northeast-2", "commission-bucket", 8080
IMAGE = "aws/codebuild/amazonlinux2-x86_64-standard:4.0"
PROBE_FROM = "public.ecr.aws/amazonlinux/amazonlinux:2"
BEGAN = time.monotonic()

APPSPEC = """version: 0.0
os: linux
files:
  - {source: app, destination: /opt/app}
file_exists_behavior: OVERWRITE
hooks:
  BeforeInstall:
    - {location: hooks/packages.sh, timeout: 900, runas: root}
  ApplicationStart:
    - {location: hooks/start.sh, timeout: 120, runas: root}
"""
PACKAGES = "#!/bin/sh\n" + ("true\n" if os.environ.get("OFFLINE") else "set -e\ncommand -v tree || yum install -y tree\ntree --version\n")
START = f"""#!/bin/sh
set -e
printf '[Service]\\nWorkingDirectory=/opt/app\\nExecStart=/usr/bin/python3 -m http.server {PORT}\\n[Install]\\nWantedBy=multi-user.target\\n' > /etc/systemd/system/app.service
systemctl daemon-reload
systemctl enable app
systemctl restart app
"""
USER_DATA = f"""#!/bin/bash
cd /tmp
for _ in $(seq 60); do
  curl -fsS --max-time 20 -o install https://aws-codedeploy-{REGION}.s3.{REGION}.amazonaws.com/latest/install && break
  sleep 3
done
chmod +x install
./install auto
"""


def client(service):
    with open("/var/lib/hanbat/admin-credentials.json", encoding="utf-8") as file:
        key = json.load(file)
    return boto3.client(service, endpoint_url="http://127.0.0.1:4566", region_name=REGION, aws_access_key_id=key["AccessKeyId"],
                        aws_secret_access_key=key["SecretAccessKey"], config=Config(connect_timeout=20, read_timeout=180, retries={"max_attempts": 3}))


def say(text):
    print(f"{time.monotonic() - BEGAN:5.0f} s  {text}", flush=True)


def until(what, limit_s, ask):
    end = time.monotonic() + limit_s
    while True:
        found = ask()
        if found:
            return found
        if time.monotonic() > end:
            sys.exit(f"NOT SEEN within {limit_s} s: {what}")
        time.sleep(3)


def role(name, service, actions):
    iam = client("iam")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    rights = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=json.dumps(rights))
    return arn


def launch():
    ec2, iam = client("ec2"), client("iam")
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.2.0/24")["Subnet"]["SubnetId"]
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
        {"IpProtocol": "tcp", "FromPort": PORT, "ToPort": PORT, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
    role("server", "ec2", ["s3:GetObject", "s3:GetObjectVersion"])
    iam.create_instance_profile(InstanceProfileName="server")
    iam.add_role_to_instance_profile(InstanceProfileName="server", RoleName="server")
    image = max(ec2.describe_images(Owners=["amazon"])["Images"], key=lambda one: "amzn2" in one["Name"])["ImageId"]
    ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType="t3.micro", SubnetId=subnet, SecurityGroupIds=[group], UserData=USER_DATA,
                      IamInstanceProfile={"Name": "server"}, TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "role", "Value": "web"}]}])
    one = until("the instance runs", 300, running)
    say(f"instance {one['InstanceId']} runs at {one['PublicIpAddress']}")


def running():
    found = client("ec2").describe_instances(Filters=[{"Name": "tag:role", "Values": ["web"]}, {"Name": "instance-state-name", "Values": ["running"]}])
    return next((one for many in found["Reservations"] for one in many["Instances"]), None)


def start_build():
    builds = client("codebuild")
    builder = role("builder", "codebuild", ["logs:*"])
    spec = json.dumps({"version": 0.2, "phases": {"build": {"commands": [
        f"printf 'FROM {PROBE_FROM}\\nRUN echo built-here > /made\\n' > Dockerfile", "docker build -t made .", "docker run --rm made cat /made"]}}})
    builds.create_project(name="image", source={"type": "NO_SOURCE", "buildspec": spec}, artifacts={"type": "NO_ARTIFACTS"}, serviceRole=builder,
                          environment={"type": "LINUX_CONTAINER", "image": IMAGE, "computeType": "BUILD_GENERAL1_SMALL", "privilegedMode": True})
    return builds.start_build(projectName="image")["build"]["id"]


def see_build(build):
    builds, logs = client("codebuild"), client("logs")
    one = until("the build's end", 900, lambda: next((b for b in builds.batch_get_builds(ids=[build])["builds"] if b["buildStatus"] != "IN_PROGRESS"), None))
    said = [event["message"].rstrip() for event in logs.get_log_events(logGroupName=one["logs"]["groupName"], logStreamName=one["logs"]["streamName"],
                                                                      startFromHead=True)["events"]]
    if one["buildStatus"] != "SUCCEEDED" or "built-here" not in said:
        sys.exit("NOT SEEN: the build's success:\n" + "\n".join(said[-20:]))
    say("docker build and docker run in a privileged build: " + one["buildStatus"])


def bundle(version):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as file:
        for name, text in {"appspec.yml": APPSPEC, "app/version": version, "hooks/packages.sh": PACKAGES, "hooks/start.sh": START}.items():
            file.writestr(name, text)
    client("s3").put_object(Bucket=BUCKET, Key=f"{version}.zip", Body=raw.getvalue())
    return {"revisionType": "S3", "s3Location": {"bucket": BUCKET, "key": f"{version}.zip", "bundleType": "zip"}}


def deploy(version):
    deploys = client("codedeploy")
    one = deploys.create_deployment(applicationName="web", deploymentGroupName="web", revision=bundle(version), ignoreApplicationStopFailures=True)["deploymentId"]
    ended = until("the deployment's end", 1500, lambda: (lambda d: d["status"] in ("Succeeded", "Failed", "Stopped") and d)(
        deploys.get_deployment(deploymentId=one)["deploymentInfo"]))
    if ended["status"] != "Succeeded":
        targets = deploys.list_deployment_targets(deploymentId=one)["targetIds"]
        told = [deploys.get_deployment_target(deploymentId=one, targetId=target)["deploymentTarget"] for target in targets]
        sys.exit(f"NOT SEEN: the deployment's success: {ended.get('errorInformation')}\n{json.dumps(told, default=str, indent=1)}")
    see_version(version)
    say(f"deployment of {version}: {ended['status']}, and it answers")


def see_version(version):
    address = running()["PublicIpAddress"]

    def answers():
        try:
            return urllib.request.urlopen(f"http://{address}:{PORT}/version", timeout=10).read().decode() == version
        except OSError:
            return False
    until(f"{version} at http://{address}:{PORT}", 300, answers)


def deliver():
    launch()
    build = start_build()
    client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    deployer = role("deployer", "codedeploy", ["ec2:Describe*", "s3:GetObject", "s3:GetObjectVersion"])
    client("codedeploy").create_application(applicationName="web", computePlatform="Server")
    client("codedeploy").create_deployment_group(applicationName="web", deploymentGroupName="web", serviceRoleArn=deployer,
                                                 ec2TagFilters=[{"Key": "role", "Value": "web", "Type": "KEY_AND_VALUE"}])
    see_build(build)
    deploy("version-1")


def after(version):
    one = until("the instance runs again", 600, running)
    see_version(version)
    say(f"instance {one['InstanceId']} is back at {one['PublicIpAddress']} and answers {version}")
    builds = client("codebuild").list_builds_for_project(projectName="image")["ids"]
    say(f"builds in the region's memory: {[b['buildStatus'] for b in client('codebuild').batch_get_builds(ids=builds)['builds']]}")


if __name__ == "__main__":
    {"deliver": deliver, "after": lambda: after(sys.argv[2]), "deploy": lambda: deploy(sys.argv[2])}[sys.argv[1]]()
