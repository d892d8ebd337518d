#!/bin/bash
# preload.sh <oci layout> <tree>: puts the container image into the build image's read-only store, under the names that Dockerfiles use.
set -euo pipefail
layout=$1 tree=$2
store=$tree/usr/lib/hanbat/container-images
run=$(mktemp -d)
mkdir -p "$store"
for name in public.ecr.aws/docker/library/python:{3.11-slim,3.11-slim-bookworm} docker.io/library/python:{3.11-slim,3.11-slim-bookworm} \
  public.ecr.aws/amazonlinux/amazonlinux:2 docker.io/library/amazonlinux:2; do
  skopeo --insecure-policy copy -q "oci:$layout" "containers-storage:[overlay@$store+$run]$name"
done
# The store's driver leaves a mount on itself behind.
while umount "$store/overlay" 2>/dev/null; do :; done
rm -rf "$run"
