#!/bin/bash
# check.sh [--json] [item…]: the marking sheet. One function per numbered item of the task, checked against the running
# system through the AWS APIs, the load balancer, and the bastion as the judges use it. Exit code 1 when an item fails.
# Each function says in `what` what it checks and in `seen` what it saw, and returns 0 when that is right.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

json=""
if [ "${1:-}" = --json ]; then json=1; shift; fi

words() { tr '\t\n' '  ' | sed 's/ *$//'; }

# ---- 3 Networking -----------------------------------------------------------------------------------------------

check_3_1() {
  what="VPC wsi-vpc is 10.1.0.0/16"
  seen="$(get ec2 describe-vpcs --filters "$(named wsi-vpc)" --query 'Vpcs[].CidrBlock' | words)"
  [ "$seen" = 10.1.0.0/16 ]
}

subnet_row() { awk -F '\t' -v name="$1" '$1 == name { print $2, $3, $4 }' <<<"$WSI_SUBNETS" | words; }

# default_route <subnet id>: name of the subnet's route table, and where its default route leads.
default_route() {
  get ec2 describe-route-tables --filters "Name=association.subnet-id,Values=$1" --query \
    "RouteTables[0].[Tags[?Key=='Name']|[0].Value,(Routes[?DestinationCidrBlock=='0.0.0.0/0']|[0].[NatGatewayId,GatewayId])[?@]|[0]]" | words
}

# subnet_is <name> <cidr> <route table> <igw|nat>
subnet_is() {
  local row route id
  what="$1 is $2, its table $3 leads out through a $4 gateway"
  row="$(subnet_row "$1")"
  id="${row##* }"
  route="$(default_route "$id")"
  seen="$row; $route"
  case "$row; $route" in
    "$2 "*"; $3 $4-"*) ;;
    *) return 1 ;;
  esac
  [ "$4" = igw ] && return
  local state; state="$(get ec2 describe-nat-gateways --nat-gateway-ids "${route##* }" --query 'NatGateways[0].State')"
  seen="$seen ($state)"
  [ "$state" = available ]
}
check_3_2() { subnet_is wsi-private-a 10.1.0.0/24 wsi-private-a-rt nat; }
check_3_3() { subnet_is wsi-private-b 10.1.1.0/24 wsi-private-b-rt nat; }
check_3_4() { subnet_is wsi-public-a 10.1.2.0/24 wsi-public-rt igw; }
check_3_5() { subnet_is wsi-public-b 10.1.3.0/24 wsi-public-rt igw; }

check_3_6() {
  what="Seoul; A and B are two zones; 80 and 443 are open outbound"
  local a b ports
  a="$(subnet_row wsi-private-a | cut -d' ' -f2) $(subnet_row wsi-public-a | cut -d' ' -f2)"
  b="$(subnet_row wsi-private-b | cut -d' ' -f2) $(subnet_row wsi-public-b | cut -d' ' -f2)"
  ports="$(get ec2 describe-security-groups --filters Name=group-name,Values=wsi-api-sg \
    --query "SecurityGroups[0].IpPermissionsEgress[?IpRanges[?CidrIp=='0.0.0.0/0']].FromPort" | words)"
  seen="A $a; B $b; out $ports"
  [ "$AWS_REGION" = ap-northeast-2 ] && [ "$a" = "ap-northeast-2a ap-northeast-2a" ] && [ "$b" = "ap-northeast-2b ap-northeast-2b" ] &&
    [[ " $ports " == *" 80 "* && " $ports " == *" 443 "* ]]
}

# ---- 4 Application ----------------------------------------------------------------------------------------------

file_of() { get codecommit get-file --repository-name wsi-api-repo --commit-specifier "$1" --file-path "$2" --query fileContent | base64 -d; }
version_of() { file_of "$1" src/app.py | sed -n 's/^VERSION = "\(.*\)"/\1/p'; }

check_4_1() {
  what="GET /health through the load balancer answers the version on main"
  local want; want="$(version_of main)"
  seen="$(curl -sS --max-time 10 "$(alb_url)/health" 2>&1 | tr -d ' \n') (main holds $want)"
  [ -n "$want" ] && [[ "$seen" == *"\"version\":\"$want\""* && "$seen" == *'"status":"ok"'* ]]
}

# ---- 5 EC2 ------------------------------------------------------------------------------------------------------

server_field() {
  get ec2 describe-instances --filters Name=tag:Name,Values=wsi-api-1,wsi-api-2 Name=instance-state-name,Values=running \
    --query "sort_by(Reservations[].Instances[],&Tags[?Key=='Name']|[0].Value)[].[$1]"
}

check_5_1() {
  what="wsi-api-1 and wsi-api-2 run in the private subnets, without an Auto Scaling group"
  local a b groups
  a="$(subnet_row wsi-private-a)"; b="$(subnet_row wsi-private-b)"
  groups="$(server_field "Tags[?starts_with(Key,'aws:autoscaling')]|[0].Value" | grep -v None)"
  seen="$(server_field "Tags[?Key=='Name']|[0].Value,SubnetId" | words)"
  [ "$seen" = "wsi-api-1 ${a##* } wsi-api-2 ${b##* }" ] && [ -z "$groups" ]
}
check_5_2() {
  what="both are t3.small of Amazon Linux 2 with $WSI_TAG_KEY=$WSI_TAG_VALUE"
  local image name
  image="$(server_field ImageId | sort -u | words)"
  name="$(get ec2 describe-images --image-ids $image --query 'Images[].[Name,Description]' | words)"
  seen="$(server_field "InstanceType,Tags[?Key=='$WSI_TAG_KEY']|[0].Value" | words); $name"
  [[ "$seen" == "t3.small dev-api t3.small dev-api; "* ]] && [[ "${name,,}" == *amzn2* || "${name,,}" == *"amazon linux 2"* ]]
}
check_5_3() {
  what="both carry the role wsi-api"
  seen="$(server_field IamInstanceProfile.Arn | sed 's/.*instance-profile/instance-profile/' | words); role $(
    get iam get-instance-profile --instance-profile-name wsi-api --query 'InstanceProfile.Roles[].RoleName' | words)"
  [ "$seen" = "instance-profile/wsi-api instance-profile/wsi-api; role wsi-api" ]
}
check_5_4() {
  what="first boot brings the agent only; a deployment brought packages and the application"
  local id data line
  seen=""
  for id in $(server_field InstanceId); do
    data="$(get ec2 describe-instance-attribute --instance-id "$id" --attribute userData --query UserData.Value | base64 -d)"
    if printf '%s' "$data" | grep -v '^#' | grep -qiE 'flask|pip|app\.py'; then seen="$seen $id installs more than the agent at boot;"; return 1; fi
    line="$(lifecycle_of "$id" "BeforeInstall ApplicationStart ValidateService")"
    seen="$seen $id: $line;"
    [ "$line" = "BeforeInstall=Succeeded ApplicationStart=Succeeded ValidateService=Succeeded" ] || return 1
  done
  [ -n "$seen" ]
}
check_5_5() {
  what="the application keeps no log"
  seen="$(file_of main scripts/wsi-api.service | grep '^Standard' | words)"
  [ "$seen" = "StandardOutput=null StandardError=null" ]
}
check_5_6() {
  what="the bastion is up and the judges can work on it"
  seen="$(bastion_ip): $(on_bastion 'hostname; test -e /var/lib/wsi-bastion-ready && echo ready; test -x /opt/ec2_launch.sh && echo /opt/ec2_launch.sh' 2>&1 | words)"
  [[ "$seen" == *" ready /opt/ec2_launch.sh" ]]
}

# ---- 6 CodeCommit -----------------------------------------------------------------------------------------------

check_6_1() {
  what="wsi-api-repo, default branch main, branches main and release"
  seen="$(get codecommit get-repository --repository-name wsi-api-repo --query repositoryMetadata.defaultBranch): $(
    get codecommit list-branches --repository-name wsi-api-repo --query 'sort(branches)' | words)"
  [ "$seen" = "main: main release" ]
}
check_6_2() {
  what="src/app.py and appspec.yml at the top"
  seen="src/app.py $(file_of main src/app.py | wc -c) bytes, appspec.yml $(file_of main appspec.yml | wc -c) bytes"
  [[ "$seen" != *" 0 bytes"* ]]
}
check_6_3() {
  what="both branches hold the same files"
  local clone; clone="$(mktemp -d)"
  local helper=()
  [ -n "${AWS_ENDPOINT_URL:-}" ] || helper=(-c 'credential.helper=!aws codecommit credential-helper $@' -c credential.UseHttpPath=true)
  if git "${helper[@]}" clone -q --bare "$(clone_url)" "$clone" 2>"$clone.err"; then
    seen="tree of main $(git -C "$clone" rev-parse --short 'main^{tree}'), of release $(git -C "$clone" rev-parse --short 'release^{tree}')"
    git -C "$clone" diff --quiet main release
  else
    seen="clone failed: $(tail -n 1 "$clone.err")"; false
  fi
  local status=$?; rm -rf "$clone" "$clone.err"; return $status
}

# ---- 7 CodeBuild ------------------------------------------------------------------------------------------------

last_build() { get codebuild list-builds-for-project --project-name "$1" --max-items 1 --query 'ids[0]' | head -n 1; }
build_field() { get codebuild batch-get-builds --ids "$1" --query "builds[0].[$2]" | words; }

check_7_1() {
  what="the build of main hands over app.pyc"
  local id location zip status
  id="$(last_build wsi-api-build)"
  location="$(build_field "$id" artifacts.location)"; location="${location#arn:aws:s3:::}"
  zip="$(mktemp)"
  aws s3api get-object --bucket "${location%%/*}" --key "${location#*/}" "$zip" >/dev/null 2>&1
  seen="$(build_field "$id" buildStatus): $(python3 -m zipfile -l "$zip" 2>&1 | sed 1d | cut -d' ' -f1 | words)"
  rm -f "$zip"
  [[ "$seen" == "SUCCEEDED: "* && " $seen " == *" app.pyc "* && " $seen " == *" appspec.yml "* ]]
}
check_7_2() {
  what="the builds' output is in CloudWatch Logs"
  local project id group_stream count
  seen=""
  for project in wsi-api-build wsi-api-release; do
    id="$(last_build $project)"
    group_stream="$(build_field "$id" logs.groupName,logs.streamName)"
    count="$(get logs get-log-events --log-group-name "${group_stream% *}" --log-stream-name "${group_stream#* }" \
      --start-from-head --query 'length(events)')"
    seen="$seen$group_stream: ${count:-0} lines; "
    [ "${count:-0}" -gt 0 ] || return 1
  done
}
check_7_3() {
  what="projects wsi-api-build (for main) and wsi-api-release (for release)"
  seen="$(get codebuild batch-get-projects --names wsi-api-build wsi-api-release \
    --query 'sort_by(projects,&name)[].[name,source.type,sourceVersion]' | words)"
  [ "$seen" = "wsi-api-build CODEPIPELINE None wsi-api-release CODECOMMIT refs/heads/release" ]
}

# ---- 8 CodeDeploy -----------------------------------------------------------------------------------------------

group_field() { get deploy get-deployment-group --application-name wsi-api --deployment-group-name dev-api --query "deploymentGroupInfo.[$1]" | words; }
last_deployment() {
  get deploy list-deployments --application-name wsi-api --deployment-group-name dev-api --include-only-statuses Succeeded \
    --query 'deployments[0]'
}
tagged_servers() {
  get ec2 describe-instances --filters "Name=tag:$WSI_TAG_KEY,Values=$WSI_TAG_VALUE" Name=instance-state-name,Values=running \
    --query 'sort(Reservations[].Instances[].InstanceId)' | words
}
# lifecycle_of <instance> <events>: how those events of the last good deployment ended there.
lifecycle_of() {
  local all event
  all="$(get deploy get-deployment-target --deployment-id "$(last_deployment)" --target-id "$1" \
    --query 'deploymentTarget.instanceTarget.lifecycleEvents[].[lifecycleEventName,status]' | tr '\t' '=')"
  for event in $2; do printf '%s\n' "$all" | grep "^$event="; done | words
}

check_8_1() {
  what="wsi-api / dev-api, in place"
  seen="$(group_field applicationName,deploymentGroupName,deploymentStyle.deploymentType,deploymentConfigName)"
  [[ "$seen" == "wsi-api dev-api IN_PLACE "* ]]
}
check_8_2() {
  what="its targets are all EC2 with $WSI_TAG_KEY=$WSI_TAG_VALUE"
  seen="$(group_field 'ec2TagFilters[0].Type,ec2TagFilters[0].Key,ec2TagFilters[0].Value,length(ec2TagFilters)')"
  [ "$seen" = "KEY_AND_VALUE $WSI_TAG_KEY $WSI_TAG_VALUE 1" ]
}
check_8_3() {
  what="the last deployment brought the build's output"
  local artifact
  artifact="$(build_field "$(last_build wsi-api-build)" artifacts.location)"
  seen="$(last_deployment) $(get deploy get-deployment --deployment-id "$(last_deployment)" \
    --query 'deploymentInfo.[status,revision.s3Location.bucket,revision.s3Location.key]' | words)"
  [[ "$seen" == *" Succeeded ${artifact#arn:aws:s3:::}" ]] || [[ "${seen// //}" == */Succeeded/"${artifact#arn:aws:s3:::}" ]]
}
check_8_4() {
  what="every tagged server runs what was deployed last"
  local servers reached
  servers="$(tagged_servers)"
  reached="$(get deploy batch-get-deployment-targets --deployment-id "$(last_deployment)" --target-ids $servers \
    --query 'sort(deploymentTargets[?instanceTarget.status==`Succeeded`].instanceTarget.targetId)' | words)"
  # A target's id may come as the instance's ARN.
  reached="$(for one in $reached; do echo "${one##*/}"; done | sort | words)"
  seen="tagged: $servers; deployed: $reached"
  [ -n "$servers" ] && [ "$servers" = "$reached" ]
}
check_8_5() {
  what="the deployment attached each server to the target group, where it is healthy"
  local id line healthy
  seen=""
  for id in $(tagged_servers); do
    line="$(lifecycle_of "$id" "BlockTraffic AllowTraffic")"
    seen="$seen$id $line; "
    [[ "$line" == *AllowTraffic=Succeeded* ]] || return 1
  done
  healthy="$(get elbv2 describe-target-health --target-group-arn "$(target_group_arn)" \
    --query 'sort(TargetHealthDescriptions[?TargetHealth.State==`healthy`].Target.Id)' | words)"
  seen="${seen}healthy: $healthy"
  [ -n "$healthy" ] && [ "$healthy" = "$(tagged_servers)" ]
}

# ---- 9 CodePipeline ---------------------------------------------------------------------------------------------

# Version 1 of the AWS CLI prints times as seconds since 1970, version 2 as dates.
seconds() { [[ "$1" =~ ^[0-9]+(\.[0-9]+)?$ ]] && date -d "@$1" +%s || date -d "$1" +%s; }
# elapsed <epoch> <date>: the seconds between; fails when either is missing.
elapsed() { [[ "$1" =~ ^[0-9]+$ ]] && [ -n "$2" ] && echo $(($(seconds "$2") - $1)); }
execution_field() {
  get codepipeline list-pipeline-executions --pipeline-name wsi-api-pipeline --max-items 1 \
    --query "pipelineExecutionSummaries[0].[$1]" | head -n 1 | words
}

check_9_1() {
  what="wsi-api-pipeline has the stages Source, Build, Deploy"
  seen="$(get codepipeline get-pipeline --name wsi-api-pipeline --query 'pipeline.stages[].name' | words)"
  [ "$seen" = "Source Build Deploy" ]
}
check_9_2() {
  what="Source wsi-api-repo/main, Build wsi-api-build, Deploy wsi-api/dev-api"
  seen="$(get codepipeline get-pipeline --name wsi-api-pipeline --query "pipeline.stages[].actions[0].configuration.[RepositoryName||ProjectName||ApplicationName,BranchName||DeploymentGroupName||'-']" | words)"
  [ "$seen" = "wsi-api-repo main wsi-api-build - wsi-api dev-api" ]
}
check_9_3() {
  what="a change on main starts it by an event, and main's commit is what it delivered"
  local head
  head="$(get codecommit get-branch --repository-name wsi-api-repo --branch-name main --query branch.commitId)"
  seen="$(execution_field 'status,trigger.triggerType,sourceRevisions[0].revisionId'); main $head; rule $(get events describe-rule --name wsi-api-main --query State)"
  [[ "$seen" == "Succeeded CloudWatchEvent $head; main $head; rule ENABLED" ]]
}
check_9_4() {
  what="from commit to deployed in at most 15 minutes"
  local row took commit made
  row="$(execution_field 'sourceRevisions[0].revisionId,lastUpdateTime')"
  commit="${row%% *}"
  made="$(get codecommit get-commit --repository-name wsi-api-repo --commit-id "$commit" --query commit.committer.date)"
  took="$(elapsed "${made%% *}" "${row#* }")" || { seen="nothing was delivered yet"; return 1; }
  seen="$took s"
  [ "$took" -ge 0 ] && [ "$took" -le 900 ]
}

# ---- 10 EC2 script ----------------------------------------------------------------------------------------------

launched_like() {
  get ec2 describe-instances --instance-ids "$1" --query "Reservations[0].Instances[0].[ImageId,InstanceType,
    SecurityGroups[0].GroupId,IamInstanceProfile.Arn,Tags[?Key=='$WSI_TAG_KEY']|[0].Value]" | words
}
check_10_1() {
  what="/opt/ec2_launch.sh on the bastion makes one like wsi-api-1 (removed again)"
  local name id subnet
  name="wsi-check-$$"
  id="$(on_bastion "/opt/ec2_launch.sh $name" 2>&1 | tail -n 1)"
  seen="$id"
  [[ "$id" == i-* ]] || return 1
  subnet="$(get ec2 describe-instances --instance-ids "$id" --query 'Reservations[0].Instances[0].SubnetId')"
  local made like found
  made="$(launched_like "$id")" like="$(launched_like "$(instance_id wsi-api-1)")" found="$(instance_id "$name")"
  seen="$name $id $made"
  aws ec2 terminate-instances --instance-ids "$id" >/dev/null
  [ "$found" = "$id" ] && [ "$made" = "$like" ] &&
    [[ " $(subnet_row wsi-private-a) $(subnet_row wsi-private-b) " == *" $subnet "* ]]
}

# ---- 11 ECR -----------------------------------------------------------------------------------------------------

last_image() {
  get ecr describe-images --repository-name wsi-api-ecr --query "sort_by(imageDetails,&imagePushedAt)[-1].[imageTags[0],imagePushedAt]" | words
}
check_11_1() {
  what="a change on release started wsi-api-release, and its commit became an image"
  local head
  head="$(get codecommit get-branch --repository-name wsi-api-repo --branch-name release --query branch.commitId)"
  seen="$(build_field "$(last_build wsi-api-release)" buildStatus,initiator,resolvedSourceVersion); release $head; image $(last_image | cut -d' ' -f1)"
  [[ "$seen" == "SUCCEEDED "*" $head; release $head; image "?* ]] && [[ "$seen" == *rule/wsi-api-release* || "$seen" == *wsi-events* ]]
}
run_image() {
  [ -n "${image_answer:-}" ] && return
  local image; image="$(registry)/wsi-api-ecr:$(last_image | cut -d' ' -f1)"
  image_answer="$(on_bastion "
    aws ecr get-login-password --region $AWS_REGION | docker login --username AWS --password-stdin $(registry) >/dev/null 2>&1
    docker pull -q $image >/dev/null && echo pulled
    docker rm -f wsi-check >/dev/null 2>&1
    docker run -d --name wsi-check -p 18080:8080 $image >/dev/null && echo started
    for i in \$(seq 50); do curl -fsS http://127.0.0.1:18080/health 2>/dev/null && break; sleep 0.2; done
    docker rm -f wsi-check >/dev/null" 2>&1 | words)"
}
check_11_2() {
  what="docker run of the image, without a command, serves /health"
  run_image
  seen="$(printf '%s' "$image_answer" | tail -c 160)"
  [[ "$image_answer" == *'"status": "ok"'* || "$image_answer" == *'"status":"ok"'* ]] && [[ "$image_answer" == *"\"$(version_of release)\""* ]]
}
check_11_3() {
  what="the tag is the Korean time of the build, yyMMddHHmmss"
  local tag start end at
  tag="$(last_image | cut -d' ' -f1)"
  read -r start end <<<"$(build_field "$(last_build wsi-api-release)" startTime,endTime)"
  seen="$tag; build $start to $end"
  [[ "$tag" =~ ^[0-9]{12}$ ]] && [ -n "$end" ] || return 1
  at="$(TZ=KST-9 date -d "20${tag:0:2}-${tag:2:2}-${tag:4:2} ${tag:6:2}:${tag:8:2}:${tag:10:2}" +%s)"
  [ "$at" -ge "$(($(seconds "$start") - 1))" ] && [ "$at" -le "$(seconds "$end")" ]
}
check_11_4() {
  what="from commit to the image in at most 5 minutes"
  local commit made row took
  commit="$(build_field "$(last_build wsi-api-release)" resolvedSourceVersion)"
  made="$(get codecommit get-commit --repository-name wsi-api-repo --commit-id "$commit" --query commit.committer.date)"
  row="$(last_image)"
  took="$(elapsed "${made%% *}" "${row#* }")" || { seen="nothing was delivered yet"; return 1; }
  seen="$took s"
  [ "$took" -ge 0 ] && [ "$took" -le 300 ]
}
check_11_5() {
  what="docker on the bastion pulls the image by its ECR name"
  run_image
  seen="$(registry)/wsi-api-ecr:$(last_image | cut -d' ' -f1): $(printf '%s' "$image_answer" | cut -c1-120)"
  [[ "$image_answer" == "pulled "* ]]
}

# ---- The sheet --------------------------------------------------------------------------------------------------

items="3.1 3.2 3.3 3.4 3.5 3.6 4.1 5.1 5.2 5.3 5.4 5.5 5.6 6.1 6.2 6.3 7.1 7.2 7.3 8.1 8.2 8.3 8.4 8.5 9.1 9.2 9.3 9.4 10.1 11.1 11.2 11.3 11.4 11.5"
[ $# -eq 0 ] || items="$*"

escaped() { printf '%s' "$1" | tr -d '\000-\037' | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g'; }

# mark <items…>: a line or two for each on standard output, their verdicts in the file $verdicts.
mark() {
  local item what seen verdict
  for item in "$@"; do
    what="" seen=""
    if "check_${item/./_}" 2>"$verdicts.errors"; then verdict=pass; else verdict=FAIL; fi
    [ -n "$seen" ] || seen="$(tail -n 1 "$verdicts.errors")"
    echo "$verdict" >> "$verdicts"
    if [ -n "$json" ]; then
      printf '{"item":"%s","checked":"%s","seen":"%s","result":"%s"}\n' "$item" "$(escaped "$what")" "$(escaped "$seen")" "${verdict,,}"
    else
      printf '%-5s %s  %s\n%12s%s\n' "$item" "$verdict" "$what" "" "$seen"
    fi
  done
}

# What several items look at is asked for once.
WSI_SUBNETS="$(get ec2 describe-subnets --filters 'Name=tag:Name,Values=wsi-private-a,wsi-private-b,wsi-public-a,wsi-public-b' \
  --query "Subnets[].[Tags[?Key=='Name']|[0].Value,CidrBlock,AvailabilityZone,SubnetId]")" || fail "the AWS CLI does not reach the region"
WSI_ACCOUNT="$(account)" || fail "the AWS CLI does not reach the region"
WSI_BASTION_IP="$(bastion_ip)" || fail "the AWS CLI does not reach the region"
for item in $items; do declare -F "check_${item/./_}" >/dev/null || fail "there is no item $item"; done

# The sections are marked side by side and shown in order; 10 makes a server that section 8 would count, and begins after it.
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
sections="$(printf '%s\n' $items | cut -d. -f1 | awk '!there[$0]++')"
begin() { verdicts="$work/$1.verdicts" mark $(printf '%s\n' $items | grep "^$1\.") > "$work/$1.lines" & eval "pid_$1=$!"; }
for section in $sections; do [ "$section" = 10 ] || begin "$section"; done
[[ " ${sections//$'\n'/ } " != *" 10 "* ]] || { [ -z "${pid_8:-}" ] || wait "$pid_8"; begin 10; }
for section in $sections; do
  pid="pid_$section"
  wait "${!pid}" 2>/dev/null || true
  cat "$work/$section.lines"
done
passed="$(cat "$work"/*.verdicts | grep -c pass)" failed="$(cat "$work"/*.verdicts | grep -c FAIL)"
[ -n "$json" ] || printf '%d of %d items pass\n' "$passed" "$((passed + failed))"
[ "$failed" -eq 0 ] && [ "$((passed + failed))" = "$(printf '%s\n' $items | wc -l)" ]
