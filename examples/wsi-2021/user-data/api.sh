#!/bin/bash
# First boot of an API server: only CodeDeploy's agent, as AWS documents it. All else comes with a deployment.
token="$(curl -fsS -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' http://169.254.169.254/latest/api/token)"
region="$(curl -fsS -H "X-aws-ec2-metadata-token: $token" http://169.254.169.254/latest/meta-data/placement/region)"
cd /tmp || exit 1
# A new NAT gateway may take a while to carry packets.
for _ in $(seq 60); do
  curl -fsS --max-time 20 -o install "https://aws-codedeploy-$region.s3.$region.amazonaws.com/latest/install" && break
  sleep 3
done
# AWS's installer is a Ruby program.
if head -n 1 install | grep -q ruby; then yum install -y ruby; fi
chmod +x install
./install auto
