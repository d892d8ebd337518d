#!/usr/bin/python3
"""pack.py <tree> <folder>: makes an OCI image layout with the tree as its one layer."""
import gzip
import hashlib
import json
import os
import subprocess
import sys


class Hashing:
    """Passes bytes on to a file and keeps their digest and number."""

    def __init__(self, out):
        self.out, self.hash, self.size = out, hashlib.sha256(), 0

    def write(self, data):
        self.hash.update(data)
        self.size += len(data)
        return self.out.write(data)

    def flush(self):
        self.out.flush()


def main(tree, folder):
    blobs = os.path.join(folder, "blobs", "sha256")
    os.makedirs(blobs)
    tar = subprocess.Popen(
        ["tar", "-C", tree, "--sort=name", "--mtime=@0", "--numeric-owner", "-cf", "-", "."], stdout=subprocess.PIPE)
    plain = hashlib.sha256()
    with open(os.path.join(folder, "layer"), "wb") as raw:
        packed = Hashing(raw)
        with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=6, mtime=0, filename="") as out:
            while chunk := tar.stdout.read(1 << 20):
                plain.update(chunk)
                out.write(chunk)
    if tar.wait() != 0:
        sys.exit("tar failed")
    os.rename(os.path.join(folder, "layer"), os.path.join(blobs, packed.hash.hexdigest()))

    def put(value):
        data = json.dumps(value).encode()
        digest = hashlib.sha256(data).hexdigest()
        with open(os.path.join(blobs, digest), "wb") as f:
            f.write(data)
        return {"digest": "sha256:" + digest, "size": len(data)}

    config = put({
        "created": "2021-01-01T00:00:00Z", "architecture": "amd64", "os": "linux",
        "config": {"Env": ["PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"], "Cmd": ["python3"],
                   "Labels": {"org.opencontainers.image.title": "Hanbat's stand-in for amazonlinux:2 and python:3.11-slim (a Debian 12 system)"}},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + plain.hexdigest()]},
        "history": [{"created": "2021-01-01T00:00:00Z", "created_by": "Hanbat images/container"}]})
    manifest = put({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **config},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                    "digest": "sha256:" + packed.hash.hexdigest(), "size": packed.size}]})
    with open(os.path.join(folder, "oci-layout"), "w") as f:
        json.dump({"imageLayoutVersion": "1.0.0"}, f)
    with open(os.path.join(folder, "index.json"), "w") as f:
        json.dump({"schemaVersion": 2, "manifests": [{"mediaType": "application/vnd.oci.image.manifest.v1+json", **manifest}]}, f)


main(*sys.argv[1:])
