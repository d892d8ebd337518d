#!/bin/bash
# ec2_launch.sh <name> [subnet name]: launches one API server with the tag Name=<name>, in everything else like
# wsi-api-1 and wsi-api-2. Without a subnet it takes the private one that has fewer of them. Prints the instance's id.
set -euo pipefail

name="${1:-}"
if [ $# -lt 1 ] || [ $# -gt 2 ] || [ -z "$name" ]; then echo "usage: $0 <name> [subnet name]" >&2; exit 2; fi
user_data="${WSI_USER_DATA:-/opt/wsi-api-user-data.sh}"

if [ -z "${AWS_REGION:-${AWS_DEFAULT_REGION:-}}" ]; then
  token="$(curl -fsS -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' http://169.254.169.254/latest/api/token)"
  AWS_REGION="$(curl -fsS -H "X-aws-ec2-metadata-token: $token" http://169.254.169.254/latest/meta-data/placement/region)"
fi
export AWS_DEFAULT_REGION="${AWS_REGION:-$AWS_DEFAULT_REGION}" AWS_PAGER=""

# The subnets' ids, in the order of their names.
subnets() {
  aws ec2 describe-subnets --filters "Name=tag:Name,Values=$1" --query "sort_by(Subnets,&Tags[?Key=='Name']|[0].Value)[].SubnetId" --output text
}

if [ -n "${2:-}" ]; then
  subnet="$(subnets "$2")"
else
  servers="$(aws ec2 describe-instances --filters Name=tag:wsi:deploy:group,Values=dev-api Name=instance-state-name,Values=pending,running \
    --query 'Reservations[].Instances[].SubnetId' --output text)"
  subnet="" fewest=""
  for one in $(subnets wsi-private-a,wsi-private-b); do
    count="$(tr '\t' '\n' <<<"$servers" | grep -cx "$one" || true)"
    if [ -z "$fewest" ] || [ "$count" -lt "$fewest" ]; then subnet="$one" fewest="$count"; fi
  done
fi
group="$(aws ec2 describe-security-groups --filters "Name=group-name,Values=wsi-api-sg" \
  --query 'SecurityGroups[0].GroupId' --output text)"
image="$(aws ssm get-parameter --name /aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2 \
  --query Parameter.Value --output text)"

aws ec2 run-instances --image-id "$image" --instance-type t3.small --count 1 \
  --subnet-id "$subnet" --security-group-ids "$group" --iam-instance-profile Name=wsi-api \
  --user-data "file://$user_data" \
  --tag-specifications "ResourceType=instance,Tags=[{Key=Name,Value=$name},{Key=wsi:deploy:group,Value=dev-api}]" \
  --query 'Instances[0].InstanceId' --output text
