#!/bin/bash
# Builds Hanbat's machine images: Incus image files (metadata tarball + squashfs) of the EC2 image "amzn2" and of the build
# image "codebuild", both from one Debian 12 tree made with mmdebstrap out of this machine's own apt sources. Which Amazon Linux (or
# Ubuntu) a machine stands in for is settled when it is made: its label "system" names a script in /usr/lib/hanbat/systems.
# A second run with the same recipes does nothing. See images/README.md.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=${HANBAT_IMAGES_DIR:-/var/cache/hanbat/images}
guest=${HANBAT_GUEST_DIR:-}
suite=bookworm
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

usage() {
  cat <<'T'
usage: images/build.sh [--output DIR] [--guest DIR] [--list] [amzn2] [codebuild]   (default: both)
  --output DIR   where the images go (default $HANBAT_IMAGES_DIR, else /var/cache/hanbat/images)
  --guest DIR    the built guest programs (build/<preset>/guest); the SSM agent is installed in amzn2 from there
T
}

names=()
while [ $# -gt 0 ]; do
  case $1 in
    --output) out=$2; shift 2 ;;
    --guest) guest=$2; shift 2 ;;
    -h|--help) usage; exit 0 ;;
    amzn2|codebuild) names+=("$1"); shift ;;
    *) usage >&2; exit 2 ;;
  esac
done
[ ${#names[@]} -gt 0 ] || names=(amzn2 codebuild)
out=$(realpath -m "$out")  # the store of containers takes no other

say() { printf '%s images: %s\n' "$(date +%H:%M:%S)" "$*"; }
fail() { printf 'images: %s\n' "$*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || fail "building a system tree takes root; run this with sudo"
for tool in mmdebstrap mksquashfs python3 skopeo; do
  command -v "$tool" >/dev/null || fail "$tool is missing; tools/install brings it (packages mmdebstrap, squashfs-tools, python3, skopeo)"
done

# The mirrors are those that this machine's apt already uses for Debian; on another distribution they are given by name.
site() { apt-get indextargets --format '$(SITE) $(LABEL)' 'Created-By: Packages' 2>/dev/null | awk -v l="$1" '{s=$1; $1=""; sub(/^ /,""); if ($0==l) {print s; exit}}'; }
mirror=${HANBAT_DEBIAN_MIRROR:-$(site Debian)}
[ -n "$mirror" ] || mirror=${HANBAT_DEBIAN_MIRROR:-$(site 'Debian Backports')}
security=${HANBAT_DEBIAN_SECURITY_MIRROR:-$(site Debian-Security)}
[ -n "$mirror" ] || fail "no Debian mirror in this machine's apt sources; set HANBAT_DEBIAN_MIRROR (and HANBAT_DEBIAN_SECURITY_MIRROR)"
sources() {
  printf 'deb [signed-by=%s] %s %s main\n' $keyring "$mirror" $suite
  printf 'deb [signed-by=%s] %s %s-updates main\n' $keyring "$mirror" $suite
  [ -z "$security" ] || printf 'deb [signed-by=%s] %s %s-security main\n' $keyring "$security" $suite
  printf 'deb [signed-by=%s] %s %s-backports main\n' $keyring "$mirror" $suite
}

# What decides an image's content: its recipe, the mirrors, the CAs this machine trusts in addition, the guest programs.
recipe_hash() {
  { sources; cat "$here/build.sh"; cd "$here"
    for folder in "$@"; do find "$folder" -type f ! -name '*.md' -print0 | sort -z | xargs -0 -r sha256sum; done
    find /usr/local/share/ca-certificates -name '*.crt' -type f -print0 2>/dev/null | sort -z | xargs -0 -r sha256sum
    [ -z "$guest" ] || [ ! -f "$guest/amazon-ssm-agent" ] || sha256sum <"$guest/amazon-ssm-agent"
  } | sha256sum | cut -c1-20
}

current() {  # is the image in place already, made by this very recipe?
  local dir=$out/$1
  [ -s "$dir/rootfs.squashfs" ] && [ -s "$dir/metadata.tar.gz" ] && [ "$(sed -n 's/.*"recipe": "\(.*\)".*/\1/p' "$dir/manifest.json" 2>/dev/null)" = "$2" ]
}

mkdir -p "$out"
exec 9>"$out/.lock"
flock 9
amzn2_hash=$(recipe_hash common amzn2)
codebuild_hash=$(guest='' recipe_hash common codebuild container amzn2/files/usr)
todo=()
for name in "${names[@]}"; do
  hash=${name}_hash
  if current "$name" "${!hash}"; then say "$name is up to date ($(du -h "$out/$name/rootfs.squashfs" | cut -f1))"; else todo+=("$name"); fi
done
[ ${#todo[@]} -gt 0 ] || exit 0

work=$(mktemp -d "$out/.work.XXXXXX")
container_pid=
cleanup() {
  [ -z "$container_pid" ] || wait "$container_pid" 2>/dev/null || true
  # A bootstrap that failed may leave /proc and the like mounted in its tree.
  awk -v w="$work/" 'index($2, w) == 1 {print $2}' /proc/mounts | sort -r | xargs -r -n1 umount -l
  rm -rf --one-file-system "$work"
}
trap cleanup EXIT
began=$SECONDS
sources >"$work/sources.list"

# Documentation and translations are left out; the licence texts stay, as Debian asks.
debootstrap() {  # debootstrap <tree> <log> <packages,comma separated> [mmdebstrap options…]
  local tree=$1 log=$2 packages=$3; shift 3
  mmdebstrap --mode=root --variant=apt --include="$packages" --format=directory --skip=cleanup/apt/lists \
    --aptopt='Acquire::Languages "none"' --aptopt='Acquire::GzipIndexes "true"' --aptopt='Apt::Install-Recommends "false"' \
    --aptopt='Acquire::Retries "5"' --aptopt='Dpkg::Use-Pty "false"' \
    --dpkgopt='force-unsafe-io' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' --dpkgopt='path-exclude=/usr/share/lintian/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' "$@" "$suite" "$tree" "$work/sources.list" >"$log" 2>&1 </dev/null ||
    { tail -30 "$log" >&2; fail "mmdebstrap failed; its log is above"; }
}

packages() { sed 's/#.*//' "$@" | tr -s ' \n' ',' | sed 's/^,//; s/,$//'; }

add_packages() {  # add_packages <tree> <list file>
  local tree=$1 log=$work/$(basename "$1").log
  # shellcheck disable=SC2046
  PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive chroot "$tree" \
    apt-get -y install --no-install-recommends $(packages "$2" | tr ',' ' ') >"$log" 2>&1 </dev/null ||
    { tail -30 "$log" >&2; fail "apt-get failed in $tree; its log is above"; }
}

trust() {  # whatever this machine trusts in addition (a site's own proxy, say), the guests trust too
  mkdir -p "$1/usr/local/share/ca-certificates"
  find /usr/local/share/ca-certificates -maxdepth 1 -name '*.crt' -type f -exec cp {} "$1/usr/local/share/ca-certificates/" \;
  chroot "$1" /usr/sbin/update-ca-certificates >/dev/null 2>&1
}

overlay() { cp -a --no-preserve=ownership "$1/." "$2/"; chown -R -h 0:0 "$2/etc/systemd/system" ; }

publish() {  # publish <name> <hash> <tree> <description>
  local name=$1 hash=$2 tree=$3 description=$4 dir=$work/out-$1
  mkdir -p "$dir"
  rm -rf "$tree"/var/cache/apt/*.bin "$tree"/var/cache/apt/archives/*.deb "$tree"/var/log/{apt,dpkg.log,alternatives.log,bootstrap.log} "$tree"/tmp/* "$tree"/etc/ssh/ssh_host_* \
    "$tree"/var/log/journal "$tree"/usr/share/doc-base "$tree"/usr/share/bash-completion/completions "$tree"/var/lib/systemd/random-seed
  find "$tree/usr/share/locale" -mindepth 1 -delete 2>/dev/null || true
  : >"$tree/etc/machine-id"; rm -f "$tree/var/lib/dbus/machine-id" "$tree/etc/hostname"
  mksquashfs "$tree" "$dir/rootfs.squashfs" -comp zstd -Xcompression-level 4 -noappend -no-progress -quiet >/dev/null 2>"$work/squash.log" || { cat "$work/squash.log" >&2; fail "mksquashfs failed"; }
  mkdir "$dir/meta" "$dir/meta/templates"
  # Incus writes the region's CA from the machine's configuration into the system at every start; hanbat-ca.service trusts it. What
  # the machine is to be goes in once; hanbat-system.service makes it so.
  printf '{{ config_get("user.hanbat.ca", "") }}' >"$dir/meta/templates/ca.tpl"
  printf '{{ config_get("user.label.system", "%s") }}' "$name" >"$dir/meta/templates/system.tpl"
  cat >"$dir/meta/metadata.yaml" <<M
architecture: $(uname -m)
creation_date: $(date +%s)
properties:
  description: "$description"
  name: $name
  os: debian
  release: $suite
  recipe: "$hash"
templates:
  /usr/local/share/ca-certificates/hanbat-region.crt:
    when: [create, copy, start]
    template: ca.tpl
  /etc/hanbat/system:
    when: [create, copy]
    template: system.tpl
M
  tar -C "$dir/meta" -czf "$dir/metadata.tar.gz" metadata.yaml templates
  rm -rf "$dir/meta"
  # The content's hash is Incus's own fingerprint of a split image: the metadata followed by the tree.
  cat >"$dir/manifest.json" <<M
{"name": "$name",
 "description": "$description",
 "recipe": "$hash",
 "fingerprint": "$(cat "$dir/metadata.tar.gz" "$dir/rootfs.squashfs" | sha256sum | cut -d' ' -f1)",
 "metadata": "metadata.tar.gz",
 "rootfs": "rootfs.squashfs",
 "size": $(stat -c %s "$dir/rootfs.squashfs"),
 "created": "$(date -u +%Y-%m-%dT%H:%M:%SZ)"}
M
  rm -rf "$out/$name.old"
  [ ! -e "$out/$name" ] || mv "$out/$name" "$out/$name.old"
  mv "$dir" "$out/$name"
  rm -rf "$out/$name.old"
  say "$name: tree $(du -sh --exclude=proc "$tree" | cut -f1), image $(du -h "$out/$name/rootfs.squashfs" | cut -f1)"
}

wants() { [[ " ${todo[*]} " == *" $1 "* ]]; }

# What takes longest, the bootstraps, is kept for a week (so that security updates come in), named by what went into it: a change of
# the rest of a recipe then costs seconds.
week=$(date +%G%V)
keep() {  # keep <file of ours> <made file or folder>
  rm -rf "$out/.kept/${1%-*}"-*
  mkdir -p "$out/.kept"
  tar -C "$2" --one-file-system --numeric-owner --xattrs --xattrs-include='*' -cf "$out/.kept/$1.new" .
  mv "$out/.kept/$1.new" "$out/.kept/$1"
}
kept() {  # kept <file of ours> <folder>: lays it out there
  [ -s "$out/.kept/$1" ] || return 1
  mkdir -p "$2"
  tar -C "$2" --numeric-owner --xattrs --xattrs-include='*' -xpf "$out/.kept/$1"
}
base_kept=base-$({ sources; cat "$here/common/packages"; declare -f debootstrap; echo "$week"; } | sha256sum | cut -c1-16)
container_kept=container-$({ cd "$here"; sources; echo "$week"; find container amzn2/files/usr /usr/local/share/ca-certificates -type f -print0 2>/dev/null | sort -z | xargs -0 cat; declare -f debootstrap; } | sha256sum | cut -c1-16)

if wants codebuild; then
  # The container image of Dockerfiles is made beside the system trees.
  ( kept "$container_kept" "$work/container-oci" ||
    { debootstrap "$work/container" "$work/container.log" "$(packages "$here/container/packages")" && trust "$work/container" &&
      "$here/container/finish.sh" "$work/container" && "$here/container/pack.py" "$work/container" "$work/container-oci" &&
      keep "$container_kept" "$work/container-oci"; } ) &
  container_pid=$!
fi
say "system tree from $suite"
if ! kept "$base_kept" "$work/base"; then
  debootstrap "$work/base" "$work/base.log" "$(packages "$here/common/packages")"
  keep "$base_kept" "$work/base"
fi
say "system tree made ($((SECONDS - began)) s)"

if wants codebuild; then
  if wants amzn2; then cp -a "$work/base" "$work/codebuild"; else mv "$work/base" "$work/codebuild"; fi
fi
if wants amzn2; then
  mv "$work/base" "$work/amzn2"
  add_packages "$work/amzn2" "$here/amzn2/packages"
  overlay "$here/common/files" "$work/amzn2"
  overlay "$here/amzn2/files" "$work/amzn2"
  if [ -n "$guest" ] && [ -f "$guest/amazon-ssm-agent" ]; then install -m 755 "$guest/amazon-ssm-agent" "$work/amzn2/usr/bin/amazon-ssm-agent"; fi
  trust "$work/amzn2"
  bash "$here/common/finish.sh" "$work/amzn2"
  bash "$here/amzn2/finish.sh" "$work/amzn2"
  publish amzn2 "$amzn2_hash" "$work/amzn2" "Hanbat's stand-in for Amazon Linux 2 and 2023 and for Ubuntu's names (a Debian 12 system, x86_64)"
  rm -rf "$work/amzn2"
fi
if wants codebuild; then
  add_packages "$work/codebuild" "$here/codebuild/packages"
  overlay "$here/common/files" "$work/codebuild"
  overlay "$here/codebuild/files" "$work/codebuild"
  trust "$work/codebuild"
  bash "$here/common/finish.sh" "$work/codebuild"
  bash "$here/codebuild/finish.sh" "$work/codebuild"
  wait "$container_pid" || { tail -30 "$work/container.log" >&2; fail "the container image failed; its log is above"; }
  "$here/container/preload.sh" "$work/container-oci" "$work/codebuild"
  publish codebuild "$codebuild_hash" "$work/codebuild" "Hanbat's stand-in for aws/codebuild/amazonlinux2-x86_64-standard (a Debian 12 system)"
  rm -rf "$work/codebuild"
fi
say "done in $((SECONDS - began)) s, in $out"
