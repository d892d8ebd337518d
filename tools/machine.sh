# What tools/try-on boots: a Debian's disk, made once, and a PC in QEMU on a copy of it. Reads $system, $suite, $where, $payload, $offline.
# All traffic of the machine leaves as sockets of QEMU; private addresses have no way out of it.

machine_mirror() { apt-get indextargets --format '$(SITE) $(LABEL)' 'Created-By: Packages' 2>/dev/null | awk -v l="$1" '{s=$1; $1=""; sub(/^ /,""); if ($0==l) {print s; exit}}'; }

machine_sources() {
  local key=/usr/share/keyrings/debian-archive-keyring.gpg mirror security
  mirror=${HANBAT_DEBIAN_MIRROR:-$(machine_mirror Debian)} security=${HANBAT_DEBIAN_SECURITY_MIRROR:-$(machine_mirror Debian-Security)}
  [ -n "$mirror" ] || { echo "no Debian mirror in this machine's apt sources; set HANBAT_DEBIAN_MIRROR" >&2; return 1; }
  printf 'deb [signed-by=%s] %s %s main\n' $key "$mirror" "$suite" $key "$mirror" "$suite-updates"
  [ -z "$security" ] || printf 'deb [signed-by=%s] %s %s main\n' $key "$security" "$suite-security"
  # Where the README sends people of Debian 12 for Incus and the AWS CLI.
  [ "$suite" != bookworm ] || printf 'deb [signed-by=%s] %s %s main\n' $key "$mirror" "$suite-backports"
}

# Whom the machine's network is: QEMU's own 10.0.2.0/24, everything else private nowhere.
machine_network() {
  printf '[Match]\nName=eth0\n[Network]\nAddress=10.0.2.15/24\nGateway=10.0.2.2\nLinkLocalAddressing=no\n'
  printf '[Route]\nDestination=%s\nType=blackhole\nMetric=9000\n' 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 198.18.0.0/15
}

# make_base: $where/base.ext4, linux and initrd; made anew a month after.
make_base() {
  [ -z "$(find "$where/base.ext4" -mtime +30 2>/dev/null)" ] || rm -f "$where/base.ext4"
  [ ! -s "$where/base.ext4" ] || return 0
  local tree=$where/tree
  rm -rf --one-file-system "$tree"
  [ -s "$where/key" ] || ssh-keygen -q -t ed25519 -N '' -f "$where/key"
  machine_sources > "$where/sources.list"
  mmdebstrap --mode=root --variant=apt --aptopt='Acquire::Retries "5"' --aptopt='Apt::Install-Recommends "false"' --dpkgopt=force-unsafe-io \
    --include=linux-image-amd64,systemd-sysv,dbus,udev,kmod,openssh-server,apparmor,apparmor-utils,ca-certificates,debian-archive-keyring,python3-boto3,iproute2,iputils-ping,less \
    "$suite" "$tree" "$where/sources.list" </dev/null
  # What a user of AWS has, and tools that every developer does; the rest comes with the package, above all what starts services and
  # what knows of firewalls. Not from the machine, where the same takes many minutes.
  cp /etc/resolv.conf "$tree/etc/resolv.conf"
  chroot "$tree" bash -c "export DEBIAN_FRONTEND=noninteractive && apt-get update && apt-get install -y curl git gnupg rsync bzip2 xz-utils zstd squashfs-tools btrfs-progs mmdebstrap skopeo &&
    apt-get install -y $([ "$suite" != bookworm ] || echo -t bookworm-backports) awscli && apt-get clean" </dev/null
  rm -f "$tree/etc/apt/apt.conf.d/99mmdebstrap"
  mkdir -p "$tree/root/.ssh" "$tree/usr/local/share/ca-certificates" "$tree/payload"
  cp "$where/key.pub" "$tree/root/.ssh/authorized_keys"
  find /usr/local/share/ca-certificates -maxdepth 1 -name '*.crt' -type f -exec cp {} "$tree/usr/local/share/ca-certificates/" \;
  chroot "$tree" update-ca-certificates >/dev/null 2>&1
  machine_network > "$tree/etc/systemd/network/eth0.network"
  chroot "$tree" systemctl -q enable systemd-networkd ssh
  printf 'nameserver 10.0.2.3\n' > "$tree/etc/resolv.conf"
  printf '%s\n' "$system" > "$tree/etc/hostname"
  printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$system" > "$tree/etc/hosts"
  printf '/dev/vda / ext4 defaults 0 1\npayload /payload 9p ro,trans=virtio,msize=262144,nofail 0 0\n' > "$tree/etc/fstab"
  : > "$tree/etc/machine-id"
  touch "$tree/etc/default/locale"
  # It is booted from files beside its disk: nobody reads an initrd that a package would make anew.
  sed -i 's/^update_initramfs=.*/update_initramfs=no/' "$tree/etc/initramfs-tools/update-initramfs.conf"
  cp "$tree"/boot/vmlinuz-* "$where/linux"
  cp "$tree"/boot/initrd.img-* "$where/initrd"
  mkfs.ext4 -q -F -L root -d "$tree" "$where/base.new" 24G
  rm -rf --one-file-system "$tree"
  mv "$where/base.new" "$where/base.ext4"
}

fresh_disk() { rm -f "$where/disk.qcow2"; qemu-img create -q -f qcow2 -F raw -b base.ext4 "$where/disk.qcow2"; }

# boot <limit in s>: starts it, and waits until it can be entered and its services have started.
# On a busy host the kernel would take an emulated timer that comes late for a broken one (no_timer_check), and systemd gives up
# on slow starts after 90 s. A panic ends QEMU.
boot() {
  ssh_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  qemu-system-x86_64 -machine q35 -accel "${HANBAT_ACCEL:-tcg,thread=multi}" -cpu max -smp 2 -m 5120 -display none -no-reboot \
    -kernel "$where/linux" -initrd "$where/initrd" -append "root=/dev/vda rw console=ttyS0 net.ifnames=0 no_timer_check panic=-1 quiet \
systemd.default_timeout_start_sec=600 systemd.default_device_timeout_sec=600" \
    -serial "file:$logs/console.log" -monitor none \
    -drive "file=$where/disk.qcow2,if=virtio,cache=unsafe,discard=unmap" \
    -netdev "user,id=n0,restrict=$([ -n "$offline" ] && echo on || echo off),hostfwd=tcp:127.0.0.1:$ssh_port-:22" -device virtio-net-pci,netdev=n0 -device virtio-rng-pci \
    -virtfs "local,path=$payload,mount_tag=payload,security_model=none,readonly=on" >> "$logs/qemu.log" 2>&1 </dev/null &
  qemu=$!
  local until=$((SECONDS + $1)) said=""
  while [ $SECONDS -lt $until ]; do
    kill -0 "$qemu" 2>/dev/null || { tail -n 5 "$logs/qemu.log" >&2; return 1; }
    said=$(in_machine 30 'systemctl is-system-running' 2>/dev/null || true)
    case "$said" in running | degraded) return 0 ;; esac
    sleep 3
  done
  echo "the machine does not come up: ${said:-it cannot be entered}" >&2
  tail -n 15 "$logs/console.log" >&2
  return 1
}

# in_machine <limit in s> <shell words…>
in_machine() {
  local limit=$1; shift
  timeout "$limit" ssh -q -i "$where/key" -p "$ssh_port" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes \
    -o ConnectTimeout=10 -o ServerAliveInterval=15 root@127.0.0.1 "$@"
}

# cut_power: what the machine had not written is gone, as if its plug was pulled. What it had written is there without a sync of
# this machine's (cache=unsafe), as this machine goes on.
cut_power() { kill -9 "$qemu" 2>/dev/null || true; wait "$qemu" 2>/dev/null || true; qemu=""; }
