#!/bin/bash
# Settles the EC2 image: the user, the services of a first boot, the names an Amazon Linux has.
set -euo pipefail
tree=$1
in_tree() { PATH=/usr/sbin:/usr/bin:/sbin:/bin SYSTEMD_OFFLINE=1 chroot "$tree" "$@"; }

# The shells' files as Amazon Linux gives them: scripts of deployments read them, too. Debian's .bashrc ends where nobody types.
mkdir -p "$tree/usr/lib/hanbat/held"
cp "$tree/etc/skel/.bashrc" "$tree/usr/lib/hanbat/held/bashrc"
printf '# .bashrc\nif [ -f /etc/bashrc ]; then\n  . /etc/bashrc\nfi\n' >"$tree/etc/skel/.bashrc"
printf '# .bash_profile\nif [ -f ~/.bashrc ]; then\n  . ~/.bashrc\nfi\n\nPATH=$PATH:$HOME/.local/bin:$HOME/bin\nexport PATH\n' >"$tree/etc/skel/.bash_profile"
cp "$tree/etc/skel/.bash_profile" "$tree/etc/skel/.bashrc" "$tree/root/"
# Users as Amazon Linux makes them: with a home that is theirs alone, and bash. adduser is useradd there; Debian's own scripts go on
# meeting Debian's.
sed -i 's|^SHELL=.*|SHELL=/bin/bash|' "$tree/etc/default/useradd"
sed -i -e '/^#\?\(HOME_MODE\|CREATE_HOME\)/d' "$tree/etc/login.defs"
printf 'HOME_MODE 0700\nCREATE_HOME yes\n' >>"$tree/etc/login.defs"
if [ -e "$tree/usr/sbin/adduser" ]; then
  in_tree dpkg-divert --quiet --local --rename --divert /usr/sbin/adduser.debian --add /usr/sbin/adduser
  ln -sf adduser.debian "$tree/usr/sbin/addgroup"
fi
ln -sf ../lib/hanbat/adduser "$tree/usr/sbin/adduser"
ln -sf ../bin/update-alternatives "$tree/usr/sbin/alternatives"
in_tree useradd -m -s /bin/bash -c "EC2 Default User" -G adm,systemd-journal ec2-user
echo 'ec2-user ALL=(ALL) NOPASSWD:ALL' >"$tree/etc/sudoers.d/90-ec2-user"
chmod 440 "$tree/etc/sudoers.d/90-ec2-user"
sed -i "s/^PRETTY_NAME=.*/PRETTY_NAME=\"Hanbat's stand-in for Amazon Linux 2 (Debian 12)\"/" "$tree/usr/lib/os-release"
# Directories that Amazon Linux has and Debian has not.
mkdir -p "$tree/usr/libexec" "$tree/opt" "$tree/etc/rc.d" "$tree/etc/yum" "$tree/etc/sysconfig"
ln -sf /lib/systemd/system/cron.service "$tree/etc/systemd/system/crond.service"
# sh is bash, and stays so when dash is upgraded.
ln -sf bash "$tree/bin/sh"
printf 'DPkg::Post-Invoke { "ln -sf bash /bin/sh"; };\n' >"$tree/etc/apt/apt.conf.d/91hanbat-sh"
touch "$tree/var/lib/apt/lists/.hanbat-refreshed"
# cloud-init asks for a token (IMDSv2) only where the firmware says that it is EC2; a container has none to say it. It is kept at this
# version, so that an update does not undo it.
sed -i 's/^def identify_aws(data):$/&\n    return CloudNames.AWS/' "$tree/usr/lib/python3/dist-packages/cloudinit/sources/DataSourceEc2.py"
grep -A1 '^def identify_aws' "$tree/usr/lib/python3/dist-packages/cloudinit/sources/DataSourceEc2.py" | grep -q 'return CloudNames.AWS'
in_tree python3 -m compileall -q /usr/lib/python3/dist-packages/cloudinit/sources >/dev/null
in_tree apt-mark hold cloud-init >/dev/null
# Everything that cloud-init waits for is hanbat-network: its local stage finds nothing here and costs a second.
mkdir -p "$tree/etc/cloud"
printf 'policy: enabled\n' >"$tree/etc/cloud/ds-identify.cfg"
for unit in cloud-init-local.service cloud-init-hotplugd.socket cloud-init-hotplugd.service logrotate.timer ssh.socket; do ln -sf /dev/null "$tree/etc/systemd/system/$unit"; done
in_tree systemctl enable ssh.service amazon-ssm-agent.service cron.service >/dev/null 2>&1
mkdir -p "$tree/etc/systemd/system/cloud-init.service.d" "$tree/etc/systemd/system/cloud-init-local.service.d"
printf '[Unit]\nAfter=hanbat-network.service\nWants=hanbat-network.service\n' >"$tree/etc/systemd/system/cloud-init.service.d/network.conf"
# Names that Ubuntu's packages have and Debian's have not, as packages that bring what stands in for them. Ubuntu's stand-in reads them.
names=$tree/usr/share/hanbat/ubuntu-names
mkdir -p "$names"
while read -r name brings; do
  build=$(mktemp -d)
  mkdir -p "$build/DEBIAN"
  printf 'Package: %s\nVersion: 8.0-0hanbat\nArchitecture: all\nMaintainer: Hanbat\nDepends: %s\nDescription: %s stands in for it\n' "$name" "$brings" "$brings" >"$build/DEBIAN/control"
  dpkg-deb --root-owner-group --build "$build" "$names/$name.deb" >/dev/null
  { cat "$build/DEBIAN/control"; printf 'Filename: ./%s.deb\nSize: %s\nSHA256: %s\n\n' "$name" "$(stat -c %s "$names/$name.deb")" "$(sha256sum <"$names/$name.deb" | cut -d' ' -f1)"; } >>"$names/Packages"
  rm -rf "$build"
done <<'T'
mysql-server default-mysql-server
mysql-client default-mysql-client
T
