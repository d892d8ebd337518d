"""What is billed by amount, of real packets: a NAT gateway that carries a file, a load balancer that serves, and what goes out to the internet; as `aws ce` and
`hanbat cost` tell it. What needs no packets is in tests/replay/test_costs.py."""
import datetime
import json
import socket
import urllib.request
import uuid

import boto3
import botocore.config
import pytest

from region import HANBAT, REGION, run, wait_until

AMAZON_LINUX = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64"
LARGE = 5_000_000


def lines(*flags):
    return json.loads(run(HANBAT, "cost", "--json", *flags).stdout)["lines"]


@pytest.fixture(scope="module")
def place(region):
    """A private subnet behind a NAT gateway of another zone, with a machine that fetches a file from S3; and a balancer that answers by itself."""
    ec2, elb, s3, tag = region.client("ec2"), region.client("elbv2"), region.client("s3"), uuid.uuid4().hex[:6]
    made = {"tag": tag}
    s3.create_bucket(Bucket=f"cost-{tag}", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=f"cost-{tag}", Key="file", Body=b"x" * LARGE)
    # As the machine reaches it: by AWS's own name.
    inside = boto3.client("s3", region_name=REGION, aws_access_key_id=region.env["AWS_ACCESS_KEY_ID"], aws_secret_access_key=region.env["AWS_SECRET_ACCESS_KEY"],
                          endpoint_url=f"https://s3.{REGION}.amazonaws.com", config=botocore.config.Config(signature_version="s3v4"))
    url = inside.generate_presigned_url("get_object", Params={"Bucket": f"cost-{tag}", "Key": "file"})
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    public = sorted(ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "default-for-az", "Values": ["true"]}])["Subnets"], key=lambda one: one["AvailabilityZone"])
    group = ec2.create_security_group(GroupName=f"cost-{tag}", Description="port 80", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    made["nat"] = ec2.create_nat_gateway(SubnetId=public[0]["SubnetId"], AllocationId=address)["NatGateway"]["NatGatewayId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="172.31.208.0/24", AvailabilityZone=public[1]["AvailabilityZone"])["Subnet"]["SubnetId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    association = ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)["AssociationId"]
    ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[made["nat"]], WaiterConfig={"Delay": 1})
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=made["nat"])
    made["machine"] = ec2.run_instances(ImageId=AMAZON_LINUX, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnet, UserData=f"#!/bin/bash\ncurl -fsS -o /root/file '{url}'\n",
                                        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "cost-team", "Value": tag}]}])["Instances"][0]["InstanceId"]
    made["balancer"] = elb.create_load_balancer(Name=f"cost-{tag}", Subnets=[one["SubnetId"] for one in public[:2]], SecurityGroups=[group])["LoadBalancers"][0]
    elb.create_listener(LoadBalancerArn=made["balancer"]["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=[
        {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", "ContentType": "text/plain", "MessageBody": "x" * 1000}}])
    yield made
    ec2.terminate_instances(InstanceIds=[made["machine"]])
    elb.delete_load_balancer(LoadBalancerArn=made["balancer"]["LoadBalancerArn"])
    ec2.delete_nat_gateway(NatGatewayId=made["nat"])
    ec2.get_waiter("instance_terminated").wait(InstanceIds=[made["machine"]], WaiterConfig={"Delay": 1})
    wait_until(lambda: ec2.describe_nat_gateways(NatGatewayIds=[made["nat"]])["NatGateways"][0]["State"] == "deleted", 30, "the gateway's end")
    ec2.disassociate_route_table(AssociationId=association)
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_route_table(RouteTableId=table)
    ec2.release_address(AllocationId=address)
    wait_until(lambda: not ec2.describe_network_interfaces(Filters=[{"Name": "group-id", "Values": [group]}])["NetworkInterfaces"], 30, "the balancer's interfaces to go")
    ec2.delete_security_group(GroupId=group)
    s3.delete_object(Bucket=f"cost-{tag}", Key="file")
    s3.delete_bucket(Bucket=f"cost-{tag}")


def test_what_is_carried_and_served_is_on_the_bill(region, place):
    # As from the internet: by the balancer's public address.
    nodes = region.client("ec2").describe_network_interfaces(Filters=[{"Name": "description", "Values": [f"ELB app/cost-{place['tag']}/*"]}])["NetworkInterfaces"]
    node = nodes[0]["Association"]["PublicIp"]

    def answers():
        try:
            return urllib.request.urlopen(f"http://{node}/", timeout=5).read() == b"x" * 1000
        except OSError:
            return False
    wait_until(answers, 40, "the balancer")
    with socket.create_connection((node, 80)) as connection:
        for _ in range(500):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        size = 0
        while size < 500 * 1000:
            size += len(connection.recv(65536))

    def billed():
        found = {(one["name"], one["detail"]): one["amount"] for one in lines("--by", "resource") if one["detail"] in (
            "APN2-NatGateway-Bytes", "APN2-LCUUsage", "APN2-DataTransfer-Out-Bytes", "APN2-DataTransfer-Regional-Bytes", "APN2-BoxUsage:t3.micro", "APN2-NatGateway-Hours")}
        nat = next((amount for (name, kind), amount in found.items() if name.endswith(place["nat"]) and kind == "APN2-NatGateway-Bytes"), 0)
        return found if nat > LARGE / 2**30 and any(name == place["balancer"]["LoadBalancerArn"] and kind == "APN2-LCUUsage" for name, kind in found) else None
    found = wait_until(billed, 90, "the gateway's bytes and the balancer's units")
    balancer = place["balancer"]["LoadBalancerArn"]
    nat = next(amount for (name, kind), amount in found.items() if name.endswith(place["nat"]) and kind == "APN2-NatGateway-Bytes") * 2**30
    assert LARGE < nat < 3 * LARGE, nat
    # From the gateway's zone to the machine's, and acknowledged: the same at both ends.
    regional = {name.rsplit("/", 1)[-1]: amount * 2**30 for (name, kind), amount in found.items() if kind == "APN2-DataTransfer-Regional-Bytes"}
    assert LARGE < regional[place["machine"]] < 1.5 * LARGE and regional[place["nat"]] == pytest.approx(regional[place["machine"]], rel=0.01), regional
    # S3 is no internet; what the balancer sent to here is.
    assert not any(name.endswith(place["nat"]) and kind == "APN2-DataTransfer-Out-Bytes" and amount * 2**30 > 10000 for (name, kind), amount in found.items()), found
    assert 500_000 < found[balancer, "APN2-DataTransfer-Out-Bytes"] * 2**30 < 2_000_000
    # The highest of its measures is its bytes.
    assert 500_000 / 2**30 < found[balancer, "APN2-LCUUsage"] < 2_000_000 / 2**30
    assert found[place["machine"], "APN2-BoxUsage:t3.micro"] > 0


def test_what_s3_sends_out_of_the_region_is_its_owners_and_what_an_instance_reads_is_free(region, place):
    """The machine has read the same object, through its gateway."""
    bucket = f"cost-{place['tag']}"
    assert len(region.client("s3").get_object(Bucket=bucket, Key="file")["Body"].read()) == LARGE

    def sent():
        return next((one["amount"] * 2**30 for one in lines("--by", "resource") if one["name"] == f"arn:aws:s3:::{bucket}" and one["detail"] == "APN2-DataTransfer-Out-Bytes"), 0)
    assert LARGE < wait_until(sent, 90, "what S3 has sent") < 1.1 * LARGE


def test_cost_explorer_and_hanbat_cost_tell_it_by_what_one_asks(region, place):
    today = datetime.datetime.now(datetime.timezone.utc).date()
    answer = json.loads(region.aws("ce", "get-cost-and-usage", "--time-period", f"Start={today},End={today + datetime.timedelta(days=1)}", "--granularity", "DAILY", "--metrics",
                                   "UnblendedCost", "UsageQuantity", "--group-by", "Type=DIMENSION,Key=SERVICE", "Type=DIMENSION,Key=USAGE_TYPE", "--output", "json").stdout)
    groups = {tuple(one["Keys"]): one["Metrics"] for one in answer["ResultsByTime"][0]["Groups"]}
    assert float(groups["EC2 - Other", "APN2-NatGateway-Bytes"]["UnblendedCost"]["Amount"]) > 0
    assert groups["Amazon Elastic Load Balancing", "APN2-LCUUsage"]["UsageQuantity"]["Unit"] == "LCU-Hrs"
    assert {one["name"] for one in lines()} >= {"EC2 - Other", "Amazon Elastic Load Balancing", "Amazon Elastic Compute Cloud - Compute", "Amazon Simple Storage Service"}
    assert any(one["name"] == f"cost-team${place['tag']}" for one in lines("--by", "tag", "--key", "cost-team"))
    assert lines("--by", "hour")
    month = {one["name"]: one["usd"] for one in lines("--month")}
    assert month["EC2 - Other"] > 730 * 0.059 and month["Amazon Elastic Load Balancing"] >= 730 * 0.0225 - 0.01
    said = run(HANBAT, "cost").stdout
    assert "together" in said and "APN2-NatGateway-Hours" in said
