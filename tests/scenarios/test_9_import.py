"""Section 9: a real image of a simplestreams server, as Incus's `images:` is one, becomes an image that instances start from. The server
is this test's own, on this machine, and its tree is the stand-in's, with a file of its own and what Incus would have put into it."""
import hashlib
import http.server
import json
import os
import pathlib
import platform
import shutil
import subprocess
import tarfile
import threading
import uuid

import pytest

import region as live
from region import wait_until

ALIAS = "amazonlinux/2023/cloud"
VERSION = "20261128_05:00"
PATH = f"images/amazonlinux/2023/amd64/cloud/{VERSION}"
IMAGES = pathlib.Path(os.environ.get("HANBAT_IMAGES_DIR", "/var/cache/hanbat/images"))
METADATA = """architecture: x86_64
creation_date: 1764306000
properties: {architecture: amd64, os: Amazonlinux, release: "2023", variant: cloud}
templates:
  /var/lib/cloud/seed/nocloud-net/user-data:
    when: [create, copy]
    template: cloud-init-user.tpl
"""


class Server:
    """A folder with streams/v1 and images, over HTTP on this machine's loopback."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "streams/v1").mkdir(parents=True)
        (folder / PATH).mkdir(parents=True)
        self.items = {"incus.tar.xz": self.item("incus.tar.xz", self.metadata), "root.squashfs": self.item("squashfs", self.tree, "rootfs.squashfs"),
                      "disk.qcow2": {"ftype": "disk-kvm.img", "path": f"{PATH}/disk.qcow2", "sha256": "0" * 64, "size": 1}}
        self.list(self.items)
        handler = lambda *rest: http.server.SimpleHTTPRequestHandler(*rest, directory=str(folder))
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def item(self, ftype, make, name=None):
        path = self.folder / PATH / (name or ftype)
        make(path)
        with open(path, "rb") as f:
            digest = hashlib.file_digest(f, "sha256").hexdigest()
        return {"ftype": ftype, "path": f"{PATH}/{path.name}", "sha256": digest, "size": path.stat().st_size}

    def metadata(self, path):
        (self.folder / "templates").mkdir()
        (self.folder / "metadata.yaml").write_text(METADATA)
        (self.folder / "templates/cloud-init-user.tpl").write_text('{{ config_get("user.user-data", "#cloud-config") }}')
        with tarfile.open(path, "w:xz") as tar:
            for name in ("metadata.yaml", "templates"):
                tar.add(self.folder / name, name)

    def tree(self, path):
        shutil.copyfile(IMAGES / "amzn2/rootfs.squashfs", path)
        (self.folder / "more").mkdir()
        (self.folder / "more/made-by-a-stranger").write_text(VERSION + "\n")
        subprocess.run(["mksquashfs", self.folder / "more", path, "-no-progress", "-quiet"], check=True, stdout=subprocess.DEVNULL)

    def list(self, items):
        product = {"aliases": f"amazonlinux/2023/other,{ALIAS}", "arch": "amd64", "os": "Amazonlinux", "release": "2023", "variant": "cloud",
                   "versions": {"20261101_05:00": {"items": {}}, VERSION: {"items": items}}}
        other = dict(product, arch="s390x", aliases="amazonlinux/2023/mainframe")
        (self.folder / "streams/v1/images.json").write_text(json.dumps({
            "format": "products:1.0", "datatype": "image-downloads", "content_id": "images",
            "products": {"amazonlinux:2023:amd64:cloud": product, "amazonlinux:2023:s390x:cloud": other}}))
        (self.folder / "streams/v1/index.json").write_text(json.dumps({"format": "index:1.0", "index": {"images": {
            "datatype": "image-downloads", "format": "products:1.0", "path": "streams/v1/images.json", "products": ["amazonlinux:2023:amd64:cloud"]}}}))


@pytest.fixture(scope="module")
def server(region, tmp_path_factory):
    if platform.machine() != "x86_64":
        pytest.skip("the stand-ins are x86-64's")
    one = Server(tmp_path_factory.mktemp("streams"))
    yield one
    one.http.shutdown()


def bring(server, alias, name, check=True):
    return live.run(live.HANBAT, "image", "import", f"images:{alias}", "--server", server.url, "--as", name, check=check)


def test_what_cannot_be_had_is_said(server):
    assert "has no image debian/99" in bring(server, "debian/99", "nothing", check=False).stdout
    assert "for s390x only; this machine is amd64" in bring(server, "amazonlinux/2023/mainframe", "nothing", check=False).stdout
    server.list({**server.items, "root.squashfs": dict(server.items["root.squashfs"], sha256="0" * 64)})
    assert "is not what the list says" in bring(server, ALIAS, "nothing", check=False).stdout
    server.list({"disk.qcow2": server.items["disk.qcow2"]})
    assert "without metadata" in bring(server, ALIAS, "nothing", check=False).stdout
    server.list(server.items)


def test_an_image_of_a_server_boots_as_an_instance_that_its_user_data_settles(region, server):
    name = f"real-{uuid.uuid4().hex[:6]}"
    bring(server, ALIAS, name)
    ec2 = region.client("ec2")
    image = ec2.describe_images(Filters=[{"Name": "name", "Values": [name]}])["Images"][0]
    assert image["Description"] == f"Imported into Hanbat as '{name}'"
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    group = ec2.create_security_group(GroupName=name, Description="http", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp="0.0.0.0/0")
    data = "#!/bin/bash\nmkdir /srv/www && cd /srv/www && cp /made-by-a-stranger index.html && ls -d /var/lib/cloud/seed/nocloud-net >seed; python3 -m http.server 80 &\n"
    instance = ec2.run_instances(ImageId=image["ImageId"], InstanceType="t3.micro", MinCount=1, MaxCount=1, SecurityGroupIds=[group], UserData=data)["Instances"][0]["InstanceId"]
    try:
        def page(path):
            address = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0].get("PublicIpAddress")
            return address and subprocess.run(["curl", "-fsS", "-m", "3", f"http://{address}/{path}"], capture_output=True, text=True, check=False).stdout
        assert wait_until(lambda: page(""), 120, "the instance's page") == VERSION + "\n"
        assert page("seed") == ""
    finally:
        ec2.terminate_instances(InstanceIds=[instance])
        ec2.get_waiter("instance_terminated").wait(InstanceIds=[instance], WaiterConfig={"Delay": 1})
        ec2.delete_security_group(GroupId=group)
        shutil.rmtree(IMAGES / name)
