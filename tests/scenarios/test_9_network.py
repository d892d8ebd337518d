"""A class that comes from its own machines: a network of its own, with nothing but what a kit holds."""
import json
import os
import pathlib
import re
import shutil
import uuid

import pytest

from contest import EXAMPLES
from region import HANBAT, REGION, ROOT, run, wait_until
from test_7_processes import breaches, lasting

NAME = "class.example.org"
# A link of two addresses that are nobody's: of the shared range (RFC 6598), beside what the region has of it.
HERE, THERE = "100.100.77.1", "100.100.77.2"
SPACE = "hanbat-class"


class Machine:
    """A competitor's own machine: another network, its own /etc/hosts and no more of the region than the kit."""

    def __init__(self, folder):
        self.folder = folder

    def run(self, script, check=True, timeout=120):
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8", "AWS_PAGER": ""}
        lines = f'cd "{self.folder}" && . ./credentials.sh && set -euo pipefail\n{script}'
        return run("ip", "netns", "exec", SPACE, "bash", "-c", lines, env=env, check=check, timeout=timeout)

    def out(self, script, **options):
        return self.run(script, **options).stdout.strip()


@pytest.fixture(scope="module")
def network(region):
    """A region that is open at HERE, and a network that has only the link to it."""
    run("ip", "netns", "add", SPACE)
    try:
        run("ip", "link", "add", "hanbat-class", "type", "veth", "peer", "name", "eth0", "netns", SPACE)
        run("ip", "addr", "add", f"{HERE}/30", "dev", "hanbat-class")
        run("ip", "link", "set", "hanbat-class", "up")
        for command in (["addr", "add", f"{THERE}/30", "dev", "eth0"], ["link", "set", "eth0", "up"], ["link", "set", "lo", "up"]):
            run("ip", "-n", SPACE, *command)
        run(HANBAT, "up", "--listen", HERE, "--name", NAME)
        yield region
    finally:
        run(HANBAT, "up", "--listen", "off", check=False)
        run("ip", "link", "del", "hanbat-class", check=False)
        run("ip", "netns", "del", SPACE, check=False)
        shutil.rmtree(f"/etc/netns/{SPACE}", ignore_errors=True)


@pytest.fixture(scope="module")
def machines(network, tmp_path_factory):
    """Two competitors' machines: what their kits' archives hold, unpacked elsewhere."""
    names = [f"net-{uuid.uuid4().hex[:6]}" for _ in range(2)]
    to = tmp_path_factory.mktemp("handout")
    run(HANBAT, "task", "start", EXAMPLES / "first-server", "--competitor", *names)
    run(HANBAT, "task", "kit", *names, "--to", to)
    hosts = pathlib.Path(f"/etc/netns/{SPACE}/hosts")
    hosts.parent.mkdir(parents=True, exist_ok=True)
    lines = "127.0.0.1 localhost\n"
    for name in names:
        run("tar", "-C", to, "-xzf", to / f"{name}-kit.tar.gz")
        lines += (to / name / "hosts").read_text()
    hosts.write_text(lines)
    yield [Machine(to / name) for name in names]
    run(HANBAT, "task", "stop", "--competitor", *names, check=False)


def test_the_api_and_buckets_are_had_by_the_operators_name(machines):
    ann, bob = machines
    accounts = [one.out("aws sts get-caller-identity --query Account --output text") for one in machines]
    assert len(set(accounts)) == 2
    bucket = f"net-{uuid.uuid4().hex[:8]}"
    ann.run(f"aws s3 mb s3://{bucket} && head -c 9000000 /dev/urandom >big && aws s3 cp big s3://{bucket}/big && aws s3 cp s3://{bucket}/big back && cmp big back")
    assert "AccessDenied" in bob.run(f"aws s3 ls s3://{bucket} 2>&1", check=False).stdout
    ann.run(f"aws s3 rb --force s3://{bucket}")


def test_the_trail_says_from_where_they_came(machines):
    ann, _ = machines
    ann.run("aws ec2 create-key-pair --key-name came-from --query KeyName")
    seen = ann.out("aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=CreateKeyPair --query 'Events[0].CloudTrailEvent' --output text")
    assert json.loads(seen)["sourceIPAddress"] == THERE


def test_git_clones_and_pushes_by_https_and_by_ssh(machines):
    ann, _ = machines
    ann.run(f"""
        aws codecommit create-repository --repository-name app >/dev/null
        rm -rf app by-ssh; git init -q -b main app; cd app
        git -c user.name=a -c user.email=a@b commit -q --allow-empty -m one
        git push -q https://git-codecommit.{REGION}.amazonaws.com/v1/repos/app main
        cd .. && git clone -q ssh://git-codecommit.{REGION}.amazonaws.com/v1/repos/app by-ssh
        test "$(git -C by-ssh log --format=%s)" = one""")


def test_an_image_goes_into_the_registry_and_back(machines):
    ann, bob = machines
    registry = f"$(aws sts get-caller-identity --query Account --output text).dkr.ecr.{REGION}.{NAME}"
    ann.run(f"""
        aws ecr create-repository --repository-name image >/dev/null
        registry={registry}; certs=docker/certs.d/$registry
        mkdir -p layer layout && tar -cf layer.tar layer
        python3 - <<'PY'
import hashlib, json, pathlib
layout = pathlib.Path("layout"); blobs = layout / "blobs/sha256"; blobs.mkdir(parents=True, exist_ok=True)
def put(data):
    digest = hashlib.sha256(data).hexdigest(); (blobs / digest).write_bytes(data)
    return {{"digest": "sha256:" + digest, "size": len(data)}}
layer = pathlib.Path("layer.tar").read_bytes()
config = put(json.dumps({{"architecture": "amd64", "os": "linux", "rootfs": {{"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]}}}}).encode())
manifest = put(json.dumps({{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": {{"mediaType": "application/vnd.oci.image.config.v1+json", **config}},
                           "layers": [{{"mediaType": "application/vnd.oci.image.layer.v1.tar", **put(layer)}}]}}).encode())
(layout / "index.json").write_text(json.dumps({{"schemaVersion": 2, "manifests": [{{"mediaType": "application/vnd.oci.image.manifest.v1+json", **manifest}}]}}))
(layout / "oci-layout").write_text(json.dumps({{"imageLayoutVersion": "1.0.0"}}))
PY
        aws ecr get-login-password | skopeo login --authfile auth.json --cert-dir $certs -u AWS --password-stdin $registry
        skopeo copy -q --authfile auth.json --dest-cert-dir $certs oci:layout docker://$registry/image:one
        skopeo inspect --authfile auth.json --cert-dir $certs docker://$registry/image:one --format '{{{{.Digest}}}}'""")
    theirs = ann.out("aws sts get-caller-identity --query Account --output text")
    assert bob.run(f"""
        registry={theirs}.dkr.ecr.{REGION}.{NAME}; certs=$(echo docker/certs.d/*)
        aws ecr get-login-password | skopeo login --authfile auth.json --cert-dir $certs -u AWS --password-stdin {registry}
        cp auth.json theirs.json && sed -i "s/[0-9]\\{{12\\}}[.]dkr/{theirs}.dkr/" theirs.json
        skopeo inspect --authfile theirs.json --cert-dir $certs docker://$registry/image:one""", check=False).returncode != 0


def test_nothing_is_answered_in_clear_nor_by_another_name(machines):
    ann, _ = machines
    assert ann.run(f"curl -sS -m 5 http://{NAME}:443/_hanbat/health", check=False).returncode in (52, 56)
    assert ann.run(f"curl -sS -m 5 --cacert ca.pem --connect-to other.example.net:443:{HERE}:443 https://other.example.net/", check=False).returncode == 35
    assert ann.run(f"curl -skS -m 5 https://{HERE}/", check=False).returncode == 35
    assert '"status":"ok"' in ann.out(f"curl -sS --cacert ca.pem https://{NAME}/_hanbat/health").replace(" ", "")
    for port in (4566, 4580, 4543):
        assert ann.run(f"curl -sS -m 3 http://{NAME}:{port}/", check=False).returncode == 7, "only the two ports are there"


def test_the_jump_leads_to_ones_own_addresses_alone(machines):
    ann, bob = machines
    subnet = "$(aws ec2 describe-subnets --query 'Subnets[0].SubnetId' --output text)"
    group = "$(aws ec2 describe-security-groups --filters Name=group-name,Values=default --query 'SecurityGroups[0].GroupId' --output text)"
    instance = ann.out(f"""
        aws ec2 authorize-security-group-ingress --group-id {group} --protocol tcp --port 22 --cidr 0.0.0.0/0 >/dev/null
        aws ec2 run-instances --image-id resolve:ssm:/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2 --instance-type t3.micro --key-name first-key --subnet-id {subnet} \
            --associate-public-ip-address --query 'Instances[0].InstanceId' --output text""")
    try:
        address = wait_until(lambda: ann.out(f"aws ec2 describe-instances --instance-ids {instance} --query 'Reservations[0].Instances[0].PublicIpAddress' --output text").removeprefix("None"),
                             60, "a public address")
        wait_until(lambda: ann.run(f"ssh -F \"$HANBAT_SSH\" -o ConnectTimeout=8 -o BatchMode=yes {address} test -e /var/lib/cloud/instance/boot-finished", check=False).returncode == 0,
                   90, "SSH through the jump, and the end of the boot, in which sshd starts anew")
        assert ann.out(f"ssh -F \"$HANBAT_SSH\" -o LogLevel=ERROR {address} 'echo $SSH_CONNECTION'").split()[2] != HERE
        # The same port is open to the whole internet, and the jump is no way to it for another's key.
        for target in (f"{address}:22", "198.18.0.1:443", "127.0.0.1:4566", f"{HERE}:443", "169.254.169.254:80"):
            refused = bob.run(f"ssh -F \"$HANBAT_SSH\" -o BatchMode=yes -o ConnectTimeout=8 -W {target} jump </dev/null 2>&1", check=False)
            assert refused.returncode != 0 and "stdio forwarding failed" in refused.stdout, refused.stdout
        for target in ("198.18.0.1:443", "127.0.0.1:4566", f"{HERE}:443"):
            assert "stdio forwarding failed" in ann.run(f"ssh -F \"$HANBAT_SSH\" -o BatchMode=yes -W {target} jump </dev/null 2>&1", check=False).stdout
        assert ann.run("ssh -F \"$HANBAT_SSH\" -o BatchMode=yes -R 9999:127.0.0.1:22 -o ExitOnForwardFailure=yes -N jump 2>&1", check=False, timeout=30).returncode != 0
        assert "Interactive shells are not supported" in ann.run("ssh -F \"$HANBAT_SSH\" -o BatchMode=yes jump 2>&1", check=False).stdout
    finally:
        ann.run(f"aws ec2 terminate-instances --instance-ids {instance}", check=False)


def test_a_balancer_is_had_by_https_under_its_own_name(machines):
    ann, _ = machines
    name, balancer = ann.out("""
        group=$(aws ec2 describe-security-groups --filters Name=group-name,Values=default --query 'SecurityGroups[0].GroupId' --output text)
        aws ec2 authorize-security-group-ingress --group-id $group --protocol tcp --port 80 --cidr 0.0.0.0/0 >/dev/null
        subnets=$(aws ec2 describe-subnets --filters Name=default-for-az,Values=true --query 'Subnets[:2].SubnetId' --output text)
        read -r name balancer < <(aws elbv2 create-load-balancer --name front --subnets $subnets --security-groups $group --query 'LoadBalancers[0].[DNSName,LoadBalancerArn]' --output text)
        aws elbv2 create-listener --load-balancer-arn $balancer --protocol HTTP --port 80 \
            --default-actions 'Type=fixed-response,FixedResponseConfig={StatusCode=200,ContentType=text/plain,MessageBody=ann}' >/dev/null
        echo $name $balancer""").split()
    try:
        # What the kit's lines for /etc/hosts lack: a name that came after it. A class's DNS leads it to the same address.
        curl = f"curl -sS -m 10 --cacert ca.pem --connect-to ::{HERE}:443 \"$(balancer_url {name.removesuffix('.localhost')})\""
        wait_until(lambda: ann.run(curl, check=False).stdout.strip() == "ann", 40, "the balancer's answer")
    finally:
        ann.run(f"aws elbv2 delete-load-balancer --load-balancer-arn {balancer}", check=False)


def test_who_asks_too_often_is_refused_in_each_services_words(machines):
    _, bob = machines
    found = json.loads(bob.out(f"python3 {ROOT / 'tests/scenarios/flood.py'}", timeout=90).splitlines()[-1])
    assert found["ec2"] == "RequestLimitExceeded" and found["iam"] == "Throttling" and found["codecommit"] == "ThrottlingException", found


def test_the_two_ports_alone_are_open_and_who_holds_them_has_no_rights(network):
    found, kinds = breaches(network.pid_of("hostd"))
    assert not found, "\n".join(found)
    assert {"haproxy master", "haproxy worker", "hanbatd"} <= kinds
    of_region = {str(pid) for pid in lasting(network.pid_of("hostd"))}
    listening = [line.split(maxsplit=5) for line in run("ss", "-Hltnp").stdout.splitlines()]
    # A socket of others has no owner here where its process is in another container.
    ours = {line[3]: line[5] for line in listening if len(line) == 6 and of_region & set(re.findall(r"pid=(\d+)", line[5]))}
    at_network = {address: who for address, who in ours.items() if not address.startswith(("127.", "[::1]", "198.18."))}
    assert set(at_network) == {f"{HERE}:443", f"{HERE}:2222"}, at_network
    assert all('"haproxy"' in who for who in at_network.values()), at_network


def test_it_is_kept_over_down_and_up_and_told(machines):
    assert f"https://{NAME} at {HERE}:443, SSH at port 2222" in run(HANBAT, "status").stdout
    assert f"ok       open to the network at {HERE}:443 as {NAME}" in run(HANBAT, "doctor", check=False).stdout


def test_other_ports_and_a_certificate_of_the_operators_own(network, machines, tmp_path):
    """Last in the file, as it moves the door: the certificate is for the name alone, so where it is not, the region's own CA goes on."""
    ann, bob = machines

    def openssl(*words):
        run("openssl", *words, cwd=tmp_path)
    for name in ("own", "other"):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3", "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", "/CN=Operator", "-addext", f"subjectAltName=DNS:{NAME}")
    where = ("--listen", f"{HERE}:8443", "--name", NAME, "--ssh-port", "2200")
    refused = run(HANBAT, "up", *where, "--certificate", tmp_path / "own.pem", "--key", tmp_path / "other.key", check=False)
    assert refused.returncode != 0 and "certificate" in refused.stdout
    assert '"status":"ok"' in ann.out(f"curl -sS --cacert ca.pem https://{NAME}/_hanbat/health").replace(" ", ""), "what was refused changed nothing"

    said = run(HANBAT, "up", *where, "--certificate", tmp_path / "own.pem", "--key", tmp_path / "own.key").stdout
    assert f"the certificate is not for names like s3.{NAME}: for them the region's own CA signs" in said
    assert f"https://{NAME}:8443 at {HERE}:8443, SSH at port 2200" in run(HANBAT, "status").stdout
    assert f"ok       open to the network at {HERE}:8443 as {NAME}" in run(HANBAT, "doctor", check=False).stdout
    health = f"https://{NAME}:8443/_hanbat/health"
    assert '"status":"ok"' in wait_until(lambda: ann.run(f"curl -sS -m 5 --cacert {tmp_path}/own.pem {health}", check=False).stdout.replace(" ", ""), 20, "the new door")
    assert ann.run(f"curl -sS -m 5 --cacert ca.pem {health}", check=False).returncode == 60
    assert ann.run(f"curl -sS -m 5 --cacert ca.pem https://s3.{NAME}:8443/", check=False).returncode == 0
    assert ann.run(f"curl -sS -m 5 --cacert {tmp_path}/own.pem https://{NAME}/_hanbat/health", check=False).returncode == 7, "the old port is closed"
    assert "Interactive shells are not supported" in ann.run("ssh -F \"$HANBAT_SSH\" -p 2200 -o BatchMode=yes jump 2>&1", check=False).stdout
    assert ann.run("ssh -F \"$HANBAT_SSH\" -p 2222 -o BatchMode=yes -o ConnectTimeout=5 jump 2>&1", check=False).returncode == 255
    # A kit that is made now has the new ports.
    name = ann.folder.name
    run(HANBAT, "task", "kit", name, "--to", tmp_path)
    run("tar", "-C", tmp_path, "-xzf", tmp_path / f"{name}-kit.tar.gz")
    kit = Machine(tmp_path / name)
    kit.run(f"cat {tmp_path}/own.pem >>ca.pem; aws sts get-caller-identity && aws s3 ls")
    assert "Interactive shells are not supported" in kit.run("ssh -F \"$HANBAT_SSH\" -o BatchMode=yes jump 2>&1", check=False).stdout
