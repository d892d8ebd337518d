#!/bin/bash
# First boot of the bastion: docker, aws, and the script that launches API servers.
base64 -d > /opt/ec2_launch.sh <<'END'
@EC2_LAUNCH@
END
base64 -d > /opt/wsi-api-user-data.sh <<'END'
@API_USER_DATA@
END
chmod 755 /opt/ec2_launch.sh
for _ in $(seq 20); do
  command -v docker >/dev/null || amazon-linux-extras install -y docker || yum install -y docker
  command -v aws >/dev/null || yum install -y awscli
  command -v docker >/dev/null && command -v aws >/dev/null && break
  sleep 3
done
systemctl enable --now docker 2>/dev/null || true
if getent group docker >/dev/null; then usermod -aG docker ec2-user; fi
touch /var/lib/wsi-bastion-ready
