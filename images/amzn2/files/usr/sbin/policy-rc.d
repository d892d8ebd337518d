#!/bin/sh
# What yum and dnf install is not started by it, as on Amazon Linux; apt-get starts it, as on Debian and Ubuntu.
[ -z "$HANBAT_YUM" ] || exit 101
