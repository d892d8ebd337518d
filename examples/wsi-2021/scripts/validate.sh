#!/bin/bash
# ValidateService: the deployment succeeds only when the application itself answers.
for _ in $(seq 100); do
  if curl -fsS --max-time 2 http://127.0.0.1:8080/health; then exit 0; fi
  sleep 0.2
done
echo "GET /health did not answer within 20 s" >&2
systemctl status wsi-api --no-pager >&2
exit 1
