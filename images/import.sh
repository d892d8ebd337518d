#!/bin/bash
# import.sh [--output DIR] [--server URL] SOURCE NAME: makes a machine image for who has the real one: `images:ALIAS` of a simplestreams
# server (Incus's own, or that of --server), or of a container image `oci:FOLDER`, `oci-archive:FILE`, `docker-archive:FILE` or
# `docker://REGISTRY/NAME:TAG` (as skopeo names them). The image must bring systemd to boot as an instance; what else it lacks is said.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=${HANBAT_IMAGES_DIR:-/var/cache/hanbat/images}
server=https://images.linuxcontainers.org
while [ $# -gt 2 ]; do
  case $1 in
    --output) out=$2; shift 2 ;;
    --server) server=$2; shift 2 ;;
    *) break ;;
  esac
done
[ $# = 2 ] || { echo "usage: images/import.sh [--output DIR] [--server URL] SOURCE NAME" >&2; exit 2; }
source=$1 name=$2
fail() { printf 'images: %s\n' "$*" >&2; exit 1; }
[[ $name =~ ^[a-zA-Z0-9][a-zA-Z0-9._-]{0,60}$ ]] || fail "the name may hold letters, digits, dots, dashes and underscores: $name"
[ "$name" != amzn2 ] && [ "$name" != codebuild ] || fail "$name is the name of a stand-in; take another"
[ "$(id -u)" = 0 ] || fail "unpacking a system tree takes root; run this with sudo"
for tool in skopeo mksquashfs python3; do command -v "$tool" >/dev/null || fail "$tool is missing; tools/install brings it"; done

mkdir -p "$out"
work=$(mktemp -d "$out/.import.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
echo "fetching $source"
tree=$work/tree
case $source in
  images:*)
    version=$("$here/simplestreams.py" "$server" "${source#images:}" "$work")
    source="$source of $server, $version"
    if [ -e "$work/rootfs.squashfs" ]; then
      unsquashfs -no-progress -quiet -d "$tree" "$work/rootfs.squashfs" >/dev/null
    else
      mkdir "$tree"
      tar -C "$tree" --numeric-owner --xattrs --xattrs-include='*' -xpJf "$work/rootfs.tar.xz"
    fi
    rm -f "$work"/rootfs.*
    ;;
  *)
    skopeo --insecure-policy copy -q "$source" "oci:$work/oci:image"
    "$here/unpack_oci.py" "$work/oci" "$tree"
    ;;
esac
[ -e "$tree/sbin/init" ] || [ -L "$tree/sbin/init" ] || [ -e "$tree/usr/lib/systemd/systemd" ] ||
  fail "$source has no init: it is an image for containers of one process. Build one on top of it with systemd installed (and cloud-init, openssh-server), then import that."
[ -e "$tree/sbin/init" ] || [ -L "$tree/sbin/init" ] || ln -s /usr/lib/systemd/systemd "$tree/usr/sbin/init"
lacks() { echo "note: the image has no $1; $2"; }
[ -e "$tree/usr/bin/cloud-init" ] || lacks cloud-init "user data, key pairs and the host name will not be applied"
[ -e "$tree/usr/sbin/sshd" ] || lacks sshd "instances cannot be reached by ssh"

# The parts that every machine of the region needs: its CA trusted, its address by DHCP. Where the image has a network service of its
# own (NetworkManager, network-scripts, systemd-networkd), that one stays in charge.
mkdir -p "$tree/usr/lib/hanbat" "$tree/usr/local/share/ca-certificates" "$tree/etc/systemd/system/sysinit.target.wants"
cp "$here/common/files/usr/lib/hanbat/trust-region" "$tree/usr/lib/hanbat/"
cp "$here/common/files/etc/systemd/system/hanbat-ca.service" "$tree/etc/systemd/system/"
ln -sf /etc/systemd/system/hanbat-ca.service "$tree/etc/systemd/system/sysinit.target.wants/hanbat-ca.service"
if [ -d "$tree/etc/pki/ca-trust/source/anchors" ]; then
  # Red Hat's family, Amazon Linux too, keeps its bundle elsewhere.
  sed -i 's|^bundle=.*|bundle=/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem|' "$tree/usr/lib/hanbat/trust-region"
fi
: >"$tree/etc/machine-id"

# Its first boot is EC2's: by the region's instance metadata, whatever Incus would have given it in files. The address comes by DHCP
# before cloud-init looks, from the network service that the image has.
if [ -d "$tree/etc/cloud" ]; then
  rm -rf "$tree/var/lib/cloud"
  mkdir -p "$tree/etc/cloud/cloud.cfg.d"
  cat >"$tree/etc/cloud/cloud.cfg.d/99_hanbat.cfg" <<'C'
datasource_list: [Ec2, None]
datasource:
  Ec2:
    strict_id: false
    metadata_urls: ["http://169.254.169.254"]
    max_wait: 60
    timeout: 5
    apply_full_imds_network_config: false
network: {config: disabled}
resize_rootfs: false
growpart: {mode: "off"}
C
fi
enabled() { find "$tree/etc/systemd/system" "$tree/usr/lib/systemd/system" "$tree/lib/systemd/system" -path '*.wants/*' -name "$1" 2>/dev/null | grep -q .; }
if enabled 'systemd-networkd.service'; then
  mkdir -p "$tree/etc/systemd/network"
  printf '[Match]\nName=eth0\n\n[Network]\nDHCP=ipv4\n' >"$tree/etc/systemd/network/05-hanbat.network"
elif enabled 'NetworkManager.service'; then
  :
elif [ -d "$tree/etc/sysconfig/network-scripts" ]; then
  printf 'DEVICE=eth0\nBOOTPROTO=dhcp\nONBOOT=yes\nTYPE=Ethernet\n' >"$tree/etc/sysconfig/network-scripts/ifcfg-eth0"
elif [ -e "$tree/etc/network/interfaces" ]; then
  printf 'auto lo\niface lo inet loopback\nauto eth0\niface eth0 inet dhcp\n' >"$tree/etc/network/interfaces"
elif [ ! -e "$tree/etc/systemd/system/hanbat-network.service" ]; then
  lacks "network service that is enabled" "it will have no address"
fi

dir=$work/image
mkdir -p "$dir/meta/templates"
mksquashfs "$tree" "$dir/rootfs.squashfs" -comp zstd -Xcompression-level 4 -noappend -no-progress -quiet >/dev/null 2>&1 || fail "mksquashfs failed"
printf '{{ config_get("user.hanbat.ca", "") }}' >"$dir/meta/templates/ca.tpl"
cat >"$dir/meta/metadata.yaml" <<M
architecture: $(uname -m)
creation_date: $(date +%s)
properties:
  description: "imported from $source"
  name: $name
templates:
  /usr/local/share/ca-certificates/hanbat-region.crt:
    when: [create, copy, start]
    template: ca.tpl
M
tar -C "$dir/meta" -czf "$dir/metadata.tar.gz" metadata.yaml templates
rm -rf "$dir/meta"
cat >"$dir/manifest.json" <<M
{"name": "$name",
 "description": "imported from $source",
 "fingerprint": "$(cat "$dir/metadata.tar.gz" "$dir/rootfs.squashfs" | sha256sum | cut -d' ' -f1)",
 "metadata": "metadata.tar.gz",
 "rootfs": "rootfs.squashfs",
 "size": $(stat -c %s "$dir/rootfs.squashfs"),
 "created": "$(date -u +%Y-%m-%dT%H:%M:%SZ)"}
M
rm -rf "${out:?}/$name"
mv "$dir" "$out/$name"
echo "$name: $(du -h "$out/$name/rootfs.squashfs" | cut -f1)"
