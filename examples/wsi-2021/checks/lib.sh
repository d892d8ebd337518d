# What the checks share. Things are found by what they are; a name is asked for only where the task gives one.

KEY="wsi:deploy:group" VALUE="dev-api"

# subnet <name> <query over one subnet>
subnet() { get ec2 describe-subnets --filters "Name=tag:Name,Values=$1" --query "Subnets[].[$2][]"; }
private_subnets() { get ec2 describe-subnets --filters Name=tag:Name,Values=wsi-private-a,wsi-private-b --query 'Subnets[].SubnetId'; }
# default_route <subnet>: the name of its own table, where the default route leads, and whether it leads there.
default_route() {
  get ec2 describe-route-tables --filters "Name=association.subnet-id,Values=$1" --query \
    "RouteTables[0].[Tags[?Key=='Name']|[0].Value,(Routes[?DestinationCidrBlock=='0.0.0.0/0']|[0].[NatGatewayId,GatewayId])[?@]|[0],Routes[?DestinationCidrBlock=='0.0.0.0/0']|[0].State]"
}

RUNNING="Name=instance-state-name,Values=running"
# server <name> <query over one instance>
server() {
  get ec2 describe-instances --filters "Name=tag:Name,Values=$1" "$RUNNING" --query "Reservations[].Instances[].[$2][]"
}
# each_server <query>: of what has one of the two names or the deployment group's tag, so that one mistake is one item's.
each_server() {
  get ec2 describe-instances --filters "$RUNNING" --query "sort_by(Reservations[].Instances[] \
    | [?Tags[?Key=='$KEY' && Value=='$VALUE'] || Tags[?Key=='Name' && (Value=='wsi-api-1' || Value=='wsi-api-2')]], &InstanceId)[].[$1][]"
}
# The bastion is what runs with a public address and is no server of the deployment group, whatever its name.
bastions() {
  aws ec2 describe-instances --filters "$RUNNING" --query "Reservations[].Instances[?PublicIpAddress && \
    !(Tags[?Key=='$KEY' && Value=='$VALUE'])][].[InstanceId,PublicIpAddress]" --output text
}

# Version 1 of the AWS CLI prints times as seconds since 1970, version 2 as dates.
seconds() { if [[ "$1" =~ ^[0-9]+(\.[0-9]+)?$ ]]; then echo "${1%.*}"; else date -d "$1" +%s; fi; }
# between <time> <time>: the seconds from one to the other; -1 when one is missing.
between() { if [ -n "$1" ] && [ -n "$2" ]; then echo $(($(seconds "$2") - $(seconds "$1"))); else echo -1; fi; }

head_of() { get codecommit get-branch --repository-name wsi-api-repo --branch-name "$1" --query branch.commitId; }
file_of() { aws codecommit get-file --repository-name wsi-api-repo --commit-specifier "$1" --file-path "$2" --query fileContent --output text | base64 -d; }

# last_build <project> <query over the build>: of the newest that succeeded.
last_build() {
  local ids
  ids="$(get codebuild list-builds-for-project --project-name "$1" --query 'ids[:20]')"
  [ -z "$ids" ] || get codebuild batch-get-builds --ids $ids --query \
    "reverse(sort_by(builds[?buildStatus=='SUCCEEDED'],&startTime))[0].[$2][]"
}

DEPLOY="--application-name wsi-api --deployment-group-name dev-api"
group() { get deploy get-deployment-group $DEPLOY --query "deploymentGroupInfo.[$1][]"; }
last_deployment() { get deploy list-deployments $DEPLOY --include-only-statuses Succeeded --query 'deployments[0]'; }
deployment() { get deploy get-deployment --deployment-id "$1" --query "deploymentInfo.[$2][]"; }
# Those with the tag that ran when the deployment began; what came later waits for the next.
tagged_servers() {  # <deployment>
  local made id at
  made="$(deployment "$1" createTime)"
  aws ec2 describe-instances --filters "Name=tag:$KEY,Values=$VALUE" "$RUNNING" \
    --query 'Reservations[].Instances[].[InstanceId,LaunchTime]' --output text |
    while read -r id at; do [ "$(between "$at" "$made")" -lt 0 ] || echo "$id"; done | sort | paste -sd' '
}
# zip_of <bucket> <key>: the names in that archive.
zip_of() {
  local file="$HANBAT_WORK/revision.zip"
  aws s3api get-object --bucket "$1" --key "$2" "$file" >/dev/null || return 1
  python3 -m zipfile -l "$file" | sed 1d | cut -d' ' -f1 | paste -sd' '
}

stage() {  # <category> <query over the configuration of its actions>
  get codepipeline get-pipeline --name wsi-api-pipeline --query "pipeline.stages[].actions[?actionTypeId.category=='$1'][].configuration.[$2][]"
}
last_execution() {  # of main's head
  get codepipeline list-pipeline-executions --pipeline-name wsi-api-pipeline --query \
    "pipelineExecutionSummaries[?status=='Succeeded' && sourceRevisions[?revisionId=='$(head_of main)']]|[0].[$1][]"
}
# rule_states <arn>: the states of the rules that start it.
rule_states() {
  local name
  for name in $(get events list-rule-names-by-target --target-arn "$1" --query RuleNames); do
    get events describe-rule --name "$name" --query State; echo
  done | sort -u | paste -sd' '
}

registry() { printf '%s.dkr.ecr.ap-northeast-2.amazonaws.com' "$HANBAT_ACCOUNT"; }
# last_image: "<tag> <when>" of the newest; of several tags that which is twelve digits, as others are no mistake.
last_image() {
  local when tags tag
  read -r when tags <<<"$(get ecr describe-images --repository-name wsi-api-ecr --query "sort_by(imageDetails,&imagePushedAt)[-1].[imagePushedAt,join(' ',imageTags||[''])]")"
  tag="$(tr ' ' '\n' <<<"$tags" | grep -E '^[0-9]{12}$' | sort | tail -n 1)"
  [ -z "$when" ] || printf '%s %s' "${tag:-${tags%% *}}" "$when"
}

# url_of_balancer: where the first balancer that answers GET /health is reached; kept for this check.
url_of_balancer() {
  local dns port url
  if [ ! -s "$HANBAT_WORK/url" ]; then
    while read -r dns port; do
      url="$(balancer_url "$dns" "$port")"
      if fetch "$url/health" >/dev/null; then echo "$url" > "$HANBAT_WORK/url"; break; fi
    done < <(balancers)
  fi
  cat "$HANBAT_WORK/url" 2>/dev/null
}
# versions: what GET /health answers through the balancer with, each version once.
versions() {
  local url i
  url="$(url_of_balancer)"
  [ -n "$url" ] || return 1
  for i in 1 2 3 4 5 6; do printf '%s\n' "$(fetch "$url/health" | tr -d ' \n')" | sed -n 's/.*"version":"\([^"]*\)".*/\1/p; t; s/.*/no version/p'; done | sort -u | paste -sd' '
}

. ./change.sh
