"""What an instance offers beside its network: Run Command, the metadata service's hop limit, an image of the user's own."""
import pathlib
import shutil
import uuid

import pytest

from region import HANBAT, ROOT, REGION, run, wait_until

MANAGED = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
IMAGES = pathlib.Path("/var/cache/hanbat/images")


def bastion(commission):
    return commission.client("ec2").describe_instances(Filters=[
        {"Name": "tag:Name", "Values": ["wsi-bastion"]}, {"Name": "instance-state-name", "Values": ["running"]},
    ])["Reservations"][0]["Instances"][0]


@pytest.fixture
def managed(commission):
    """The bastion with the rights that Systems Manager wants, until the test is over."""
    iam, ssm = commission.client("iam"), commission.client("ssm")
    instance = bastion(commission)["InstanceId"]
    iam.attach_role_policy(RoleName="wsi-bastion", PolicyArn=MANAGED)
    try:
        wait_until(lambda: any(one["InstanceId"] == instance and one["PingStatus"] == "Online"
                               for one in ssm.describe_instance_information()["InstanceInformationList"]), 180, "the agent's first word")
        yield ssm, instance
    finally:
        iam.detach_role_policy(RoleName="wsi-bastion", PolicyArn=MANAGED)


def test_run_command_runs_on_the_instance_and_tells_output_and_code(managed):
    ssm, instance = managed

    def outcome(*commands):
        sent = ssm.send_command(InstanceIds=[instance], DocumentName="AWS-RunShellScript", Parameters={"commands": list(commands)})
        asked = {"CommandId": sent["Command"]["CommandId"], "InstanceId": instance}
        return wait_until(lambda: (lambda one: one["Status"] not in ("Pending", "InProgress", "Delayed") and one)(
            ssm.get_command_invocation(**asked)), 60, "the command's end")

    done = outcome("whoami", "cat /sys/class/dmi/id/none 2>&1; echo on-$(hostname)")
    assert done["Status"] == "Success" and done["ResponseCode"] == 0
    assert done["StandardOutputContent"].startswith("root\n") and "on-ip-10-1-" in done["StandardOutputContent"]
    failed = outcome("echo the-reason >&2; exit 7")
    assert (failed["Status"], failed["ResponseCode"]) == ("Failed", 7)
    assert "the-reason" in failed["StandardErrorContent"]


def test_a_container_gets_a_metadata_token_only_when_the_hop_limit_lets_it(commission):
    """With a limit of 1, as an instance has it by itself, the answer to PUT ends at the instance."""
    ec2, instance = commission.client("ec2"), bastion(commission)["InstanceId"]
    newest = max(commission.client("ecr").describe_images(repositoryName="wsi-api-ecr")["imageDetails"], key=lambda one: one["imagePushedAt"])
    registry = f"123456789012.dkr.ecr.{REGION}.amazonaws.com"
    image = f"{registry}/wsi-api-ecr:{newest['imageTags'][0]}"
    ask = ("import urllib.request as u; r = u.Request('http://169.254.169.254/latest/api/token', method='PUT', "
           "headers={'X-aws-ec2-metadata-token-ttl-seconds': '60'}); print('token', len(u.urlopen(r, timeout=4).read()))")
    commission.on_bastion(f"aws ecr get-login-password --region {REGION} | docker login --username AWS --password-stdin {registry} && docker pull -q {image}")

    def in_container():
        return "token 56" in commission.on_bastion(f'docker run --rm {image} python3 -c "{ask}" 2>&1 || true')

    assert "token" in commission.on_bastion(f'python3 -c "{ask}"'), "the instance itself"
    assert not in_container()
    ec2.modify_instance_metadata_options(InstanceId=instance, HttpPutResponseHopLimit=2)
    try:
        assert in_container()
    finally:
        ec2.modify_instance_metadata_options(InstanceId=instance, HttpPutResponseHopLimit=1)


def test_an_image_from_an_oci_layout_boots_as_an_instance(commission, tmp_path):
    """The layout is made of a system tree at hand, as who has Amazon's own image would hand it over."""
    tree, layout, name = tmp_path / "tree", tmp_path / "oci", f"own-{uuid.uuid4().hex[:6]}"
    run("unsquashfs", "-q", "-n", "-d", tree, IMAGES / "amzn2" / "rootfs.squashfs")
    (tree / "etc" / "own-image").write_text(name)
    run(ROOT / "images" / "container" / "pack.py", tree, layout)
    shutil.rmtree(tree)
    run(HANBAT, "image", "import", f"oci:{layout}", "--as", name, env=commission.env)
    ec2 = commission.client("ec2")
    started = None
    try:
        image = wait_until(lambda: ec2.describe_images(Filters=[{"Name": "name", "Values": [name]}])["Images"], 30, "the image")[0]
        like = commission.servers()["wsi-api-1"]
        started = ec2.run_instances(
            ImageId=image["ImageId"], InstanceType="t3.small", MinCount=1, MaxCount=1, KeyName="wsi-key", SubnetId=like["SubnetId"],
            SecurityGroupIds=[group["GroupId"] for group in like["SecurityGroups"]],
            UserData="#!/bin/bash\necho user-data-ran > /etc/own-data\n")["Instances"][0]
        ask = lambda: commission.on_private_server(started["PrivateIpAddress"], "cat /etc/own-image /etc/own-data", check=False)
        wait_until(lambda: name in ask() and "user-data-ran" in ask(), 120, "the instance's first boot")
    finally:
        if started:
            ec2.terminate_instances(InstanceIds=[started["InstanceId"]])
            ec2.get_waiter("instance_terminated").wait(InstanceIds=[started["InstanceId"]], WaiterConfig={"Delay": 1})
        shutil.rmtree(IMAGES / name, ignore_errors=True)


def test_a_container_image_without_an_init_is_refused_with_the_way_out(commission, tmp_path):
    (tmp_path / "tree" / "bin").mkdir(parents=True)
    run(ROOT / "images" / "container" / "pack.py", tmp_path / "tree", tmp_path / "oci")
    refused = run(HANBAT, "image", "import", f"oci:{tmp_path / 'oci'}", "--as", "none", env=commission.env, check=False)
    assert refused.returncode != 0 and "no init" in refused.stdout and "systemd" in refused.stdout
