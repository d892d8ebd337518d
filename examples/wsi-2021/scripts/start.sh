#!/bin/bash
# ApplicationStart: the service manager keeps the process, also over a reboot of the server.
set -euo pipefail
systemctl daemon-reload
systemctl enable --quiet wsi-api
systemctl restart wsi-api
