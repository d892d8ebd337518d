"""What the ring does with a region: `standing` once, and then its chapters as often as there are points to be killed at. A chapter
leaves the region as it found it but for what it tells, so the next one starts from where it began."""
import contextlib
import http.client
import json
import time
import urllib.parse

import botocore.exceptions

from live_user import live
import ring
from ring import allow, trust

SERVER = "import http.server\nclass H(http.server.SimpleHTTPRequestHandler):\n  def do_GET(self):\n    self.send_response(200); self.end_headers(); self.wfile.write(open('/srv/version').read().strip().encode())\nhttp.server.ThreadingHTTPServer(('', 8080), H).serve_forever()\n"
BARE = "#!/bin/sh\nmkdir -p /srv\necho bare > /srv/version\ncat > /srv/server.py <<'X'\n" + SERVER + "X\npython3 /srv/server.py &\n"
AGENT = BARE + "cd /tmp && curl -fsS --retry 20 --retry-all-errors -o install https://aws-codedeploy-" + live.REGION + ".s3." + live.REGION + ".amazonaws.com/latest/install && chmod +x install && ./install auto\n"
APPSPEC = "version: 0.0\nos: linux\nfiles:\n  - {source: version, destination: /srv}\nfile_exists_behavior: OVERWRITE\n"
BUILDSPEC = "version: 0.2\nphases:\n  build:\n    commands:\n      - cp source version\nartifacts:\n  files: [version, appspec.yml]\n"
QUICK_CHECK = dict(HealthCheckPath="/", HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=2, HealthyThresholdCount=2, UnhealthyThresholdCount=2)


def named(kind, name, **more):
    tags = [{"Key": key, "Value": value} for key, value in {"Name": name, **more}.items()]
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": tags}]}


class Servers:
    """A network from nothing, `servers` instances in it and a balancer before them; or what there is of it."""

    def __init__(self, user, name, block, data, servers):
        self.user, self.name, self.block, self.data, self.count = user, name, block, data, servers

    def find(self, operation, key, id_key, **only):
        filters = [{"Name": "tag:Name", "Values": [self.name]}] + [{"Name": k.replace("_", "-"), "Values": v} for k, v in only.items()]
        argument = "Filter" if operation == "describe_nat_gateways" else "Filters"
        found = self.user("ec2", operation, **{argument: filters})[key]
        return [one[id_key] for one in found]

    def instances(self, *states):
        answer = self.user("ec2", "describe_instances", Filters=[{"Name": "tag:Name", "Values": [self.name]}, {"Name": "instance-state-name", "Values": list(states)}])
        return [one for all in answer["Reservations"] for one in all["Instances"]]

    def of_elb(self, operation, key, **arguments):
        """A balancer's resource by name: none when it does not exist."""
        try:
            return (self.user("elbv2", operation, **arguments) or {key: []})[key]
        except botocore.exceptions.ClientError as error:
            if "NotFound" not in error.response["Error"]["Code"]:
                raise
            return []

    def build(self):
        user, name, block = self.user, self.name, self.block
        vpc = user.make(lambda: self.find("describe_vpcs", "Vpcs", "VpcId"), "ec2", "create_vpc", CidrBlock=f"{block}.0.0/16", **named("vpc", name))[0]
        self.vpc = vpc
        subnets = []
        for number, zone in enumerate("ab"):
            cidr = f"{block}.{number}.0/24"
            subnets += user.make(lambda: self.find("describe_subnets", "Subnets", "SubnetId", cidr_block=[cidr]), "ec2", "create_subnet",
                                 VpcId=vpc, CidrBlock=cidr, AvailabilityZone=live.REGION + zone, **named("subnet", name))
        public, private = subnets
        gateway = user.make(lambda: self.find("describe_internet_gateways", "InternetGateways", "InternetGatewayId"), "ec2", "create_internet_gateway",
                            **named("internet-gateway", name))[0]
        if not self.find("describe_internet_gateways", "InternetGateways", "InternetGatewayId", **{"attachment.vpc-id": [vpc]}):
            user("ec2", "attach_internet_gateway", InternetGatewayId=gateway, VpcId=vpc)
        self.route(vpc, public, GatewayId=gateway)
        address = user.make(lambda: self.find("describe_addresses", "Addresses", "AllocationId"), "ec2", "allocate_address", Domain="vpc", **named("elastic-ip", name))[0]
        nat = user.make(lambda: self.find("describe_nat_gateways", "NatGateways", "NatGatewayId", state=["pending", "available"]), "ec2", "create_nat_gateway",
                        SubnetId=public, AllocationId=address, **named("natgateway", name))[0]
        user.wait(lambda: self.find("describe_nat_gateways", "NatGateways", "NatGatewayId", state=["available"]), 30, "the NAT gateway")
        self.route(vpc, private, NatGatewayId=nat)
        group = user.make(lambda: self.find("describe_security_groups", "SecurityGroups", "GroupId"), "ec2", "create_security_group",
                          GroupName=name, Description=name, VpcId=vpc, **named("security-group", name))[0]
        if not any(rule["FromPort"] == 8080 for rule in user("ec2", "describe_security_groups", GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]):
            user("ec2", "authorize_security_group_ingress", GroupId=group, IpPermissions=[
                {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]} for port in (80, 8080)])
        image = user("ssm", "get_parameter", Name="/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2")["Parameter"]["Value"]
        user.make(lambda: self.instances("pending", "running"), "ec2", "run_instances", ImageId=image, InstanceType="t3.micro", MinCount=self.count, MaxCount=self.count,
                  SubnetId=private, SecurityGroupIds=[group], UserData=self.data, IamInstanceProfile={"Name": "ring"}, **named("instance", name))
        servers = user.wait(lambda: (lambda found: found if len(found) == self.count else None)(self.instances("running")), 60, "the instances")
        targets = user.make(lambda: self.of_elb("describe_target_groups", "TargetGroups", Names=[name]), "elbv2", "create_target_group",
                            Name=name, Protocol="HTTP", Port=8080, VpcId=vpc, TargetType="instance", **QUICK_CHECK)[0]["TargetGroupArn"]
        user("elbv2", "modify_target_group_attributes", TargetGroupArn=targets, Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "1"}])
        balancer = user.make(lambda: self.of_elb("describe_load_balancers", "LoadBalancers", Names=[name]), "elbv2", "create_load_balancer",
                             Name=name, Subnets=subnets, SecurityGroups=[group])[0]
        user.make(lambda: user("elbv2", "describe_listeners", LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"], "elbv2", "create_listener",
                  LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}])
        user("elbv2", "register_targets", TargetGroupArn=targets, Targets=[{"Id": one["InstanceId"]} for one in servers])
        user.wait(lambda: self.healthy(targets), 60, "healthy targets")
        self.host_name = balancer["DNSName"].replace(".amazonaws.com", "") + ".localhost"

    def healthy(self, targets):
        told = self.user("elbv2", "describe_target_health", TargetGroupArn=targets)["TargetHealthDescriptions"]
        return len(told) == self.count and all(one["TargetHealth"]["State"] == "healthy" for one in told)

    def route(self, vpc, subnet, **target):
        """A route table of the subnet's own that leads everything to the target."""
        tables = lambda: self.find("describe_route_tables", "RouteTables", "RouteTableId", **{"tag:subnet": [subnet]})  # noqa: E731
        table = self.user.make(tables, "ec2", "create_route_table", VpcId=vpc, **named("route-table", self.name, subnet=subnet))[0]
        told = self.user("ec2", "describe_route_tables", RouteTableIds=[table])["RouteTables"][0]
        if not any(route.get("DestinationCidrBlock") == "0.0.0.0/0" for route in told["Routes"]):
            self.user("ec2", "create_route", RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **target)
        if not any(one.get("SubnetId") == subnet for one in told["Associations"]):
            self.user("ec2", "associate_route_table", RouteTableId=table, SubnetId=subnet)

    def take_down(self):
        """Deletes whatever there is of it."""
        user, name = self.user, self.name
        for balancer in self.of_elb("describe_load_balancers", "LoadBalancers", Names=[name]):
            user("elbv2", "delete_load_balancer", LoadBalancerArn=balancer["LoadBalancerArn"])
        for group in self.of_elb("describe_target_groups", "TargetGroups", Names=[name]):
            user("elbv2", "delete_target_group", TargetGroupArn=group["TargetGroupArn"])
        living = self.instances("pending", "running", "stopping", "stopped", "shutting-down")
        if living:
            user("ec2", "terminate_instances", InstanceIds=[one["InstanceId"] for one in living])
        for nat in self.find("describe_nat_gateways", "NatGateways", "NatGatewayId", state=["pending", "available"]):
            user("ec2", "delete_nat_gateway", NatGatewayId=nat)
        user.wait(lambda: not self.instances("pending", "running", "stopping", "stopped", "shutting-down"), 60, "the termination")
        user.wait(lambda: not self.find("describe_nat_gateways", "NatGateways", "NatGatewayId", state=["pending", "available", "deleting"]), 60, "the NAT gateway's end")
        for address in self.find("describe_addresses", "Addresses", "AllocationId"):
            user("ec2", "release_address", AllocationId=address)
        for vpc in self.find("describe_vpcs", "Vpcs", "VpcId"):
            in_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
            user.wait(lambda: not user("ec2", "describe_network_interfaces", Filters=in_vpc)["NetworkInterfaces"], 60, "the interfaces' end")
            for gateway in self.find("describe_internet_gateways", "InternetGateways", "InternetGatewayId", **{"attachment.vpc-id": [vpc]}):
                user("ec2", "detach_internet_gateway", InternetGatewayId=gateway, VpcId=vpc)
            for subnet in self.find("describe_subnets", "Subnets", "SubnetId"):
                user("ec2", "delete_subnet", SubnetId=subnet)
            for table in self.find("describe_route_tables", "RouteTables", "RouteTableId"):
                user("ec2", "delete_route_table", RouteTableId=table)
            for group in self.find("describe_security_groups", "SecurityGroups", "GroupId"):
                user("ec2", "delete_security_group", GroupId=group)
            user("ec2", "delete_vpc", VpcId=vpc)
        for gateway in self.find("describe_internet_gateways", "InternetGateways", "InternetGatewayId"):
            user("ec2", "delete_internet_gateway", InternetGatewayId=gateway)


SETTLED_S = 10  # as with all that is looked at: its end counts


def other_answers(servers, wanted):
    """What the balancer's name on this machine answers beside that, once it has settled; what it answered until then is shown."""
    deadline = time.monotonic() + SETTLED_S
    while (other := answers_beside(servers, wanted)) and time.monotonic() < deadline:
        print(f"          the balancer answers {other} beside {wanted}", flush=True)
        time.sleep(0.3)
    return other


def answers_beside(servers, wanted):
    """What it answers now; every server behind it is asked."""
    port, said = int(live.Region().env["HANBAT_BALANCER_PORT"]), set()
    for _ in range(4 * servers.count):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.closing(connection):
            connection.request("GET", "/", headers={"Host": f"{servers.host_name}:{port}"})
            answer = connection.getresponse()
            said.add((answer.status, answer.read().decode()))
    return sorted(said - {(200, wanted)})


class Standing:
    """What all chapters share: two servers with CodeDeploy's agent, and a pipeline that brings each push to them."""

    def __init__(self, user):
        self.user, self.servers = user, Servers(user, "ring", "10.9", AGENT, 2)
        self.identities()
        self.servers.build()
        self.pipeline()
        self.pushes = 0

    def identities(self):
        user = self.user
        for role in ("codebuild", "codedeploy", "codepipeline", "events", "ec2"):
            user("iam", "create_role", RoleName=role, AssumeRolePolicyDocument=trust(role))
            user("iam", "put_role_policy", RoleName=role, PolicyName="all", PolicyDocument=allow("*"))
        user("iam", "create_instance_profile", InstanceProfileName="ring")
        user("iam", "add_role_to_instance_profile", InstanceProfileName="ring", RoleName="ec2")
        user("iam", "create_user", UserName="dev")
        user("iam", "attach_user_policy", UserName="dev", PolicyArn="arn:aws:iam::aws:policy/AWSCodeCommitPowerUser")

    def pipeline(self):
        user, arn = self.user, lambda role: f"arn:aws:iam::{ring.ACCOUNT}:role/{role}"
        user("s3", "create_bucket", Bucket="ring-artifacts", CreateBucketConfiguration={"LocationConstraint": live.REGION})
        user("ecr", "create_repository", repositoryName="ring")
        user("codecommit", "create_repository", repositoryName="ring")
        user("codebuild", "create_project", name="ring", serviceRole=arn("codebuild"), source={"type": "CODEPIPELINE", "buildspec": BUILDSPEC},
             artifacts={"type": "CODEPIPELINE"}, environment={"type": "LINUX_CONTAINER", "computeType": "BUILD_GENERAL1_SMALL", "image": "aws/codebuild/amazonlinux2-x86_64-standard:4.0"})
        user("codedeploy", "create_application", applicationName="ring", computePlatform="Server")
        user("codedeploy", "create_deployment_group", applicationName="ring", deploymentGroupName="ring", serviceRoleArn=arn("codedeploy"),
             deploymentConfigName="CodeDeployDefault.AllAtOnce", ec2TagFilters=[{"Key": "Name", "Value": "ring", "Type": "KEY_AND_VALUE"}],
             deploymentStyle={"deploymentType": "IN_PLACE", "deploymentOption": "WITH_TRAFFIC_CONTROL"}, loadBalancerInfo={"targetGroupInfoList": [{"name": "ring"}]})
        action = lambda category, provider, configuration, takes, gives: {  # noqa: E731
            "name": category, "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"}, "configuration": configuration,
            "inputArtifacts": [{"name": one} for one in takes], "outputArtifacts": [{"name": one} for one in gives]}
        stages = (action("Source", "CodeCommit", {"RepositoryName": "ring", "BranchName": "main", "PollForSourceChanges": "false"}, [], ["Source"]),
                  action("Build", "CodeBuild", {"ProjectName": "ring"}, ["Source"], ["Built"]),
                  action("Deploy", "CodeDeploy", {"ApplicationName": "ring", "DeploymentGroupName": "ring"}, ["Built"], []))
        user("codepipeline", "create_pipeline", pipeline={
            "name": "ring", "roleArn": arn("codepipeline"), "artifactStore": {"type": "S3", "location": "ring-artifacts"},
            "stages": [{"name": one["name"], "actions": [one]} for one in stages]})
        user("events", "put_rule", Name="ring", EventPattern=json.dumps({"source": ["aws.codecommit"]}))
        user("events", "put_targets", Rule="ring", Targets=[
            {"Id": "line", "Arn": f"arn:aws:codepipeline:{live.REGION}:{ring.ACCOUNT}:ring", "RoleArn": arn("events")}])
        login = user("iam", "create_service_specific_credential", UserName="dev", ServiceName="codecommit.amazonaws.com")["ServiceSpecificCredential"]
        name, password = (urllib.parse.quote(login[key], safe="") for key in ("ServiceUserName", "ServicePassword"))
        work = user.folder / "work"
        work.mkdir()
        (work / "appspec.yml").write_text(APPSPEC)
        user.git("init", "-q", "-b", "main")
        user.git("remote", "add", "origin", f"http://{name}:{password}@127.0.0.1:{user.daemon.port}/v1/repos/ring")

    # -- the chapters: each returns what is wrong with its own end, None when nothing is ------------------------------

    def deliver(self):
        """A push goes live on both servers, by one execution, one build and one deployment."""
        user = self.user
        self.pushes += 1
        text = f"push {self.pushes}"
        builds, deployments = len(self.builds()), len(self.deployments())
        (user.folder / "work/source").write_text(text)
        user.git("add", "-A")
        user.git("commit", "-q", "-m", text)
        user.git("push", "-q", "origin", "HEAD:refs/heads/main")
        commit = user.git("rev-parse", "HEAD")

        def executions():
            found = user("codepipeline", "list_pipeline_executions", pipelineName="ring")["pipelineExecutionSummaries"]
            return [one["status"] for one in found if any(source["revisionId"] == commit for source in one.get("sourceRevisions", []))]

        user.wait(lambda: (lambda found: found and "InProgress" not in found)(executions()), 150, "the execution's end")
        if executions() != ["Succeeded"]:
            return {"executions": executions()}
        made = len(self.builds()) - builds, [one for one in self.deployments()[deployments:]]
        if made != (1, ["Succeeded"]):
            return {"builds and deployments": made}
        other = other_answers(self.servers, text)
        return f"the balancer answers {other} beside {text}" if other else None

    def builds(self):
        return self.user("codebuild", "list_builds_for_project", projectName="ring")["ids"]

    def deployments(self):
        ids = self.user("codedeploy", "list_deployments", applicationName="ring", deploymentGroupName="ring")["deployments"]
        told = [self.user("codedeploy", "get_deployment", deploymentId=one)["deploymentInfo"] for one in ids]
        return [one["status"] for one in sorted(told, key=lambda one: one["createTime"])]

    def serve(self):
        """A network with a server and a balancer is made, answers, and goes again."""
        servers = Servers(self.user, "passing", "10.8", BARE, 1)
        servers.build()
        other = other_answers(servers, "bare")
        wrong = f"the balancer answers {other}" if other else None
        servers.take_down()
        return wrong

    def push_image(self):
        """An image is pushed and read, and goes again."""
        user = self.user
        self.pushes += 1
        user.push_image("ring", "one", f"layer {self.pushes}".encode())
        images = user("ecr", "describe_images", repositoryName="ring")["imageDetails"]
        user("ecr", "batch_delete_image", repositoryName="ring", imageIds=[{"imageTag": "one"}])
        left = user("ecr", "describe_images", repositoryName="ring")["imageDetails"]
        return None if len(images) == 1 and not left else {"images": images, "left": left}

    def rest(self):
        """Nothing: what a region does by itself when it starts."""
        time.sleep(2)
