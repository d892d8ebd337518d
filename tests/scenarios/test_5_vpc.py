"""What a VPC has beside its subnets, as its machines meet it: the endpoint for S3, prefix lists, DHCP options, further addresses.

A machine without any way out says on its console, again and again, what it reaches and what it was told.
"""
import json
import re
import urllib.request

import boto3
import botocore.config
import pytest

from region import REGION, wait_until

BUCKET, KEY = "hanbat-scenario-vpc", "greeting"
# Each round: what S3 answers, whether anything else of AWS's is reached, and what the lease told, which is asked for anew.
SAYS = """#!/bin/bash
while :; do
  kill -USR1 $(pidof udhcpc); sleep 1
  s3=$(curl -s -o /tmp/s3 -w '%{http_code}' --max-time 2 '@URL@')
  other=$(curl -s -o /dev/null -w '%{http_code}' --max-time 2 http://codedeploy.@REGION@.amazonaws.com/)
  told=$(grep -hE '^(search|nameserver)' /etc/resolv.conf | cut -d' ' -f2 | tr '\\n' ,)
  echo "it-says s3=$s3 other=$other told=$told why=$(grep -o 'with an explicit[^<]*' /tmp/s3)." >/dev/console
done &
"""
# Sets up what the metadata service tells of, as Amazon Linux does, and serves what it is asked at.
SERVES = """#!/bin/bash
cd /tmp; echo here >index.html; python3 -m http.server 8080 &
while :; do
  token=$(curl -s -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token)
  at=http://169.254.169.254/latest/meta-data/network/interfaces/macs/$(cat /sys/class/net/eth0/address)/local-ipv4s
  for ip in $(curl -s -H "X-aws-ec2-metadata-token: $token" $at); do
    ip -4 -o addr show dev eth0 | grep -q " $ip/" || ip addr add $ip/24 dev eth0
  done
  sleep 1
done &
"""


class Network:
    """A VPC of its own with a subnet that leads nowhere and one that leads to the internet."""

    def __init__(self, region):
        self.region, self.ec2, self.s3 = region, region.client("ec2"), region.client("s3")
        self.vpc = self.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        self.ec2.get_waiter("vpc_available").wait(VpcIds=[self.vpc])
        self.gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=self.gateway, VpcId=self.vpc)
        self.private, self.table = self.subnet("10.9.0.0/24")
        self.public, out = self.subnet("10.9.1.0/24")
        self.ec2.create_route(RouteTableId=out, DestinationCidrBlock="0.0.0.0/0", GatewayId=self.gateway)
        self.group = self.ec2.create_security_group(GroupName="of-machines", Description="d", VpcId=self.vpc)["GroupId"]
        self.instances = []

    def subnet(self, block):
        subnet = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=block)["Subnet"]["SubnetId"]
        table = self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        self.ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
        return subnet, table

    def run(self, subnet, user_data):
        image = next(one["ImageId"] for one in self.ec2.describe_images(Owners=["amazon"])["Images"] if "amzn2" in one["Name"])
        one = self.ec2.run_instances(ImageId=image, InstanceType="t3.small", MinCount=1, MaxCount=1, SubnetId=subnet,
                                     SecurityGroupIds=[self.group], UserData=user_data)["Instances"][0]
        self.instances.append(one["InstanceId"])
        return one

    def says(self, instance):
        """The last thing that the machine said on its console: {} before the first."""
        text = self.ec2.get_console_output(InstanceId=instance).get("Output", "")
        rounds = re.findall(r"it-says s3=(\d+) other=(\d+) told=(\S*) why=([^.]*)\.", text.replace("\r", ""))
        return dict(zip(("s3", "other", "told", "why"), rounds[-1])) if rounds else {}

    def wait_says(self, instance, what, **wanted):
        def holds():
            said = self.says(instance)
            return said and all(said[key] == value for key, value in wanted.items()) and said
        try:
            return wait_until(holds, 60, what)
        except AssertionError as error:
            raise AssertionError(f"{error}; it says {self.says(instance)}") from None

    def remove(self):
        ec2 = self.ec2
        if self.instances:
            ec2.terminate_instances(InstanceIds=self.instances)
            ec2.get_waiter("instance_terminated").wait(InstanceIds=self.instances)
        of_vpc = [{"Name": "vpc-id", "Values": [self.vpc]}]
        for one in ec2.describe_vpc_endpoints(Filters=of_vpc)["VpcEndpoints"]:
            ec2.delete_vpc_endpoints(VpcEndpointIds=[one["VpcEndpointId"]])
        ec2.delete_security_group(GroupId=self.group)
        ec2.detach_internet_gateway(InternetGatewayId=self.gateway, VpcId=self.vpc)
        ec2.delete_internet_gateway(InternetGatewayId=self.gateway)
        for subnet in (self.private, self.public):
            ec2.delete_subnet(SubnetId=subnet)
        for table in ec2.describe_route_tables(Filters=of_vpc)["RouteTables"]:
            if not any(one["Main"] for one in table["Associations"]):
                ec2.delete_route_table(RouteTableId=table["RouteTableId"])
        ec2.delete_vpc(VpcId=self.vpc)


@pytest.fixture(scope="module")
def network(region):
    one = Network(region)
    one.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    one.s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"hello")
    try:
        yield one
    finally:
        one.remove()
        one.s3.delete_object(Bucket=BUCKET, Key=KEY)
        one.s3.delete_bucket(Bucket=BUCKET)


@pytest.fixture(scope="module")
def asker(network):
    """A machine in the private subnet, with an address of the object that it may have for an hour."""
    signer = boto3.client("s3", region_name=REGION, endpoint_url=f"http://s3.{REGION}.amazonaws.com",
                          aws_access_key_id=network.region.env["AWS_ACCESS_KEY_ID"],
                          aws_secret_access_key=network.region.env["AWS_SECRET_ACCESS_KEY"],
                          config=botocore.config.Config(signature_version="s3v4", s3={"addressing_style": "path"}))
    url = signer.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": KEY}, ExpiresIn=3600)
    one = network.run(network.private, SAYS.replace("@URL@", url).replace("@REGION@", REGION))["InstanceId"]
    wait_until(lambda: network.says(one), 120, "the machine's first word")
    return one


@pytest.fixture
def endpoint(network):
    made = network.ec2.create_vpc_endpoint(VpcId=network.vpc, ServiceName=f"com.amazonaws.{REGION}.s3",
                                           RouteTableIds=[network.table])["VpcEndpoint"]["VpcEndpointId"]
    yield made
    network.ec2.delete_vpc_endpoints(VpcEndpointIds=[made])


def policy(effect="Allow", **more):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Principal": "*", "Action": "s3:GetObject",
                                                               "Resource": "*", **more}]})


def test_a_subnet_without_a_way_out_reaches_s3_by_the_endpoint_and_nothing_else(network, asker, endpoint):
    network.wait_says(asker, "S3 by the endpoint", s3="200", other="000")
    network.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, RemoveRouteTableIds=[network.table])
    network.wait_says(asker, "the end of the route", s3="000", other="000")
    network.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, AddRouteTableIds=[network.table])
    network.wait_says(asker, "S3 again", s3="200")
    network.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    network.wait_says(asker, "the end of the endpoint", s3="000")


def test_the_endpoints_policy_and_the_buckets_decide_about_what_comes_by_it(network, asker, endpoint):
    ec2, s3 = network.ec2, network.s3
    network.wait_says(asker, "S3 by the endpoint", s3="200")
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PolicyDocument=policy("Deny"))
    said = network.wait_says(asker, "the endpoint's refusal", s3="403")
    assert "with an explicit deny in a VPC endpoint policy" in said["why"]
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, ResetPolicy=True)
    network.wait_says(asker, "S3 again", s3="200")
    only = {"Condition": {"StringNotEquals": {"aws:SourceVpce": endpoint}}, "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy("Deny", **only))
    try:
        network.wait_says(asker, "what the bucket lets in", s3="200")
        with pytest.raises(s3.exceptions.ClientError, match="AccessDenied|Forbidden"):
            s3.get_object(Bucket=BUCKET, Key=KEY)
        only["Condition"] = {"StringEquals": {"aws:SourceVpc": network.vpc}}
        s3.put_bucket_policy(Bucket=BUCKET, Policy=policy("Deny", **only))
        network.wait_says(asker, "what the bucket keeps out", s3="403")
    finally:
        s3.delete_bucket_policy(Bucket=BUCKET)


def test_a_groups_rule_to_a_prefix_list_lets_out_what_the_list_says_now(network, asker, endpoint):
    ec2 = network.ec2
    network.wait_says(asker, "S3 by the endpoint", s3="200")
    s3_list = ec2.describe_prefix_lists()["PrefixLists"][0]
    own = ec2.create_managed_prefix_list(PrefixListName="of-s3", AddressFamily="IPv4", MaxEntries=2)["PrefixList"]["PrefixListId"]
    all_out = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]

    def out(list_id):
        return [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "PrefixListIds": [{"PrefixListId": list_id}]}]

    ec2.revoke_security_group_egress(GroupId=network.group, IpPermissions=all_out)
    try:
        network.wait_says(asker, "a closed group", s3="000")
        ec2.authorize_security_group_egress(GroupId=network.group, IpPermissions=out(s3_list["PrefixListId"]))
        network.wait_says(asker, "AWS's list", s3="200")
        ec2.revoke_security_group_egress(GroupId=network.group, IpPermissions=out(s3_list["PrefixListId"]))
        ec2.authorize_security_group_egress(GroupId=network.group, IpPermissions=out(own))
        network.wait_says(asker, "a list of nothing", s3="000")
        ec2.modify_managed_prefix_list(PrefixListId=own, CurrentVersion=1, AddEntries=[{"Cidr": s3_list["Cidrs"][0]}])
        network.wait_says(asker, "a list of S3", s3="200")
        ec2.restore_managed_prefix_list_version(PrefixListId=own, CurrentVersion=2, PreviousVersion=1)
        network.wait_says(asker, "the list as it was", s3="000")
        ec2.revoke_security_group_egress(GroupId=network.group, IpPermissions=out(own))
    finally:
        ec2.authorize_security_group_egress(GroupId=network.group, IpPermissions=all_out)
        ec2.delete_managed_prefix_list(PrefixListId=own)


def test_a_route_to_a_prefix_list_leads_where_the_list_says_now(network, asker):
    """S3 by the internet, which needs a public address, too."""
    ec2 = network.ec2
    network.wait_says(asker, "no way out", s3="000")
    block = ec2.describe_prefix_lists()["PrefixLists"][0]["Cidrs"][0]
    own = ec2.create_managed_prefix_list(PrefixListName="by-the-internet", AddressFamily="IPv4", MaxEntries=2)["PrefixList"]["PrefixListId"]
    address = ec2.allocate_address()["AllocationId"]
    held = ec2.associate_address(AllocationId=address, InstanceId=asker)["AssociationId"]
    ec2.create_route(RouteTableId=network.table, DestinationPrefixListId=own, GatewayId=network.gateway)
    try:
        ec2.modify_managed_prefix_list(PrefixListId=own, CurrentVersion=1, AddEntries=[{"Cidr": block}])
        network.wait_says(asker, "S3 by the internet", s3="200", other="000")
    finally:
        ec2.delete_route(RouteTableId=network.table, DestinationPrefixListId=own)
        ec2.disassociate_address(AssociationId=held)
        ec2.release_address(AllocationId=address)
        ec2.delete_managed_prefix_list(PrefixListId=own)
    network.wait_says(asker, "no way out again", s3="000")


def test_leases_tell_the_dhcp_options_of_the_vpc_when_they_are_renewed(network, asker):
    ec2 = network.ec2
    before = ec2.describe_vpcs(VpcIds=[network.vpc])["Vpcs"][0]["DhcpOptionsId"]
    network.wait_says(asker, "the region's own options", told=f"{REGION}.compute.internal,10.9.0.2,")
    own = ec2.create_dhcp_options(DhcpConfigurations=[
        {"Key": "domain-name", "Values": ["corp.example"]}, {"Key": "domain-name-servers", "Values": ["10.9.0.77", "AmazonProvidedDNS"]},
    ])["DhcpOptions"]["DhcpOptionsId"]
    ec2.associate_dhcp_options(DhcpOptionsId=own, VpcId=network.vpc)
    try:
        network.wait_says(asker, "the VPC's options", told="corp.example,10.9.0.77,10.9.0.2,")
    finally:
        ec2.associate_dhcp_options(DhcpOptionsId=before, VpcId=network.vpc)
    network.wait_says(asker, "the region's own again", told=f"{REGION}.compute.internal,10.9.0.2,")
    ec2.delete_dhcp_options(DhcpOptionsId=own)


def test_a_machine_answers_at_the_elastic_address_of_a_further_private_one(network):
    ec2 = network.ec2
    one = network.run(network.public, SERVES)
    interface = one["NetworkInterfaces"][0]["NetworkInterfaceId"]
    ec2.assign_private_ip_addresses(NetworkInterfaceId=interface, PrivateIpAddresses=["10.9.1.77"])
    address = ec2.allocate_address()
    ec2.associate_address(AllocationId=address["AllocationId"], NetworkInterfaceId=interface, PrivateIpAddress="10.9.1.77")
    rule = [{"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]

    def answers():
        try:
            with urllib.request.urlopen(f"http://{address['PublicIp']}:8080/", timeout=2) as answer:
                return answer.read() == b"here\n"
        except OSError:
            return False

    ec2.authorize_security_group_ingress(GroupId=network.group, IpPermissions=rule)
    try:
        wait_until(answers, 120, "an answer at the further address")
        ec2.revoke_security_group_ingress(GroupId=network.group, IpPermissions=rule)
        wait_until(lambda: not answers(), 15, "a closed port there too")
        ec2.authorize_security_group_ingress(GroupId=network.group, IpPermissions=rule)
        wait_until(answers, 15, "an open one")
        ec2.unassign_private_ip_addresses(NetworkInterfaceId=interface, PrivateIpAddresses=["10.9.1.77"])
        wait_until(lambda: not answers(), 15, "the end of the further address")
        assert "AssociationId" not in ec2.describe_addresses(AllocationIds=[address["AllocationId"]])["Addresses"][0]
    finally:
        ec2.revoke_security_group_ingress(GroupId=network.group, IpPermissions=rule)
        ec2.release_address(AllocationId=address["AllocationId"])
