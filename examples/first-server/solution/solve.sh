#!/bin/bash
# The model solution, as the competitor. A second run finds what is there.
set -euo pipefail
export AWS_PAGER=""
cd "$(dirname "${BASH_SOURCE[0]}")"
find_server() {
  aws ec2 describe-instances --filters Name=tag:Name,Values=first-server Name=instance-state-name,Values=pending,running \
    --query 'Reservations[].Instances[].[InstanceId]' --output text
}

if [ -z "$(find_server)" ]; then
  group="$(aws ec2 create-security-group --group-name first-web --description web --query GroupId --output text)"
  for port in 22 80; do
    aws ec2 authorize-security-group-ingress --group-id "$group" --protocol tcp --port $port --cidr 0.0.0.0/0 >/dev/null
  done
  image="$(aws ssm get-parameter --name /aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2 --query Parameter.Value --output text)"
  data="$(mktemp)"
  { cat <<'END'
#!/bin/bash
mkdir -p /srv/page
base64 -d > /srv/page/index.html <<'PAGE'
END
    base64 ../handout/index.html
    cat <<'END'
PAGE
cat > /etc/systemd/system/page.service <<'UNIT'
[Service]
ExecStart=/usr/bin/python3 -m http.server 80 --directory /srv/page
Restart=always
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable --now page
END
  } > "$data"
  aws ec2 run-instances --image-id "$image" --instance-type t3.micro --key-name first-key --security-group-ids "$group" \
    --associate-public-ip-address --user-data "file://$data" \
    --tag-specifications 'ResourceType=instance,Tags=[{Key=Name,Value=first-server},{Key=team,Value=blue}]' >/dev/null
  rm -f "$data"
fi
aws ec2 wait instance-running --instance-ids "$(find_server)"
address="$(aws ec2 describe-instances --instance-ids "$(find_server)" --query 'Reservations[0].Instances[0].PublicIpAddress' --output text)"
for _ in $(seq 120); do
  if curl -fsS --max-time 5 "http://$address/" >/dev/null 2>&1; then echo "http://$address/ answers"; exit 0; fi
  sleep 1
done
echo "http://$address/ does not answer after two minutes" >&2
exit 1
