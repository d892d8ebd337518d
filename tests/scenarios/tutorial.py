"""What every tutorial of AWS begins with: a person with the AWS CLI, a role or two, and an instance with CodeDeploy's agent on it."""
import http.client
import json
import uuid

from region import REGION, run

PARAMETERS = {
    "amzn2": "/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2",
    "al2023": "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
}
# Both ways that AWS's guides write it: with the AWS CLI (the older one), and with wget.
AGENT_BY_USER_DATA = {
    "amzn2": f"""#!/bin/bash
yum -y update
yum install -y ruby
yum install -y aws-cli
cd /home/ec2-user
aws s3 cp s3://aws-codedeploy-{REGION}/latest/install . --region {REGION}
chmod +x ./install
./install auto
""",
    "al2023": f"""#!/bin/bash
dnf update -y
dnf install -y ruby wget
cd /home/ec2-user
wget https://aws-codedeploy-{REGION}.s3.{REGION}.amazonaws.com/latest/install
chmod +x ./install
./install auto
systemctl status codedeploy-agent
""",
}


class Person:
    """Somebody who follows a tutorial on one system, in a folder of their own. `end` takes away what was made."""

    def __init__(self, region, system, folder):
        self.region, self.system, self.folder = region, system, folder
        self.name = f"tutorial-{system}-{uuid.uuid4().hex[:6]}"
        self.iam, self.ec2, self.s3, self.deploy = (region.client(one) for one in ("iam", "ec2", "s3", "codedeploy"))
        self.address, self._undo = None, []

    def aws(self, *arguments):
        """What the AWS CLI answers, as JSON."""
        return json.loads(self.region.aws(*arguments, "--output", "json").stdout or "null")

    def later(self, *call):
        """Something to undo at the end, the last first."""
        self._undo.append(call)

    def role(self, service, policy=None, rights=None):
        name = f"{self.name}-{service}"
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
        arn = self.aws("iam", "create-role", "--role-name", name, "--assume-role-policy-document", json.dumps(trust))["Role"]["Arn"]
        self.later(lambda: self.iam.delete_role(RoleName=name))
        if policy:
            self.iam.attach_role_policy(RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/service-role/{policy}")
            self.later(lambda: self.iam.detach_role_policy(RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/service-role/{policy}"))
        if rights:
            self.iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=json.dumps(rights))
            self.later(lambda: self.iam.delete_role_policy(RoleName=name, PolicyName="rights"))
        return arn

    def bucket(self):
        name = f"{self.name}-{uuid.uuid4().hex[:8]}"
        self.region.aws("s3", "mb", f"s3://{name}")
        self.later(lambda: self.region.client("s3").delete_bucket(Bucket=name))
        self.later(self._empty, name)
        return name

    def _empty(self, bucket):
        for version in self.s3.list_object_versions(Bucket=bucket).get("Versions", []):
            self.s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])

    def instance(self, tag):
        """An instance with the tag (key, value), a public address, and the agent by its user data."""
        self.role("ec2", "AmazonEC2RoleforAWSCodeDeploy")
        self.iam.create_instance_profile(InstanceProfileName=self.name)
        self.later(lambda: self.iam.delete_instance_profile(InstanceProfileName=self.name))
        self.iam.add_role_to_instance_profile(InstanceProfileName=self.name, RoleName=f"{self.name}-ec2")
        self.later(lambda: self.iam.remove_role_from_instance_profile(InstanceProfileName=self.name, RoleName=f"{self.name}-ec2"))
        vpc = self.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
        group = self.ec2.create_security_group(GroupName=self.name, Description="ssh and http", VpcId=vpc)["GroupId"]
        self.later(lambda: self.ec2.delete_security_group(GroupId=group))
        for port in (22, 80):
            self.aws("ec2", "authorize-security-group-ingress", "--group-id", group, "--protocol", "tcp", "--port", str(port), "--cidr", "0.0.0.0/0")
        data = self.folder / "user-data.txt"
        data.write_text(AGENT_BY_USER_DATA[self.system])
        self.id = self.aws(
            "ec2", "run-instances", "--image-id", "resolve:ssm:" + PARAMETERS[self.system], "--instance-type", "t2.micro", "--count", "1",
            "--iam-instance-profile", f"Name={self.name}", "--security-group-ids", group, "--associate-public-ip-address",
            "--user-data", f"file://{data}", "--tag-specifications", f"ResourceType=instance,Tags=[{{Key={tag[0]},Value={tag[1]}}}]")["Instances"][0]["InstanceId"]
        self.later(self._terminate, self.id)
        self.region.aws("ec2", "wait", "instance-running", "--instance-ids", self.id)
        self.address = self.aws("ec2", "describe-instances", "--instance-ids", self.id, "--query", "Reservations[0].Instances[0].PublicIpAddress")

    def _terminate(self, instance):
        self.ec2.terminate_instances(InstanceIds=[instance])
        self.ec2.get_waiter("instance_terminated").wait(InstanceIds=[instance], WaiterConfig={"Delay": 1})

    def application(self, group, *filters):
        """An application of the person's name with one deployment group, instances by tag."""
        service = self.role("codedeploy", "AWSCodeDeployRole")
        self.region.aws("deploy", "create-application", "--application-name", self.name)
        self.later(lambda: self.deploy.delete_application(applicationName=self.name))
        self.region.aws("deploy", "create-deployment-group", "--application-name", self.name, "--deployment-group-name", group,
                        "--service-role-arn", service, "--ec2-tag-filters", *filters, "--deployment-config-name", "CodeDeployDefault.OneAtATime")

    def events(self, deployment=None):
        """The lifecycle events of the instance in a deployment (the newest), by name."""
        if deployment is None:
            group = self.deploy.list_deployment_groups(applicationName=self.name)["deploymentGroups"][0]
            deployment = self.deploy.list_deployments(applicationName=self.name, deploymentGroupName=group)["deployments"][0]
        target = self.deploy.get_deployment_target(deploymentId=deployment, targetId=self.id)["deploymentTarget"]["instanceTarget"]
        print(json.dumps(target, default=str))
        return {event["lifecycleEventName"]: event for event in target["lifecycleEvents"]}

    def page(self, path="/"):
        """(status, body) of a page of the instance."""
        connection = http.client.HTTPConnection(self.address, 80, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def write(self, folder, files):
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def git(self, folder, *arguments):
        return run("git", "-C", folder, "-c", "user.name=me", "-c", "user.email=me@example.com", *arguments, env=self.region.env).stdout.strip()

    def end(self):
        for call, *arguments in reversed(self._undo):
            try:
                call(*arguments)
            except Exception as error:  # an earlier failure may have left it unmade
                print(error)
