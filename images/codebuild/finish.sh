#!/bin/bash
# Settles the build image: docker over podman, and the unit that runs the build it finds in the shared folder.
set -euo pipefail
tree=$1
# A Java's package links its manual pages there.
mkdir -p "$tree/usr/share/man/man1"
in_tree() { PATH=/usr/sbin:/usr/bin:/sbin:/bin SYSTEMD_OFFLINE=1 chroot "$tree" "$@"; }

# yum for the images that are Amazon Linux's (systems/amazonlinux2).
amazon=$(cd "$(dirname "$0")/.." && pwd)/amzn2/files/usr
mkdir -p "$tree/usr/lib/hanbat/amazonlinux" "$tree/usr/share/hanbat"
cp "$amazon/bin/yum" "$amazon/bin/rpm" "$amazon/bin/yum-config-manager" "$tree/usr/lib/hanbat/amazonlinux/"
cp -a --no-preserve=ownership "$amazon/share/hanbat/." "$tree/usr/share/hanbat/"
cp -a --no-preserve=ownership "$amazon/lib/hanbat/after-install" "$amazon/lib/hanbat/redis-as" "$tree/usr/lib/hanbat/"
in_tree groupadd -r docker 2>/dev/null || true
in_tree useradd -m -s /bin/bash codebuild-user 2>/dev/null || true
ln -sf /usr/lib/hanbat/docker/docker "$tree/usr/local/bin/docker"
cp "$tree/usr/lib/hanbat/docker/docker.service" "$tree/etc/systemd/system/docker.service"
for v in python pip; do ln -sf "/usr/bin/${v}3" "$tree/usr/local/bin/$v"; done
# A folder of their own, which builds have last in PATH: what is installed goes before, and dpkg's scripts find no java in it.
mkdir -p "$tree/usr/lib/hanbat/commands"
for command in node npm npx yarn go gofmt java javac javadoc jar keytool mvn ruby gem bundle irb php; do
  ln -sf ../default-runtime "$tree/usr/lib/hanbat/commands/$command"
done
for unit in podman.service podman.socket podman-auto-update.timer podman-auto-update.service podman-restart.service; do ln -sf /dev/null "$tree/etc/systemd/system/$unit"; done
in_tree systemctl enable hanbat-build.service >/dev/null 2>&1
# Its journal ends with it, so it is kept in memory; and it has no disks, terminals or scripts of its own to start.
sed -i 's/^Storage=persistent$/Storage=volatile/; s/^SystemMaxUse=/RuntimeMaxUse=/' "$tree/etc/systemd/journald.conf.d/hanbat.conf"
ln -sf /dev/null "$tree/etc/systemd/system/systemd-journal-flush.service"
for generator in fstab getty rc-local sysv; do ln -sf /dev/null "$tree/etc/systemd/system-generators/systemd-$generator-generator"; done
sed -i 's|^additionalimagestores.*|additionalimagestores = ["/usr/lib/hanbat/container-images"]|' "$tree/etc/containers/storage.conf"
rm -rf "$tree"/var/lib/apt/lists/*
