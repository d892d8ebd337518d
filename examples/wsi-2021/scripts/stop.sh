#!/bin/bash
# ApplicationStop: the last revision's. A server on which the service never ran is as good as stopped.
systemctl stop wsi-api 2>/dev/null || true
