#!/bin/bash
# Builds the whole commission with the plain AWS CLI: what is there and right is left alone, what is missing is made.
# Runs against AWS as well as against Hanbat (`eval "$(hanbat env)"` first). Prints one line per resource.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

work="$(mktemp -d)"          # what was made, a line each; the output of what runs beside the rest
trap 'rm -rf "$work"' EXIT
touch "$work/made"
new() { printf '%s\n' "$*" >> "$work/made"; say "  + $*"; }
same() { say "    $*"; }

# list <kind> <aws arguments…>: notes what there is of a kind in one call: a line each, its name and what else the query gives.
list() { local kind="$1"; shift; aws "$@" --output text > "$work/$kind"; }
# known <kind> <name> [column]: what was noted of it, its id when no column is named; nothing when it is not there.
known() { awk -F '\t' -v name="$2" -v column="${3:-2}" '$1 == name { print $column; exit }' "$work/$1"; }
name_tag="Tags[?Key=='Name']|[0].Value"

tags() { printf 'ResourceType=%s,Tags=[{Key=Name,Value=%s}]' "$1" "$2"; }

# ---- IAM --------------------------------------------------------------------------------------------------------

# ensure_role <name> <who assumes it>: the role, with exactly the inline policy that lies in policies/<name>.json.
ensure_role() {
  local name="$1" have want
  if [ -z "$(known roles "$name")" ]; then
    aws iam create-role --role-name "$name" --assume-role-policy-document "file://$WSI_HOME/policies/trust-$2.json" >/dev/null
    new "role $name"
  else
    same "role $name"
  fi
  have="$(find_ iam get-role-policy --role-name "$name" --policy-name "$name" --query 'to_string(PolicyDocument)' | tr -d ' \n')"
  want="$(render "$WSI_HOME/policies/$name.json" | tr -d ' \n')"
  if [ "$have" != "$want" ]; then
    aws iam put-role-policy --role-name "$name" --policy-name "$name" \
      --policy-document "$(render "$WSI_HOME/policies/$name.json")"
    new "policy of role $name"
  fi
}

ensure_instance_profile() {
  local role
  role="$(known profiles "$1")"
  if [ -z "$role" ]; then
    aws iam create-instance-profile --instance-profile-name "$1" >/dev/null
    new "instance profile $1"
  fi
  if [ "$role" != "$1" ]; then
    aws iam add-role-to-instance-profile --instance-profile-name "$1" --role-name "$1"
  else
    same "instance profile $1"
  fi
}

provision_iam() {
  say "IAM roles"
  list roles iam list-roles --query 'Roles[].[RoleName,Arn]'
  list profiles iam list-instance-profiles --query 'InstanceProfiles[].[InstanceProfileName,Roles[0].RoleName]'
  ensure_role wsi-api ec2
  ensure_role wsi-bastion ec2
  ensure_role wsi-api-build codebuild
  ensure_role wsi-api-release codebuild
  ensure_role wsi-codedeploy codedeploy
  ensure_role wsi-codepipeline codepipeline
  ensure_role wsi-events events
  ensure_instance_profile wsi-api
  ensure_instance_profile wsi-bastion
}

# ---- Networking -------------------------------------------------------------------------------------------------

ensure_subnet() {  # <name> <cidr> <zone>; sets $subnet
  subnet="$(known subnets "$1")"
  if [ -n "$subnet" ]; then same "subnet $1 $subnet"; return; fi
  subnet="$(get ec2 create-subnet --vpc-id "$vpc" --cidr-block "$2" --availability-zone "$3" \
    --tag-specifications "$(tags subnet "$1")" --query Subnet.SubnetId)"
  new "subnet $1 $subnet"
}

ensure_nat() {  # <name> <public subnet>; sets $nat
  local address
  nat="$(known gateways "$1")"
  if [ -n "$nat" ]; then same "NAT gateway $1 $nat"; return; fi
  address="$(get ec2 describe-addresses --filters "$(named "$1")" --query 'Addresses[0].AllocationId')"
  [ -n "$address" ] || address="$(get ec2 allocate-address --domain vpc --tag-specifications "$(tags elastic-ip "$1")" \
    --query AllocationId)"
  nat="$(get ec2 create-nat-gateway --subnet-id "$2" --allocation-id "$address" \
    --tag-specifications "$(tags natgateway "$1")" --query NatGateway.NatGatewayId)"
  new "NAT gateway $1 $nat"
}

# ensure_route_table <name> <--gateway-id|--nat-gateway-id> <target> <subnets…>
ensure_route_table() {
  local name="$1" flag="$2" target="$3" table there subnet_; shift 3
  table="$(known tables "$name")"
  if [ -z "$table" ]; then
    table="$(get ec2 create-route-table --vpc-id "$vpc" --tag-specifications "$(tags route-table "$name")" \
      --query RouteTable.RouteTableId)"
    new "route table $name $table"
  else
    same "route table $name $table"
  fi
  there="$(known tables "$name" 4)"
  if [ "$(known tables "$name" 3)" != "$target" ]; then
    # A default route to somewhere else is put right.
    aws ec2 create-route --route-table-id "$table" --destination-cidr-block 0.0.0.0/0 "$flag" "$target" >/dev/null 2>&1 ||
      aws ec2 replace-route --route-table-id "$table" --destination-cidr-block 0.0.0.0/0 "$flag" "$target"
    new "route 0.0.0.0/0 of $name to $target"
  fi
  for subnet_ in "$@"; do
    case ",$there," in
      *",$subnet_,"*) ;;
      *)
        aws ec2 associate-route-table --route-table-id "$table" --subnet-id "$subnet_" >/dev/null
        new "association of $name with $subnet_" ;;
    esac
  done
}

provision_network() {
  local gateway route
  say "networking"
  vpc="$(vpc_id)"
  if [ -z "$vpc" ]; then
    vpc="$(get ec2 create-vpc --cidr-block 10.1.0.0/16 --tag-specifications "$(tags vpc wsi-vpc)" --query Vpc.VpcId)"
    aws ec2 wait vpc-available --vpc-ids "$vpc"
    new "VPC wsi-vpc $vpc"
  else
    same "VPC wsi-vpc $vpc"
  fi
  list subnets ec2 describe-subnets --filters "Name=vpc-id,Values=$vpc" --query "Subnets[].[$name_tag,SubnetId]"
  list internet ec2 describe-internet-gateways --filters "$(named wsi-igw)" \
    --query "InternetGateways[].[$name_tag,InternetGatewayId,Attachments[0].VpcId]"
  list gateways ec2 describe-nat-gateways --filter "Name=vpc-id,Values=$vpc" Name=state,Values=pending,available \
    --query "NatGateways[].[$name_tag,NatGatewayId,State]"
  route="(Routes[?DestinationCidrBlock=='0.0.0.0/0']|[0].[NatGatewayId,GatewayId])[?@]|[0]"
  list tables ec2 describe-route-tables --filters "Name=vpc-id,Values=$vpc" \
    --query "RouteTables[].[$name_tag,RouteTableId,$route,join(',',Associations[?SubnetId].SubnetId)]"
  ensure_subnet wsi-private-a 10.1.0.0/24 "${AWS_REGION}a"; private_a="$subnet"
  ensure_subnet wsi-private-b 10.1.1.0/24 "${AWS_REGION}b"; private_b="$subnet"
  ensure_subnet wsi-public-a 10.1.2.0/24 "${AWS_REGION}a"; public_a="$subnet"
  ensure_subnet wsi-public-b 10.1.3.0/24 "${AWS_REGION}b"; public_b="$subnet"

  gateway="$(known internet wsi-igw)"
  if [ -z "$gateway" ]; then
    gateway="$(get ec2 create-internet-gateway --tag-specifications "$(tags internet-gateway wsi-igw)" \
      --query InternetGateway.InternetGatewayId)"
    new "internet gateway $gateway"
  fi
  [ "$(known internet wsi-igw 3)" = "$vpc" ] || aws ec2 attach-internet-gateway --internet-gateway-id "$gateway" --vpc-id "$vpc"

  ensure_route_table wsi-public-rt --gateway-id "$gateway" "$public_a" "$public_b"
  ensure_nat wsi-nat-a "$public_a"; nat_a="$nat"
  ensure_nat wsi-nat-b "$public_b"; nat_b="$nat"
  [ "$(known gateways wsi-nat-a 3)-$(known gateways wsi-nat-b 3)" = available-available ] ||
    aws ec2 wait nat-gateway-available --nat-gateway-ids "$nat_a" "$nat_b"
  ensure_route_table wsi-private-a-rt --nat-gateway-id "$nat_a" "$private_a"
  ensure_route_table wsi-private-b-rt --nat-gateway-id "$nat_b" "$private_b"
}

# ensure_group <name> <description>: a security group that lets nothing in or out yet; sets $group.
ensure_group() {
  group="$(known groups "$1")"
  if [ -n "$group" ]; then same "security group $1 $group"; return; fi
  group="$(get ec2 create-security-group --group-name "$1" --description "$2" --vpc-id "$vpc" \
    --tag-specifications "$(tags security-group "$1")" --query GroupId)"
  aws ec2 revoke-security-group-egress --group-id "$group" \
    --ip-permissions 'IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}]' >/dev/null
  new "security group $1 $group"
}

# allow <ingress|egress> <group> <port> <cidr or group>
allow() {
  local peer
  case "$4" in
    sg-*) peer="UserIdGroupPairs=[{GroupId=$4}]" ;;
    *) peer="IpRanges=[{CidrIp=$4}]" ;;
  esac
  grep -qs "^$1 $2 $3 $4\$" "$work/rules" && return
  tolerate InvalidPermission.Duplicate aws ec2 "authorize-security-group-$1" --group-id "$2" \
    --ip-permissions "IpProtocol=tcp,FromPort=$3,ToPort=$3,$peer"
}

provision_security_groups() {
  local port
  say "security groups"
  list groups ec2 describe-security-groups --filters "Name=vpc-id,Values=$vpc" --query 'SecurityGroups[].[GroupName,GroupId]'
  ensure_group wsi-alb-sg "the load balancer"; alb_group="$group"
  ensure_group wsi-api-sg "the API servers"; api_group="$group"
  ensure_group wsi-bastion-sg "the bastion"; bastion_group="$group"
  # The rules that are there, as "ingress sg-… 80 0.0.0.0/0".
  get ec2 describe-security-group-rules --filters "Name=group-id,Values=$alb_group,$api_group,$bastion_group" \
    --query 'SecurityGroupRules[].[IsEgress,GroupId,FromPort,CidrIpv4||ReferencedGroupInfo.GroupId]' |
    sed -e 's/^True/egress/' -e 's/^False/ingress/' -e 's/\t/ /g' > "$work/rules"
  allow ingress "$alb_group" 80 0.0.0.0/0
  allow egress "$alb_group" 8080 "$api_group"
  allow ingress "$api_group" 8080 "$alb_group"
  allow ingress "$api_group" 8080 "$bastion_group"
  allow ingress "$api_group" 22 "$bastion_group"
  allow ingress "$bastion_group" 22 0.0.0.0/0
  for port in 80 443; do
    allow egress "$api_group" "$port" 0.0.0.0/0
    allow egress "$bastion_group" "$port" 0.0.0.0/0
  done
  allow egress "$bastion_group" 8080 "$api_group"
  allow egress "$bastion_group" 22 "$api_group"
}

# ---- EC2 --------------------------------------------------------------------------------------------------------

ensure_key_pair() {
  if [ ! -f "$WSI_KEY" ]; then ssh-keygen -q -t ed25519 -N '' -C wsi-2021 -f "$WSI_KEY"; fi
  if [ -n "$(find_ ec2 describe-key-pairs --key-names wsi-key --query 'KeyPairs[0].KeyName')" ]; then same "key pair wsi-key"; return; fi
  aws ec2 import-key-pair --key-name wsi-key --public-key-material "fileb://$WSI_KEY.pub" >/dev/null
  new "key pair wsi-key ($WSI_KEY)"
}

ensure_bastion() {  # sets $id
  local image data
  id="$(known instances wsi-bastion)"
  if [ -n "$id" ]; then same "instance wsi-bastion $id"; return; fi
  image="$(get ssm get-parameter --name /aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2 --query Parameter.Value)"
  data="$(mktemp)"
  while IFS= read -r line; do
    case "$line" in
      @EC2_LAUNCH@) base64 "$WSI_HOME/ec2_launch.sh" ;;
      @API_USER_DATA@) base64 "$WSI_HOME/user-data/api.sh" ;;
      *) printf '%s\n' "$line" ;;
    esac
  done < "$WSI_HOME/user-data/bastion.sh" > "$data"
  id="$(patiently 'Invalid IAM Instance Profile' get ec2 run-instances --image-id "$image" --instance-type t3.small --count 1 \
    --key-name wsi-key --subnet-id "$public_a" --security-group-ids "$bastion_group" --associate-public-ip-address \
    --iam-instance-profile Name=wsi-bastion --user-data "file://$data" \
    --tag-specifications "$(tags instance wsi-bastion)" --query 'Instances[0].InstanceId')"
  rm -f "$data"
  new "instance wsi-bastion $id"
}

ensure_server() {  # <name> <subnet name>; sets $id
  id="$(known instances "$1")"
  if [ -n "$id" ]; then same "instance $1 $id"; return; fi
  id="$(WSI_USER_DATA="$WSI_HOME/user-data/api.sh" patiently 'Invalid IAM Instance Profile' "$WSI_HOME/ec2_launch.sh" "$1" "$2")"
  new "instance $1 $id"
}

provision_instances() {
  say "EC2 instances"
  ensure_key_pair
  list instances ec2 describe-instances --filters Name=tag:Name,Values=wsi-api-1,wsi-api-2,wsi-bastion \
    Name=instance-state-name,Values=pending,running,stopping,stopped --query "Reservations[].Instances[].[$name_tag,InstanceId]"
  ensure_server wsi-api-1 wsi-private-a; server_1="$id"
  ensure_server wsi-api-2 wsi-private-b; server_2="$id"
  ensure_bastion; bastion="$id"
}

# ---- Load balancer ----------------------------------------------------------------------------------------------

provision_balancer() {
  local alb group_arn
  say "load balancer"
  group_arn="$(target_group_arn)"
  if [ -z "$group_arn" ]; then
    group_arn="$(get elbv2 create-target-group --name wsi-api-tg --protocol HTTP --port 8080 --vpc-id "$vpc" \
      --target-type instance --health-check-path /health --health-check-interval-seconds 5 --health-check-timeout-seconds 2 \
      --healthy-threshold-count 2 --unhealthy-threshold-count 2 --query 'TargetGroups[0].TargetGroupArn')"
    aws elbv2 modify-target-group-attributes --target-group-arn "$group_arn" \
      --attributes Key=deregistration_delay.timeout_seconds,Value=30 >/dev/null
    new "target group wsi-api-tg"
  else
    same "target group wsi-api-tg"
  fi
  alb="$(find_ elbv2 describe-load-balancers --names wsi-alb --query 'LoadBalancers[0].LoadBalancerArn')"
  if [ -z "$alb" ]; then
    alb="$(get elbv2 create-load-balancer --name wsi-alb --type application --scheme internet-facing \
      --subnets "$public_a" "$public_b" --security-groups "$alb_group" --query 'LoadBalancers[0].LoadBalancerArn')"
    new "load balancer wsi-alb"
  else
    same "load balancer wsi-alb"
  fi
  if [ -z "$(get elbv2 describe-listeners --load-balancer-arn "$alb" --query 'Listeners[0].ListenerArn')" ]; then
    aws elbv2 create-listener --load-balancer-arn "$alb" --protocol HTTP --port 80 \
      --default-actions "Type=forward,TargetGroupArn=$group_arn" >/dev/null
    new "listener 80 of wsi-alb"
  fi
  balancer="$alb"
}

# ---- Delivery ---------------------------------------------------------------------------------------------------

provision_stores() {
  say "repository, registry, artifact bucket"
  if [ -z "$(find_ codecommit get-repository --repository-name wsi-api-repo --query repositoryMetadata.repositoryId)" ]; then
    aws codecommit create-repository --repository-name wsi-api-repo >/dev/null
    new "CodeCommit repository wsi-api-repo"
  else
    same "CodeCommit repository wsi-api-repo"
  fi
  if [ -z "$(find_ ecr describe-repositories --repository-names wsi-api-ecr --query 'repositories[0].repositoryUri')" ]; then
    aws ecr create-repository --repository-name wsi-api-ecr >/dev/null
    new "ECR repository wsi-api-ecr"
  else
    same "ECR repository wsi-api-ecr"
  fi
  if aws s3api head-bucket --bucket "$(bucket)" >/dev/null 2>&1; then
    same "bucket $(bucket)"
  else
    aws s3api create-bucket --bucket "$(bucket)" --create-bucket-configuration "LocationConstraint=$AWS_REGION" >/dev/null
    aws s3api put-bucket-versioning --bucket "$(bucket)" --versioning-configuration Status=Enabled
    new "bucket $(bucket)"
  fi
}

role_arn() { printf 'arn:aws:iam::%s:role/%s' "$(account)" "$1"; }

provision_builds() {
  local there variables
  say "CodeBuild projects"
  there=" $(get codebuild batch-get-projects --names wsi-api-build wsi-api-release --query 'projects[].name' | tr '\t\n' '  ') "
  if [ "${there#* wsi-api-build }" = "$there" ]; then
    patiently 'AssumeRole' aws codebuild create-project --name wsi-api-build --service-role "$(role_arn wsi-api-build)" \
      --source type=CODEPIPELINE,buildspec=buildspec.yml --artifacts type=CODEPIPELINE \
      --environment "type=LINUX_CONTAINER,computeType=BUILD_GENERAL1_SMALL,image=$WSI_BUILD_IMAGE" \
      --logs-config 'cloudWatchLogs={status=ENABLED,groupName=/aws/codebuild/wsi-api-build}' >/dev/null
    new "project wsi-api-build"
  else
    same "project wsi-api-build"
  fi
  if [ "${there#* wsi-api-release }" = "$there" ]; then
    variables="[{name=REPOSITORY_URI,value=$(registry)/wsi-api-ecr},{name=BASE_IMAGE,value=$WSI_BASE_IMAGE}]"
    patiently 'AssumeRole' aws codebuild create-project --name wsi-api-release --service-role "$(role_arn wsi-api-release)" \
      --source "type=CODECOMMIT,location=$(clone_url),buildspec=buildspec-release.yml" --source-version refs/heads/release \
      --artifacts type=NO_ARTIFACTS \
      --environment "type=LINUX_CONTAINER,computeType=BUILD_GENERAL1_SMALL,image=$WSI_BUILD_IMAGE,privilegedMode=true,environmentVariables=$variables" \
      --logs-config 'cloudWatchLogs={status=ENABLED,groupName=/aws/codebuild/wsi-api-release}' >/dev/null
    new "project wsi-api-release"
  else
    same "project wsi-api-release"
  fi
}

provision_deploy() {
  say "CodeDeploy"
  if [ -z "$(find_ deploy get-application --application-name wsi-api --query application.applicationId)" ]; then
    aws deploy create-application --application-name wsi-api --compute-platform Server >/dev/null
    new "application wsi-api"
  else
    same "application wsi-api"
  fi
  if [ -z "$(find_ deploy get-deployment-group --application-name wsi-api --deployment-group-name dev-api \
      --query deploymentGroupInfo.deploymentGroupId)" ]; then
    patiently 'assume|AssumeRole' aws deploy create-deployment-group --application-name wsi-api --deployment-group-name dev-api \
      --service-role-arn "$(role_arn wsi-codedeploy)" --deployment-config-name CodeDeployDefault.OneAtATime \
      --ec2-tag-filters "Key=$WSI_TAG_KEY,Value=$WSI_TAG_VALUE,Type=KEY_AND_VALUE" \
      --deployment-style deploymentType=IN_PLACE,deploymentOption=WITH_TRAFFIC_CONTROL \
      --load-balancer-info 'targetGroupInfoList=[{name=wsi-api-tg}]' >/dev/null
    new "deployment group dev-api"
  else
    same "deployment group dev-api"
  fi
}

ensure_rule() {  # <rule> <branch> <target arn>
  local there
  there="$(find_ events describe-rule --name "$1" --query State)"
  if [ "$there" != ENABLED ]; then
    aws events put-rule --name "$1" --event-pattern "$(render "$WSI_HOME/definitions/event-$2.json")" --state ENABLED >/dev/null
    new "rule $1"
  else
    same "rule $1"
  fi
  there="$(get events list-targets-by-rule --rule "$1" --query 'Targets[0].Arn')"
  if [ "$there" != "$3" ]; then
    aws events put-targets --rule "$1" --targets "Id=target,Arn=$3,RoleArn=$(role_arn wsi-events)" >/dev/null
    new "target of rule $1"
  fi
}

provision_pipeline() {
  say "pipeline and event rules"
  if [ -z "$(find_ codepipeline get-pipeline --name wsi-api-pipeline --query pipeline.name)" ]; then
    patiently 'assume|AssumeRole' aws codepipeline create-pipeline \
      --pipeline "$(render "$WSI_HOME/definitions/pipeline.json")" >/dev/null
    new "pipeline wsi-api-pipeline"
  else
    same "pipeline wsi-api-pipeline"
  fi
  ensure_rule wsi-api-main main "arn:aws:codepipeline:$AWS_REGION:$(account):wsi-api-pipeline"
  ensure_rule wsi-api-release release "arn:aws:codebuild:$AWS_REGION:$(account):project/wsi-api-release"
}

# beside <function>: runs it beside the rest; its lines are shown by join_.
beside() { "$1" > "$work/$1.log" 2>&1 & eval "pid_$1=$!"; }
join_() {
  local pid="pid_$1" status=0
  wait "${!pid}" || status=$?
  cat "$work/$1.log"
  [ $status -eq 0 ] || fail "$1 failed"
}

WSI_ACCOUNT="$(account)"
say "account $WSI_ACCOUNT, region $AWS_REGION"
beside provision_iam
beside provision_stores
provision_network
provision_security_groups
join_ provision_iam
join_ provision_stores
provision_instances
beside provision_builds
provision_balancer
join_ provision_builds
provision_deploy
provision_pipeline

say "waiting for the instances and the load balancer"
aws ec2 wait instance-running --instance-ids "$server_1" "$server_2" "$bastion"
aws elbv2 wait load-balancer-available --load-balancer-arns "$balancer"
say "done: $(wc -l < "$work/made") thing(s) made or changed; load balancer http://$(alb_dns), bastion $(bastion_ip)"
