#!/usr/bin/python3
"""unpack_oci.py <OCI layout> <folder>: lays an image's layers over each other in a folder, whiteouts carried out."""
import json
import os
import shutil
import subprocess
import sys
import tarfile


def blob(layout, digest):
    return os.path.join(layout, "blobs", *digest.split(":"))


def load(layout, digest):
    with open(blob(layout, digest)) as f:
        return json.load(f)


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def whiteouts(archive, folder):
    """What the layer says is gone from those below it."""
    for member in archive:
        parent, name = os.path.split(os.path.normpath(member.name))
        if ".." in parent.split("/") or not name.startswith(".wh."):
            continue
        where = os.path.realpath(os.path.join(folder, parent))
        if where != folder and not where.startswith(folder + "/"):
            continue
        if name == ".wh..wh..opq":
            for entry in os.listdir(where) if os.path.isdir(where) else []:
                remove(os.path.join(where, entry))
        else:
            remove(os.path.join(where, name[4:]))


def main(layout, folder):
    os.makedirs(folder)
    folder = os.path.realpath(folder)
    with open(os.path.join(layout, "index.json")) as f:
        manifest = load(layout, json.load(f)["manifests"][0]["digest"])
    for layer in manifest["layers"]:
        path = blob(layout, layer["digest"])
        with tarfile.open(path) as archive:
            whiteouts(archive, folder)
        # GNU tar keeps owners, modes, devices and extended attributes, and refuses to leave the folder.
        form = "--zstd" if layer["mediaType"].endswith("zstd") else "-z" if layer["mediaType"].endswith("gzip") else ""
        subprocess.run(["tar", *([form] if form else []), "-C", folder, "--numeric-owner", "--xattrs", "--xattrs-include=*",
                        "--exclude=.wh.*", "-xpf", path], check=True)


main(*sys.argv[1:])
