"""`hanbat explain` on faults that are really made: packets that pass, are refused by a group or a network ACL, find no route or nobody who listens, each with the
kernel's own word; and targets whose port is closed, whose path is not there, whose program fails."""
import json
import uuid

import pytest

from region import HANBAT, run, wait_until

IMAGE = "resolve:ssm:/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2"
# A page at 80, and at 8500 a program that fails at whatever it is asked.
SERVERS = """#!/bin/bash
mkdir -p /srv/page && echo hello > /srv/page/index.html
systemd-run --unit page python3 -m http.server --directory /srv/page 80
cat > /srv/fails.py <<'END'
import http.server
class Fails(http.server.BaseHTTPRequestHandler):
    def do_GET(self): self.send_error(500)
http.server.HTTPServer(('', 8500), Fails).serve_forever()
END
systemd-run --unit fails python3 /srv/fails.py
"""


def explain(region, *words, language="en"):
    return json.loads(subject_text(region, *words, "--json", "--language", language))


def subject_text(region, *words):
    done = run(HANBAT, "explain", *words, env=region.env)
    return done.stdout


class Place:
    """A subnet of its own without a route, beside the default VPC's public ones; a server and a client in them; a balancer with a target group for each fault."""

    def __init__(self, region):
        self.region, self.name = region, f"explain-{uuid.uuid4().hex[:6]}"
        self.ec2, self.elb = region.client("ec2"), region.client("elbv2")
        self.undo = []

    def make(self):
        ec2, name = self.ec2, self.name
        self.vpc = ec2.describe_vpcs(Filters=[{"Name": "isDefault", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
        public = [one["SubnetId"] for one in ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]]
        self.public = public[0]
        self.private = ec2.create_subnet(VpcId=self.vpc, CidrBlock="172.31.200.0/24")["Subnet"]["SubnetId"]
        self.undo.append(lambda: ec2.delete_subnet(SubnetId=self.private))
        self.table = ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        self.undo.append(lambda: ec2.delete_route_table(RouteTableId=self.table))
        association = ec2.associate_route_table(RouteTableId=self.table, SubnetId=self.private)["AssociationId"]
        self.undo.append(lambda: ec2.disassociate_route_table(AssociationId=association))
        self.groups = {}
        for which in ("alb", "server", "client"):
            group = self.groups[which] = ec2.create_security_group(GroupName=f"{name}-{which}", Description=which, VpcId=self.vpc)["GroupId"]
            self.undo.append(lambda group=group: ec2.delete_security_group(GroupId=group))
        ec2.authorize_security_group_ingress(GroupId=self.groups["server"], IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 9999, "UserIdGroupPairs": [{"GroupId": self.groups[one]} for one in ("alb", "client")]}])
        self.server, self.client = self.launch("server", self.public, SERVERS), self.launch("client", self.private, "")
        self.make_balancer(public[:2])
        self.undo.append(self.terminate)
        ec2.get_waiter("instance_running").wait(InstanceIds=[self.server, self.client], WaiterConfig={"Delay": 1})

    def launch(self, which, subnet, user_data):
        return self.ec2.run_instances(ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnet, SecurityGroupIds=[self.groups[which]],
                                      UserData=user_data)["Instances"][0]["InstanceId"]

    def terminate(self):
        self.ec2.terminate_instances(InstanceIds=[self.server, self.client])
        self.ec2.get_waiter("instance_terminated").wait(InstanceIds=[self.server, self.client], WaiterConfig={"Delay": 1})

    def make_balancer(self, subnets):
        elb, name = self.elb, self.name
        self.balancer = elb.create_load_balancer(Name=name, Subnets=subnets, SecurityGroups=[self.groups["alb"]])["LoadBalancers"][0]["LoadBalancerArn"]
        self.targets = {}
        for which, port, path in (("fine", 80, "/"), ("wrong-path", 80, "/none"), ("fails", 8500, "/"), ("closed", 8600, "/")):
            made = elb.create_target_group(Name=f"{name}-{which}", Protocol="HTTP", Port=port, VpcId=self.vpc, HealthCheckPath=path, HealthCheckIntervalSeconds=5,
                                           HealthCheckTimeoutSeconds=2, HealthyThresholdCount=2, UnhealthyThresholdCount=2)["TargetGroups"][0]["TargetGroupArn"]
            self.targets[which] = made
        listener = elb.create_listener(LoadBalancerArn=self.balancer, Protocol="HTTP", Port=80,
                                       DefaultActions=[{"Type": "forward", "TargetGroupArn": self.targets["fine"]}])["Listeners"][0]["ListenerArn"]
        for number, which in enumerate(("wrong-path", "fails", "closed"), 1):
            elb.create_rule(ListenerArn=listener, Priority=number, Conditions=[{"Field": "path-pattern", "Values": [f"/{which}"]}],
                            Actions=[{"Type": "forward", "TargetGroupArn": self.targets[which]}])
        self.undo.append(self.delete_balancer)

    def delete_balancer(self):
        self.elb.delete_load_balancer(LoadBalancerArn=self.balancer)
        self.elb.get_waiter("load_balancers_deleted").wait(LoadBalancerArns=[self.balancer], WaiterConfig={"Delay": 1})
        for one in self.targets.values():
            self.elb.delete_target_group(TargetGroupArn=one)
        wait_until(lambda: not self.ec2.describe_network_interfaces(Filters=[{"Name": "group-id", "Values": [self.groups["alb"]]}])["NetworkInterfaces"], 30, "its interfaces' end")

    def packet(self, begin, end):
        """What is told once the kernel has what the rows say."""
        def told():
            one = explain(self.region, "packet", begin, end)
            return one if one["kernel"].get("agrees") else None
        return wait_until(told, 20, f"the kernel's word on {begin} {end}")


@pytest.fixture(scope="module")
def place(region):
    one = Place(region)
    try:
        one.make()
        for group in one.targets.values():
            one.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": one.server}])
        wait_until(lambda: explain(region, "packet", one.client, f"{one.server}:80")["outcome"] == "WORKS", 60, "the page of the server")
        yield one
    finally:
        # The balancer's and the server's group name each other's.
        ec2 = one.ec2
        for undo in reversed(one.undo):
            if "server" in getattr(one, "groups", {}) and undo.__name__ == "<lambda>":
                for permission in ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": [f"{one.name}-server"]}])["SecurityGroups"]:
                    if permission["IpPermissions"]:
                        ec2.revoke_security_group_ingress(GroupId=permission["GroupId"], IpPermissions=permission["IpPermissions"])
            undo()


def test_a_packet_that_passes_is_proved_by_a_connection(region, place):
    for begin in (place.client, place.name):
        told = place.packet(begin, f"{place.server}:80")
        assert told["outcome"] == "WORKS" and told["kernel"]["sentence"]["en"] == "The kernel agrees: the connection on trial was answered."
        assert any("accept" in proof["excerpt"] for proof in told["kernel"]["evidence"])
    told = place.packet("internet", f"{place.server}:80")
    assert told["causes"][-1]["code"] == "ENI_SG_RULES_MISMATCH", "the page is for the client and the balancer alone"


def test_where_nobody_listens_that_is_the_cause(region, place):
    told = place.packet(place.client, f"{place.server}:8700")
    assert told["causes"][-1]["code"] == "NOTHING_LISTENS" and "ss -ltnp" in told["causes"][-1]["remedy"]["en"]
    assert "듣는 것이 없습니다" in explain(region, "packet", place.client, f"{place.server}:8700", language="ko")["summary"]["ko"]


def test_a_security_group_that_refuses_is_what_drops_it_in_the_kernel(place):
    told = place.packet(place.server, f"{place.client}:80")
    assert [cause["code"] for cause in told["causes"]] == ["ENI_SG_RULES_MISMATCH"]
    assert told["kernel"]["sentence"]["en"] == "The kernel agrees: the receiver's security groups dropped the packet."
    assert f"--group-id {place.groups['client']}" in told["causes"][0]["remedy"]["command"]


def test_a_network_acl_that_refuses_is_what_drops_it_in_the_kernel(place):
    ec2 = place.ec2
    acl = ec2.create_network_acl(VpcId=place.vpc)["NetworkAcl"]["NetworkAclId"]
    ec2.create_network_acl_entry(NetworkAclId=acl, RuleNumber=100, Protocol="-1", RuleAction="allow", Egress=True, CidrBlock="0.0.0.0/0")
    before = next(one for one in ec2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [place.private]}])["NetworkAcls"][0]["Associations"]
                  if one["SubnetId"] == place.private)
    now = ec2.replace_network_acl_association(AssociationId=before["NetworkAclAssociationId"], NetworkAclId=acl)["NewAssociationId"]
    try:
        told = place.packet(place.client, f"{place.server}:80")
        assert told["causes"][-1]["code"] == "SUBNET_ACL_RESTRICTION"
        assert told["kernel"]["sentence"]["en"] == f"The kernel agrees: the network ACL {acl} (in) dropped the answer."
    finally:
        ec2.replace_network_acl_association(AssociationId=now, NetworkAclId=before["NetworkAclId"])
        ec2.delete_network_acl(NetworkAclId=acl)


def test_without_a_route_it_ends_in_routing_and_so_it_does_with_a_nat_gateway_in_no_public_subnet(place):
    told = place.packet(place.client, "internet:443")
    assert told["causes"][-1]["code"] == "NO_ROUTE_TO_DESTINATION" and "routing" in told["kernel"]["sentence"]["en"]
    assert place.table in told["causes"][-1]["remedy"]["command"]
    ec2 = place.ec2
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway = ec2.create_nat_gateway(SubnetId=place.private, AllocationId=address)["NatGateway"]["NatGatewayId"]
    try:
        ec2.create_route(RouteTableId=place.table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=gateway)
        ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[gateway], WaiterConfig={"Delay": 1})
        told = place.packet(place.client, "internet:443")
        assert f"The NAT gateway {gateway} is in no public subnet" in told["summary"]["en"], told["summary"]
        assert "routing" in told["kernel"]["sentence"]["en"]
    finally:
        ec2.delete_route(RouteTableId=place.table, DestinationCidrBlock="0.0.0.0/0")
        ec2.delete_nat_gateway(NatGatewayId=gateway)
        ec2.get_waiter("nat_gateway_deleted").wait(NatGatewayIds=[gateway], WaiterConfig={"Delay": 1})
        ec2.release_address(AllocationId=address)


@pytest.mark.parametrize("which, code, says, korean", [
    ("wrong-path", "HEALTH_CHECK_CODES", "The program has no such path", "그런 경로가 없습니다"),
    ("fails", "HEALTH_CHECK_CODES", "The program itself fails", "프로그램 자체가 검사에서 실패합니다"),
    ("closed", "HEALTH_CHECK_FAILED", "See that the program runs and listens on 0.0.0.0:8600", "0.0.0.0:8600에서 듣는지"),
])
def test_an_unhealthy_target_is_explained_by_what_its_check_met(region, place, which, code, says, korean):
    group = f"{place.name}-{which}"

    def told():
        """Before the server's programs had begun, the checks met nobody."""
        one = explain(region, "target", group)
        return one["causes"][-1] if one["outcome"] == "FAILED" and one["causes"][-1]["code"] == code else None

    cause = wait_until(told, 40, f"the unhealthy target of {group}")
    assert says in cause["remedy"]["en"], cause
    assert korean in subject_text(region, "target", group, "--language", "ko")


def test_a_healthy_target_works(region, place):
    wait_until(lambda: explain(region, "target", f"{place.name}-fine")["outcome"] == "WORKS", 40, "the healthy target")
