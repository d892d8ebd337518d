#!/bin/bash
# BeforeInstall: brings Python and Flask to a server on which nothing is installed. A second run finds them and is quick.
set -euo pipefail

if ! python3 -c 'import flask' 2>/dev/null; then
  yum install -y python3
  # Flask from the distribution where it has it (Debian); from PyPI where it has not (Amazon Linux 2).
  yum install -y python3-flask || { yum install -y python3-pip && pip3 install flask; }
  python3 -c 'import flask'
fi
mkdir -p /opt/wsi-api
