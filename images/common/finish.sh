#!/bin/bash
# Settles the tree that both images share: units that a system container has no use for are masked, so that it boots in a second.
set -euo pipefail
tree=$1
in_tree() { PATH=/usr/sbin:/usr/bin:/sbin:/bin SYSTEMD_OFFLINE=1 chroot "$tree" "$@"; }

for unit in systemd-networkd.service systemd-networkd.socket systemd-networkd-wait-online.service systemd-resolved.service systemd-timesyncd.service \
  systemd-logind.service systemd-udevd.service systemd-udev-trigger.service systemd-modules-load.service systemd-pstore.service \
  systemd-binfmt.service systemd-random-seed.service systemd-update-utmp.service systemd-update-utmp-runlevel.service \
  systemd-remount-fs.service systemd-sysctl.service systemd-machine-id-commit.service systemd-hwdb-update.service systemd-firstboot.service \
  dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount sys-fs-fuse-connections.mount \
  proc-sys-fs-binfmt_misc.automount getty@tty1.service getty.target e2scrub_reap.service e2scrub_all.timer fstrim.timer \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer systemd-tmpfiles-clean.timer systemd-quotacheck.service quotaon.service \
  console-getty.service container-getty@.service systemd-ask-password-wall.path systemd-ask-password-console.path systemd-udevd-kernel.socket systemd-udevd-control.socket \
  systemd-sysusers.service systemd-tmpfiles-setup-dev.service systemd-repart.service modprobe@.service \
  systemd-pcrphase-sysinit.service systemd-pcrphase.service; do
  ln -sf /dev/null "$tree/etc/systemd/system/$unit"
done
# Generators of what only a kernel of its own, or disks, would ask for.
mkdir -p "$tree/etc/systemd/system-generators"
for generator in cryptsetup debug gpt-auto hibernate-resume integritysetup run system-update veritysetup; do
  ln -sf /dev/null "$tree/etc/systemd/system-generators/systemd-$generator-generator"
done
mkdir -p "$tree/etc/hanbat"
# Manual pages are left out, their folders are not: packages of Java link into them when they are set up.
mkdir -p "$tree"/usr/share/man/man{1..9}
in_tree systemctl set-default multi-user.target >/dev/null 2>&1
in_tree systemctl enable hanbat-system.service hanbat-ca.service hanbat-network.service >/dev/null 2>&1
# Interpreted programs of the system are byte-compiled now, not at the first call in each machine.
in_tree python3 -m compileall -q /usr/lib/python3/dist-packages >/dev/null 2>&1 || true
mkdir -p "$tree/etc/systemd/journald.conf.d"
printf '[Journal]\nStorage=persistent\nSystemMaxUse=32M\nRateLimitIntervalSec=0\nForwardToConsole=no\n' >"$tree/etc/systemd/journald.conf.d/hanbat.conf"
printf 'nameserver 169.254.169.253\n' >"$tree/etc/resolv.conf"
: >"$tree/etc/fstab"
