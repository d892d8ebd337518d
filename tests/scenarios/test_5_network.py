"""Point 5: the route to the NAT gateway and the security group decide, as the kernel sees it."""
import functools
import json

import pytest

from region import HANBAT, REGION, new_version, run, set_version, wait_until


@pytest.fixture
def private_route(commission):
    """The default route of private A's table; put back afterwards."""
    ec2 = commission.client("ec2")
    table = ec2.describe_route_tables(Filters=[{"Name": "tag:Name", "Values": ["wsi-private-a-rt"]}])["RouteTables"][0]
    nat = next(r["NatGatewayId"] for r in table["Routes"] if r.get("DestinationCidrBlock") == "0.0.0.0/0")
    there = {"RouteTableId": table["RouteTableId"], "DestinationCidrBlock": "0.0.0.0/0"}
    yield {"ec2": ec2, "where": there, "nat": nat}
    routes = ec2.describe_route_tables(RouteTableIds=[table["RouteTableId"]])["RouteTables"][0]["Routes"]
    if not any(route.get("DestinationCidrBlock") == "0.0.0.0/0" for route in routes):
        ec2.create_route(**there, NatGatewayId=nat)


@pytest.fixture(scope="module")
def probe(commission):
    """A bare server in private A that lets us in through the bastion; gone afterwards. Returns what runs a command there."""
    ec2 = commission.client("ec2")
    like = commission.servers()["wsi-api-1"]
    started = ec2.run_instances(
        ImageId=like["ImageId"], InstanceType="t3.small", MinCount=1, MaxCount=1, KeyName="wsi-key", SubnetId=like["SubnetId"],
        SecurityGroupIds=[group["GroupId"] for group in like["SecurityGroups"]],
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "wsi-probe"}]}])["Instances"][0]
    ask = functools.partial(commission.on_private_server, started["PrivateIpAddress"])
    try:
        # A server lets its users in before its first boot is over, which is when it trusts the region's certificates.
        wait_until(lambda: "in" in ask("cloud-init status --wait >/dev/null; echo in", check=False).splitlines(), 120, "the probe's first boot")
        yield ask
    finally:
        ec2.terminate_instances(InstanceIds=[started["InstanceId"]])


def reaches_out(probe):
    """Whether a server in private A reaches AWS's endpoints."""
    said = probe("curl -sS -o /dev/null --max-time 4 https://codedeploy.ap-northeast-2.amazonaws.com/ && echo it-is-reached", check=False)
    return "it-is-reached" in said.splitlines()


def test_without_its_route_a_private_server_is_cut_off_and_a_deployment_fails_and_with_it_all_is_well(commission, private_route, probe):
    ec2, where = private_route["ec2"], private_route["where"]
    server = commission.servers()["wsi-api-1"]["InstanceId"]
    deploy = commission.client("codedeploy")
    last = deploy.list_deployments(applicationName="wsi-api", deploymentGroupName="dev-api", includeOnlyStatuses=["Succeeded"])["deployments"][0]
    revision = deploy.get_deployment(deploymentId=last)["deploymentInfo"]["revision"]

    assert reaches_out(probe)
    ec2.delete_route(**where)
    # The probe is still reached from within the VPC, and reaches nothing beyond it; nor does the agent beside it.
    wait_until(lambda: not reaches_out(probe), 15, "the end of the way out")
    told = run(HANBAT, "explain", "packet", server, "internet:443", "--language", "en", env=commission.env).stdout
    assert "NO_ROUTE_TO_DESTINATION" in told and "The kernel agrees: routing" in told
    nats = [one["NatGatewayId"] for one in ec2.describe_nat_gateways(Filter=[{"Name": "state", "Values": ["available"]}])["NatGateways"]]
    assert any(f"--destination-cidr-block 0.0.0.0/0 --nat-gateway-id {nat}" in told for nat in nats), told
    started = deploy.create_deployment(applicationName="wsi-api", deploymentGroupName="dev-api", revision=revision)["deploymentId"]
    try:
        def on_server():
            detail = commission.lifecycle(started).get(server)
            return detail and {e["lifecycleEventName"]: e["status"] for e in detail["lifecycleEvents"]}

        with pytest.raises(AssertionError, match="not within"):
            wait_until(lambda: (on_server() or {}).get("DownloadBundle") == "Succeeded", 20, "the bundle on a server without a way out")
    finally:
        deploy.stop_deployment(deploymentId=started)
        ec2.create_route(**where, NatGatewayId=private_route["nat"])
    ended = wait_until(lambda: (lambda i: i["status"] in ("Stopped", "Failed", "Succeeded") and i)(
        deploy.get_deployment(deploymentId=started)["deploymentInfo"]), 120, "the end of the deployment")
    assert ended["status"] in ("Stopped", "Failed")
    wait_until(lambda: reaches_out(probe), 15, "the way out")

    commit = commission.push("main", set_version(new_version()))
    assert commission.wait_execution(commit)["status"] == "Succeeded"
    assert len(commission.versions()) == len(commission.servers())


def test_a_closed_port_makes_targets_unhealthy_and_an_open_one_healthy(commission):
    ec2 = commission.client("ec2")
    group = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["wsi-api-sg"]}])["SecurityGroups"][0]
    balancer = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["wsi-alb-sg"]}])["SecurityGroups"][0]["GroupId"]
    rule = [{"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080, "UserIdGroupPairs": [{"GroupId": balancer}]}]
    everyone = {one["InstanceId"] for one in commission.servers().values()}

    assert {i for i, state in commission.target_health().items() if state == "healthy"} == everyone
    ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=rule)
    try:
        wait_until(lambda: set(commission.target_health().values()) == {"unhealthy"}, 60, "unhealthy targets")
        told = run(HANBAT, "explain", "target", "wsi-api-tg", "--language", "ko", env=commission.env).stdout
        assert "TARGET_GROUP_KEEPS_OUT" in told and "로드 밸런서를 포트 8080(으)로 들이는 규칙이 없습니다" in told
    finally:
        ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=rule)
    wait_until(lambda: set(commission.target_health().values()) == {"healthy"}, 60, "healthy targets")


def test_a_server_reads_a_buckets_website_by_either_of_its_names(commission, probe):
    s3, bucket = commission.client("s3"), "site-of-the-network"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    try:
        s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
        s3.put_object(Bucket=bucket, Key="index.html", Body=b"home of the network", ContentType="text/html")
        s3.delete_public_access_block(Bucket=bucket)
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}]}))
        for dot in ".-":
            assert "home of the network" in probe(f"curl -sS --max-time 4 http://{bucket}.s3-website{dot}{REGION}.amazonaws.com/")
    finally:
        s3.delete_object(Bucket=bucket, Key="index.html")
        s3.delete_bucket(Bucket=bucket)
