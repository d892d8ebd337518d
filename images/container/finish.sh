#!/bin/bash
# Makes the tree serve as amazonlinux:2 (yum) and as python:3.11-slim (the interpreter under the names that it has there).
set -euo pipefail
tree=$1
files=$(cd "$(dirname "$0")/.." && pwd)/amzn2/files
mkdir -p "$tree/usr/share/hanbat" "$tree/usr/lib/hanbat" "$tree/etc/yum"
cp "$files/usr/bin/yum" "$files/usr/bin/rpm" "$files/usr/bin/yum-config-manager" "$files/usr/bin/amazon-linux-extras" "$tree/usr/bin/"
cp -a --no-preserve=ownership "$files/usr/share/hanbat/." "$tree/usr/share/hanbat/"
cp -a --no-preserve=ownership "$files/usr/lib/hanbat/after-install" "$files/usr/lib/hanbat/redis-as" "$tree/usr/lib/hanbat/"
cp "$files/usr/sbin/policy-rc.d" "$tree/usr/sbin/"
mkdir -p "$tree/usr/local/bin"
for v in python python3 python3.11; do ln -sf /usr/bin/python3 "$tree/usr/local/bin/$v"; done
for v in pip pip3; do ln -sf /usr/bin/pip3 "$tree/usr/local/bin/$v"; done
printf '[global]\nbreak-system-packages = true\nroot-user-action = ignore\ndisable-pip-version-check = true\ncert = /etc/ssl/certs/ca-certificates.crt\n' >"$tree/etc/pip.conf"
rm -rf "$tree"/var/lib/apt/lists/* "$tree"/var/cache/apt/* "$tree"/var/log/* "$tree"/tmp/* "$tree"/usr/share/python-wheels/*.pyc
find "$tree" -xdev -name __pycache__ -type d -prune -exec rm -rf {} +
find "$tree"/dev -mindepth 1 -delete 2>/dev/null || true
: >"$tree/etc/resolv.conf"; : >"$tree/etc/hostname"
