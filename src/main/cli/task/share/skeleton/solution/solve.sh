#!/bin/bash
# The model solution: run as the competitor, in a shell in which `aws` means the competitor's account.
set -euo pipefail
export AWS_PAGER=""
vpc="$(aws ec2 create-vpc --cidr-block 10.2.0.0/16 --query Vpc.VpcId --output text \
  --tag-specifications 'ResourceType=vpc,Tags=[{Key=Name,Value=my-vpc}]')"
aws ec2 create-subnet --vpc-id "$vpc" --cidr-block 10.2.0.0/24 \
  --tag-specifications 'ResourceType=subnet,Tags=[{Key=Name,Value=my-subnet}]' >/dev/null
