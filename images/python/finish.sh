#!/bin/bash
# Makes the tree look like the python:3.11-slim container image: the interpreter under the names that images of that kind have.
set -euo pipefail
tree=$1
mkdir -p "$tree/usr/local/bin"
for v in python python3 python3.11; do ln -sf /usr/bin/python3 "$tree/usr/local/bin/$v"; done
for v in pip pip3; do ln -sf /usr/bin/pip3 "$tree/usr/local/bin/$v"; done
printf '[global]\nbreak-system-packages = true\nroot-user-action = ignore\ndisable-pip-version-check = true\ncert = /etc/ssl/certs/ca-certificates.crt\n' >"$tree/etc/pip.conf"
rm -rf "$tree"/var/lib/apt/lists/* "$tree"/var/cache/apt/* "$tree"/var/log/* "$tree"/tmp/* "$tree"/usr/share/python-wheels/*.pyc
find "$tree" -xdev -name __pycache__ -type d -prune -exec rm -rf {} +
find "$tree"/dev -mindepth 1 -delete 2>/dev/null || true
: >"$tree/etc/resolv.conf"; : >"$tree/etc/hostname"
