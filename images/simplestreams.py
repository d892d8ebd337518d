#!/usr/bin/python3
"""simplestreams.py <server> <alias> <folder>: fetches an image from a simplestreams server, as Incus's `images:` is one.

Finds the alias among the server's products for this machine's architecture, takes its newest version that has a tree, and leaves
rootfs.squashfs or rootfs.tar.xz in the folder, whose SHA-256 is what the server's list says. Prints the version.
"""
import hashlib
import json
import os
import platform
import sys
import urllib.error
import urllib.parse
import urllib.request

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
# What an item may be, the best first: a tree that Incus runs as a container.
TREES = {"squashfs": "rootfs.squashfs", "root.tar.xz": "rootfs.tar.xz"}


def fetch(server, path):
    url = urllib.parse.urljoin(server.rstrip("/") + "/", urllib.parse.quote(path))
    try:
        return urllib.request.urlopen(url, timeout=60)
    except OSError as error:
        sys.exit(f"{url}: {getattr(error, 'reason', error)}")


def load(server, path):
    with fetch(server, path) as answer:
        try:
            return json.load(answer)
        except ValueError as error:
            sys.exit(f"{server}: {path} is no list of a simplestreams server: {error}")


def products(server):
    """All products of the server's lists of images."""
    for entry in load(server, "streams/v1/index.json").get("index", {}).values():
        if entry.get("datatype") == "image-downloads":
            yield from load(server, entry["path"]).get("products", {}).values()


def newest(product):
    """(version, the item of its tree) of the newest version with metadata and a tree."""
    for version, about in sorted(product.get("versions", {}).items(), reverse=True):
        items = list(about.get("items", {}).values())
        if not any(item.get("ftype") in ("incus.tar.xz", "lxd.tar.xz") for item in items):
            continue
        for ftype in TREES:
            for item in items:
                if item.get("ftype") == ftype:
                    return version, item
    return None


def download(server, item, path):
    digest, size = hashlib.sha256(), 0
    with fetch(server, item["path"]) as answer, open(path, "wb") as out:
        while piece := answer.read(1 << 20):
            digest.update(piece)
            size += len(piece)
            out.write(piece)
    if digest.hexdigest() != item["sha256"]:
        sys.exit(f"{item['path']} is not what the list says: {size} bytes with SHA-256 {digest.hexdigest()}, wanted {item['sha256']}")


def main(server, alias, folder):
    here = ARCHITECTURES.get(platform.machine(), platform.machine())
    named = [one for one in products(server) if alias in [name.strip() for name in one.get("aliases", "").split(",")]]
    fitting = [one for one in named if one.get("arch") == here]
    if not fitting:
        has = sorted({one.get("arch", "?") for one in named})
        sys.exit(f"{server} has {alias} for {', '.join(has)} only; this machine is {here}" if has else f"{server} has no image {alias}")
    found = newest(fitting[0])
    if not found:
        sys.exit(f"{server} has {alias} as a virtual machine only, or without metadata: there is no tree for a system container")
    version, item = found
    download(server, item, os.path.join(folder, TREES[item["ftype"]]))
    print(version)


main(*sys.argv[1:])
