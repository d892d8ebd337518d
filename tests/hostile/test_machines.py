"""A machine whose root is hostile: an instance, a build, and a privileged build that may run containers of its own. What it
reaches is what AWS would let it reach; the host, the region's own processes and other machines are not among it."""
import base64
import functools
import http.client
import json
import re
import shlex
import socket
import subprocess
import textwrap
import time
import uuid

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest

from region import HOME, REGION, wait_until

METADATA = "http://169.254.169.254/latest"
CREDENTIALS = "http://169.254.170.2"

# Runs inside a machine, as root, and prints one line "<what>: <outcome>" for each thing that it tries. An outcome "GOT IN" is a
# hole. Sockets are tried from the machine's own address alone; each try has a limit of its own.
PROBE = textwrap.dedent('''
    import ctypes, ctypes.util, errno, glob, os, socket, stat, struct, subprocess, sys, tempfile

    libc = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)

    def say(what, got_in):
        print(f"{what}: {'GOT IN' if got_in else 'refused'}", flush=True)

    def connects(address, port):
        try:
            socket.create_connection((address, port), timeout=2).close()
            return True
        except OSError:
            return False

    def opens(path, mode="rb"):
        try:
            with open(path, mode) as f:
                if "r" in mode:
                    f.read(1)
            return True
        except OSError:
            return False

    # The host, by each of its addresses and on the ports that its daemons have.
    for address in sys.argv[1].split(","):
        for port in map(int, sys.argv[2].split(",")):
            say(f"connect {address}:{port}", connects(address, port))

    # The region's folder, and its sockets, by name and abstract.
    for path in sys.argv[3].split(","):
        say(f"see {path}", os.path.exists(path))
    for line in open("/proc/net/unix").read().splitlines()[1:]:
        name = line.split()[-1]
        if any(word in name for word in ("hanbat", "incus", "hostd")) and "/dev/incus" not in name and "guestapi" not in name:
            say(f"a socket of the host {name}", True)

    # Block devices: made, opened, mounted.
    for major, minor, name in ((8, 0, "sda"), (254, 0, "vda"), (259, 0, "nvme0n1"), (7, 0, "loop0"), (1, 1, "mem")):
        path = tempfile.mktemp()
        kind = stat.S_IFCHR if name == "mem" else stat.S_IFBLK
        try:
            os.mknod(path, kind | 0o600, os.makedev(major, minor))
        except OSError:
            say(f"mknod {name}", False)
            continue
        say(f"open a node of {name}", opens(path))
        os.unlink(path)
    for path in glob.glob("/dev/sd*") + glob.glob("/dev/vd*") + glob.glob("/dev/nvme*") + ["/dev/mem", "/dev/kmem", "/dev/port", "/proc/kcore"]:
        say(f"open {path}", opens(path))

    # The kernel: modules, its settings, another kernel.
    module = ctypes.create_string_buffer(b"\\x7fELF" + bytes(200))
    for what, number, arguments in (("init_module", 175, (module, 204, b"")), ("kexec_load", 246, (0, 0, None, 0))):
        ctypes.set_errno(0)
        libc.syscall(number, *arguments)
        say(what, ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS, errno.EACCES))
    for path, value in (("/proc/sys/kernel/core_pattern", "|/tmp/x"), ("/proc/sys/kernel/modprobe", "/tmp/x"), ("/proc/sys/vm/overcommit_memory", "1"),
                        ("/proc/sysrq-trigger", "h"), ("/sys/kernel/uevent_helper", "/tmp/x"), ("/sys/power/state", "x")):
        before = None
        try:
            before = open(path).read()
        except OSError:
            pass
        try:
            with open(path, "w") as f:
                f.write(before if before else value)
            say(f"write {path}", True)
        except OSError:
            say(f"write {path}", False)
    say("write a cgroup's release_agent", any(opens(path, "r+") for path in glob.glob("/sys/fs/cgroup/*/release_agent")))
    say("write debugfs", bool(glob.glob("/sys/kernel/debug/*")) and opens("/sys/kernel/debug/sched_features", "r+"))

    # Other users' ids: nothing outside this machine's own range can be become or given files to.
    outside = 4294967294
    for line in open("/proc/self/uid_map"):
        first, _, count = map(int, line.split())
        outside = first + count
    say("root outside", open("/proc/self/uid_map").read().split()[1] == "0")
    if outside < 4294967294:
        path = tempfile.mktemp()
        open(path, "w").close()
        try:
            os.chown(path, outside, outside)
            say("give a file to an id outside", True)
        except OSError:
            say("give a file to an id outside", False)
        os.unlink(path)
    say("see the host's processes", any(b"hanbat-hostd" in open(p, "rb").read() or b"hanbatd\\0--home" in open(p, "rb").read()
                                        for p in glob.glob("/proc/[0-9]*/cmdline") if os.path.exists(p)))
    for number in (1, os.getppid()):
        say(f"leave by process {number}'s root", os.path.exists(f"/proc/{number}/root" + sys.argv[3].split(",")[0]))

    # A namespace of its own does not make it more than it was.
    done = subprocess.run(["unshare", "-m", "sh", "-c", 'mount -t proc none /mnt && ls "/mnt/1/root$0"', sys.argv[3].split(",")[0]], capture_output=True, timeout=20)
    say("leave by a proc mounted anew", done.returncode == 0)

    # 169.254.170.2 and 169.254.169.254, on other ports than their one.
    for address in ("169.254.169.254", "169.254.170.2", "198.18.0.1"):
        for port in (22, 1053, 4566, 8080, 8443, 9000):
            say(f"connect {address}:{port}", connects(address, port))
''')


def host_addresses():
    """Every address of this machine but its loopback, which in a machine is the machine's own."""
    lines = subprocess.run(["ip", "-4", "-o", "addr", "show"], capture_output=True, text=True, check=True).stdout
    return sorted({a for a in re.findall(r"inet (\S+?)/", lines) if not a.startswith("127.")})


@pytest.fixture(scope="module")
def open_port():
    """A port that listens on every address of the host, so that what does not reach it was kept from it."""
    with socket.create_server(("0.0.0.0", 0), backlog=100) as listening:
        port = listening.getsockname()[1]
        for address in host_addresses():
            socket.create_connection((address, port), timeout=2).close()
        yield port


def probe_command(region, open_port):
    ports = sorted({open_port, int(region.endpoint.rsplit(":", 1)[1].strip("/")), int(region.env["HANBAT_BALANCER_PORT"])})
    paths = ",".join(str(HOME / name) for name in ("region.db", "run/control.sock", "ca", "blobs"))
    script = base64.b64encode(PROBE.encode()).decode()
    arguments = " ".join(map(shlex.quote, [",".join(host_addresses()), ",".join(map(str, ports)), paths]))
    return f"echo {script} | base64 -d > /tmp/probe.py && python3 /tmp/probe.py {arguments}"


def check_probe(said):
    outcomes = dict(re.findall(r"^(.*): (GOT IN|refused)$", said, re.M))
    print(f"{len(outcomes)} ways tried, {sum(o == 'refused' for o in outcomes.values())} refused")
    assert len(outcomes) > 35, said[-3000:]
    assert {what for what, outcome in outcomes.items() if outcome == "GOT IN"} == set()


@pytest.fixture(scope="module")
def servers(commission):
    """Two bare servers in private A, the second with a group that opens ssh alone; gone afterwards."""
    ec2 = commission.client("ec2")
    like = commission.servers()["wsi-api-1"]
    bastion_group = [group["GroupId"] for group in like["SecurityGroups"]]
    started = []
    for name in ("wsi-hostile", "wsi-victim"):
        started.append(ec2.run_instances(
            ImageId=like["ImageId"], InstanceType="t3.small", MinCount=1, MaxCount=1, KeyName="wsi-key", SubnetId=like["SubnetId"],
            SecurityGroupIds=bastion_group, IamInstanceProfile={"Arn": like["IamInstanceProfile"]["Arn"]},
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}])["Instances"][0])
    try:
        asks = [functools.partial(commission.on_private_server, one["PrivateIpAddress"]) for one in started]
        for ask in asks:
            wait_until(lambda: "in" in ask("echo in", check=False).splitlines(), 120, "the first boot")
        yield [dict(one, ask=ask) for one, ask in zip(started, asks)]
    finally:
        ec2.terminate_instances(InstanceIds=[one["InstanceId"] for one in started])


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
    as_root(victim, "cd /tmp && nohup python3 -m http.server 9090 </dev/null >/dev/null 2>&1 & sleep 1")
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


# -- builds -----------------------------------------------------------------------------------------------------------


def start(commission, commands, privileged):
    spec = json.dumps({"version": 0.2, "phases": {"build": {"commands": commands}}})
    return commission.client("codebuild").start_build(projectName="wsi-api-release", sourceTypeOverride="NO_SOURCE", environmentVariablesOverride=[],
                                                      privilegedModeOverride=privileged, buildspecOverride=spec)["build"]["id"]


def output(commission, build, limit_s=300):
    """The build's log once it has ended."""
    codebuild, logs = commission.client("codebuild"), commission.client("logs")
    one = wait_until(lambda: (lambda b: b["buildStatus"] != "IN_PROGRESS" and b)(codebuild.batch_get_builds(ids=[build])["builds"][0]), limit_s, "the build's end")
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=one["logs"]["groupName"], logStreamNames=[one["logs"]["streamName"]])
    said = "".join(event["message"] if event["message"].endswith("\n") else event["message"] + "\n" for page in pages for event in page["events"])
    assert one["buildStatus"] == "SUCCEEDED", said[-3000:]
    return said


@pytest.mark.parametrize("privileged", [False, True], ids=["plain", "privileged"])
def test_root_of_a_build_does_not_get_to_the_host(commission, privileged, open_port):
    check_probe(output(commission, start(commission, [probe_command(commission, open_port)], privileged)))


def test_a_container_of_a_privileged_build_does_not_get_to_the_host(commission, open_port):
    """docker's own --privileged, in an image made of the build's machine itself: that is the machine, not the host."""
    probe = shlex.quote(probe_command(commission, open_port))
    check_probe(output(commission, start(commission, [
        "tar -C / --one-file-system --exclude=./proc --exclude=./sys --exclude=./dev --exclude=./var/lib --exclude=./tmp -c . | docker import - self >/dev/null",
        f"docker run --rm --privileged --pid=host --net=host --tmpfs /tmp self sh -c {probe}"], True), 600))


def test_a_build_gets_no_other_builds_credentials(commission):
    """Two builds at once: each gets its own keys, and by the other's path nothing, whatever headers say."""
    waiting = start(commission, ["echo PATH-IS $AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "hostname -I | sed 's/^/ADDRESS-IS /'", "sleep 60"], False)
    codebuild, logs = commission.client("codebuild"), commission.client("logs")

    def told():
        one = codebuild.batch_get_builds(ids=[waiting])["builds"][0]
        if not one.get("logs", {}).get("streamName"):
            return None
        events = logs.get_log_events(logGroupName=one["logs"]["groupName"], logStreamName=one["logs"]["streamName"])["events"]
        text = "\n".join(event["message"] for event in events)
        found = re.search(r"^PATH-IS (/\S+)", text, re.M), re.search(r"^ADDRESS-IS (\S+)", text, re.M)
        return all(found) and [match.group(1) for match in found]

    path, address = wait_until(told, 120, "the other build's path")
    ask = "curl -s -o /tmp/said --max-time 4 -w '%{http_code}\\n' --path-as-is"
    said = output(commission, start(commission, [
        f"echo OWN $({ask} {CREDENTIALS}$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)",
        f"echo OTHER $({ask} {CREDENTIALS}{path}) $({ask} -H 'X-Forwarded-For: {address}' {CREDENTIALS}{path}) "
        f"$({ask} {CREDENTIALS}$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI/../{path.rsplit('/', 1)[1]}) $({ask} {CREDENTIALS}/v2/credentials/)",
        f"ip addr add {address}/32 dev lo; echo TAKEN $({ask} --interface {address} {CREDENTIALS}{path})",
        f"echo METADATA $({ask} {METADATA}/meta-data/instance-id) $({ask} {METADATA}/meta-data/iam/security-credentials/)",
        f"echo NEIGHBOUR $({ask} http://{address}:22/) $(timeout 3 sh -c 'echo > /dev/tcp/{address}/22' 2>/dev/null && echo open || echo closed)"], False))
    lines = {line.split()[0]: line.split()[1:] for line in said.splitlines() if re.match(r"^(OWN|OTHER|TAKEN|METADATA|NEIGHBOUR) ", line)}
    assert lines["OWN"] == ["200"]
    assert set(lines["OTHER"]) == {"404"}
    assert lines["TAKEN"] == ["000"]
    assert not set(lines["METADATA"]) & {"200"}
    assert lines["NEIGHBOUR"] == ["000", "closed"]


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
