"""An instance whose root is hostile. What it reaches is what AWS would let it reach; the host, the region's own processes and other
machines are not among it."""
import functools
import http.client
import json
import shlex
import time
import uuid

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest

from probe import check_probe, probe_command
from region import REGION, wait_until

METADATA = "http://169.254.169.254/latest"


@pytest.fixture(scope="module")
def servers(commission):
    """Two bare servers in private A, in a group that lets everything out and ssh from the bastion in; gone afterwards."""
    ec2 = commission.client("ec2")
    like = commission.servers()["wsi-api-1"]
    named = lambda name: ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": [name]}, {"Name": "vpc-id", "Values": [like["VpcId"]]}])["SecurityGroups"]  # noqa: E731
    group = ec2.create_security_group(GroupName="wsi-hostile-sg", Description="hostile and victim", VpcId=like["VpcId"])["GroupId"]
    bastion = [{"GroupId": named("wsi-bastion-sg")[0]["GroupId"]}]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": bastion}])
    out = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [{"GroupId": group}]}]
    ec2.authorize_security_group_egress(GroupId=bastion[0]["GroupId"], IpPermissions=out)
    started = []
    try:
        for name in ("wsi-hostile", "wsi-victim"):
            started.append(ec2.run_instances(
                ImageId=like["ImageId"], InstanceType="t3.small", MinCount=1, MaxCount=1, KeyName="wsi-key", SubnetId=like["SubnetId"],
                SecurityGroupIds=[group], IamInstanceProfile={"Arn": like["IamInstanceProfile"]["Arn"]},
                TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}])["Instances"][0])
        asks = [functools.partial(commission.on_private_server, one["PrivateIpAddress"]) for one in started]
        for ask in asks:
            wait_until(lambda: "in" in ask("echo in", check=False).splitlines(), 120, "the first boot")
        yield [dict(one, ask=ask) for one, ask in zip(started, asks)]
    finally:
        ids = [one["InstanceId"] for one in started]
        if ids:
            ec2.terminate_instances(InstanceIds=ids)
            ec2.get_waiter("instance_terminated").wait(InstanceIds=ids, WaiterConfig={"Delay": 2, "MaxAttempts": 60})
        ec2.revoke_security_group_egress(GroupId=bastion[0]["GroupId"], IpPermissions=out)
        ec2.delete_security_group(GroupId=group)


@pytest.fixture(scope="module")
def hostile(servers):
    return servers[0]


def as_root(server, command, check=True):
    return server["ask"]("sudo sh -c " + shlex.quote(command), check=check)


def status(server, curl):
    """The status that curl prints; 000 when nothing answered."""
    return as_root(server, f"curl -s -o /dev/null --max-time 4 -w '%{{http_code}}' {curl}", check=False).split()[-1:]


def test_root_of_an_instance_does_not_get_to_the_host(commission, hostile, open_port):
    check_probe(as_root(hostile, probe_command(commission, open_port)))


def test_packets_with_another_senders_address_are_dropped(commission, servers):
    """The same packet arrives with the true address and does not with a false one."""
    hostile, victim = servers
    as_root(victim, "timeout 20 python3 -c " + shlex.quote(
        "import socket; s=socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x800)); s.settimeout(15)\n"
        "f=open('/tmp/heard','w')\n"
        "import time; end=time.time()+15\n"
        "while time.time()<end:\n"
        "  try: p=s.recv(2000)\n"
        "  except OSError: break\n"
        "  if p[23]==1 and b'hostile-ping' in p: f.write(socket.inet_ntoa(p[26:30])+'\\n'); f.flush()\n") + " </dev/null >/dev/null 2>&1 & sleep 1")
    send = (
        "import socket,struct,sys\n"
        "def cs(b):\n"
        "  b+=b'\\0'*(len(b)%2); t=sum(struct.unpack('!%dH'%(len(b)//2),b)); t=(t>>16)+(t&65535); return ~(t+(t>>16))&65535\n"
        "body=b'hostile-ping'; h=struct.pack('!BBHHH',8,0,0,1,1); h=struct.pack('!BBHHH',8,0,cs(h+body),1,1)\n"
        "s=socket.socket(socket.AF_INET,socket.SOCK_RAW,socket.IPPROTO_RAW)\n"
        "for source in sys.argv[2:]:\n"
        "  ip=struct.pack('!BBHHHBBH4s4s',69,0,20+len(h+body),1,0,64,1,0,socket.inet_aton(source),socket.inet_aton(sys.argv[1]))\n"
        "  s.sendto(ip+h+body,(sys.argv[1],0))\n")
    true = hostile["PrivateIpAddress"]
    false = [commission.servers()["wsi-api-1"]["PrivateIpAddress"], "198.18.0.1", "127.0.0.1", "203.0.113.9", "169.254.169.254"]
    group = hostile["SecurityGroups"][0]["GroupId"]
    ec2 = commission.client("ec2")
    ping = [{"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=ping)
    try:
        wait_until(lambda: as_root(hostile, f"ping -c1 -W1 {victim['PrivateIpAddress']} >/dev/null && echo ok", check=False).strip().endswith("ok"), 20, "ping")
        as_root(hostile, f"python3 -c {shlex.quote(send)} {victim['PrivateIpAddress']} {true} {' '.join(false)}; sleep 1")
        heard = set(as_root(victim, "cat /tmp/heard").split())
    finally:
        ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=ping)
    assert heard == {true}


def test_another_instances_port_is_reached_only_when_its_group_opens_it(commission, servers):
    hostile, victim = servers
    as_root(victim, "cd /tmp; nohup python3 -m http.server 9090 </dev/null >/dev/null 2>&1 & sleep 1")
    assert status(victim, "http://127.0.0.1:9090/") == ["200"]
    url = f"http://{victim['PrivateIpAddress']}:9090/"
    assert status(hostile, url) == ["000"]
    rule = [{"IpProtocol": "tcp", "FromPort": 9090, "ToPort": 9090, "IpRanges": [{"CidrIp": hostile["PrivateIpAddress"] + "/32"}]}]
    ec2, group = commission.client("ec2"), victim["SecurityGroups"][0]["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rule)
    try:
        wait_until(lambda: status(hostile, url) == ["200"], 15, "the opened port")
    finally:
        ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=rule)
    wait_until(lambda: status(hostile, url) == ["000"], 15, "the closed port")


def test_another_vpcs_addresses_are_not_reached(commission, hostile):
    """A server in a VPC of its own, open to all: its private address leads nowhere from here, though a route is made by hand."""
    ec2 = commission.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.77.1.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="open", Description="open", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
    data = "#!/bin/sh\ncd /tmp; nohup python3 -m http.server 9090 >/dev/null 2>&1 &\n"
    other = ec2.run_instances(ImageId=hostile["ImageId"], InstanceType="t3.small", MinCount=1, MaxCount=1, SubnetId=subnet, SecurityGroupIds=[group],
                              UserData=data)["Instances"][0]
    try:
        ec2.get_waiter("instance_status_ok").wait(InstanceIds=[other["InstanceId"]], WaiterConfig={"Delay": 2, "MaxAttempts": 60})
        gateway = as_root(hostile, "ip route show default").split()[2]
        as_root(hostile, f"ip route add 10.77.0.0/16 via {gateway}")
        assert status(hostile, f"http://{other['PrivateIpAddress']}:9090/") == ["000"]
    finally:
        ec2.terminate_instances(InstanceIds=[other["InstanceId"]])
        ec2.get_waiter("instance_terminated").wait(InstanceIds=[other["InstanceId"]], WaiterConfig={"Delay": 2, "MaxAttempts": 60})
        ec2.delete_security_group(GroupId=group)
        ec2.delete_subnet(SubnetId=subnet)
        ec2.delete_vpc(VpcId=vpc)


def token(server):
    return as_root(server, f"curl -s --max-time 4 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' {METADATA}/api/token").strip()


def test_the_metadata_service_tells_an_instance_its_own_data_alone(servers):
    hostile, victim = servers
    own, foreign = token(hostile), token(victim)

    def told(*headers, path="meta-data/instance-id"):
        return as_root(hostile, "curl -s --max-time 4 --path-as-is " + " ".join(f"-H {shlex.quote(h)}" for h in headers) + f" '{METADATA}/{path}'", check=False)

    assert told(f"X-aws-ec2-metadata-token: {own}").strip() == hostile["InstanceId"]
    assert hostile["InstanceId"] not in told(f"X-aws-ec2-metadata-token: {foreign}") and victim["InstanceId"] not in told(f"X-aws-ec2-metadata-token: {foreign}")
    address = victim["PrivateIpAddress"]
    for header in (f"X-Forwarded-For: {address}", f"Forwarded: for={address}", f"X-Real-IP: {address}", f"Host: {address}", f"X-Client-IP: {address}"):
        assert victim["InstanceId"] not in told(f"X-aws-ec2-metadata-token: {own}", header)
    refused = as_root(hostile, f"curl -s --max-time 4 -o /dev/null -w '%{{http_code}}' -X PUT -H 'X-Forwarded-For: {address}' "
                               f"-H 'X-aws-ec2-metadata-token-ttl-seconds: 60' {METADATA}/api/token")
    assert refused.strip() == "403"
    for path in ("../../etc/passwd", "meta-data/../../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", f"meta-data/../../{victim['InstanceId']}", "meta-data/%00"):
        said = told(f"X-aws-ec2-metadata-token: {own}", path=path)
        assert "root:" not in said and victim["InstanceId"] not in said
    # The address of the other, taken by hand: the kernel lets it through to nobody.
    said = as_root(hostile, f"ip addr add {address}/32 dev lo; curl -s --max-time 4 --interface {address} {METADATA}/meta-data/instance-id; ip addr del {address}/32 dev lo",
                   check=False)
    assert victim["InstanceId"] not in said


def own_keys(server):
    header = f"-H 'X-aws-ec2-metadata-token: {token(server)}'"
    role = as_root(server, f"curl -s --max-time 4 {header} {METADATA}/meta-data/iam/security-credentials/").split()[0]
    keys = json.loads(as_root(server, f"curl -s --max-time 4 {header} {METADATA}/meta-data/iam/security-credentials/{role}"))
    return {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"], "aws_session_token": keys["Token"]}


def post(region, keys, service, target, body):
    """A call of an agent's endpoint, which boto3 does not know; signed with the instance's own keys. (status, text)"""
    payload = json.dumps(body)
    request = botocore.awsrequest.AWSRequest("POST", region.endpoint + "/", {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}, payload)
    botocore.auth.SigV4Auth(botocore.credentials.Credentials(*keys.values()), service, REGION).add_auth(request)
    host, port = region.endpoint.split("//")[1].split(":")
    connection = http.client.HTTPConnection(host, int(port.strip("/")), timeout=60)
    connection.request("POST", "/", payload, dict(request.headers))
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_an_instance_neither_asks_nor_reports_for_another(commission, servers):
    hostile, victim = servers
    keys, account = own_keys(hostile), commission.client("sts").get_caller_identity()["Account"]
    identifier = lambda one: f"arn:aws:ec2:{REGION}:{account}:instance/{one['InstanceId']}"  # noqa: E731
    prefix = "CodeDeployCommandService_v20141006."
    for operation, body in (("PollHostCommand", {"HostIdentifier": identifier(victim)}),
                            ("GetDeploymentSpecification", {"HostIdentifier": identifier(victim), "DeploymentExecutionId": "d-ABCDEF123"})):
        status_code, said = post(commission, keys, "codedeploy-commands", prefix + operation, body)
        assert status_code == 400 and "AccessDenied" in said, said
    for operation in ("PutHostCommandAcknowledgement", "PutHostCommandComplete"):
        status_code, said = post(commission, keys, "codedeploy-commands", prefix + operation, {
            "HostCommandIdentifier": str(uuid.uuid4()), "CommandStatus": "Succeeded"})
        assert status_code == 400, said
    status_code, said = post(commission, keys, "ec2messages", "EC2WindowsMessageDeliveryService.GetMessages", {
        "Destination": victim["InstanceId"], "MessagesRequestId": str(uuid.uuid4()), "VisibilityTimeoutInSeconds": 10})
    assert 400 <= status_code < 500 and "Denied" in said, said
    for operation in ("AcknowledgeMessage", "FailMessage", "SendReply"):
        status_code, said = post(commission, keys, "ec2messages", "EC2WindowsMessageDeliveryService." + operation, {
            "MessageId": f"aws.ssm.{uuid.uuid4()}.{victim['InstanceId']}", "FailureType": "InternalHandlerException", "Payload": "{}", "ReplyId": str(uuid.uuid4())})
        assert 400 <= status_code < 500, said


def test_a_hostile_instance_that_takes_all_it_can_get_leaves_others_served(commission, hostile):
    """Two thousand connections to AWS's names from one machine, half of them in the middle of a request."""
    flood = ("import socket,time,resource\n"
             "resource.setrlimit(resource.RLIMIT_NOFILE,(4096,4096))\n"
             "held=[]\n"
             "for i in range(2000):\n"
             "  try:\n"
             "    s=socket.create_connection(('198.18.0.1',80),timeout=5); s.sendall(b'POST / HTTP/1.1\\r\\nHost: h\\r\\nContent-Length: 60000000\\r\\n\\r\\nA' if i%2 else b'GET')\n"
             "    held.append(s)\n"
             "  except OSError: pass\n"
             "print('held',len(held),flush=True)\n"
             "time.sleep(20)\n")
    as_root(hostile, f"nohup python3 -c {shlex.quote(flood)} </dev/null >/tmp/flood 2>&1 & sleep 6")
    longest = 0.0
    for _ in range(20):
        began = time.monotonic()
        commission.client("sts").get_caller_identity()
        longest = max(longest, time.monotonic() - began)
        time.sleep(0.3)
    print("the flood", as_root(hostile, "cat /tmp/flood").strip(), f"the longest call beside it {longest * 1000:.0f} ms")
    assert longest < 8


def test_a_fork_bomb_in_an_instance_leaves_the_host_and_other_instances_served(commission, servers):
    """Processes for ten seconds, past the bound of its session; whatever is refused is tried again at once."""
    hostile, victim = servers
    bomb = ("import os,time\n"
            "end,made,refused=time.time()+10,0,0\n"
            "while time.time()<end and made<40000:\n"
            "  try:\n"
            "    if os.fork()==0: time.sleep(12); os._exit(0)\n"
            "    made+=1\n"
            "  except OSError: refused+=1\n"
            "print('made',made,'refused',refused,flush=True)\n")
    as_root(hostile, f"systemd-run -q --scope -p TasksMax=infinity timeout -s KILL 30 python3 -c {shlex.quote(bomb)} </dev/null >/tmp/bomb 2>&1 & sleep 2")
    longest = {"a call": 0.0, "a command on the other instance": 0.0}
    began = time.monotonic()
    while time.monotonic() - began < 12:
        for what, does in (("a call", lambda: commission.client("sts").get_caller_identity()), ("a command on the other instance", lambda: victim["ask"]("true"))):
            at = time.monotonic()
            does()
            longest[what] = max(longest[what], time.monotonic() - at)
    said = wait_until(lambda: as_root(hostile, "cat /tmp/bomb", check=False).strip(), 60, "the bomb's end")
    print("the fork bomb", said, "; the longest beside it:", {what: f"{seconds:.1f} s" for what, seconds in longest.items()})
    assert max(longest.values()) < 8
