# Sections 4, 5 and 10: the application, the servers, the bastion and its script.

# What of app.py counts: its code, without comments, without the value of VERSION, which the judge changes too, and without what
# starts it (its port is the competitor's).
logic_of() {
  python3 -c '
import ast, hashlib, sys
tree = ast.parse(sys.stdin.read())
for node in ast.walk(tree):
    if isinstance(node, ast.Assign) and [getattr(t, "id", "") for t in node.targets] == ["VERSION"]:
        node.value = ast.Constant("")
    if isinstance(node, (ast.Module, ast.FunctionDef)) and ast.get_docstring(node, clean=False) is not None:
        node.body = node.body[1:]
tree.body = [node for node in tree.body if not (isinstance(node, ast.If) and "__main__" in ast.dump(node.test))]
print(hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:16])' 2>/dev/null || echo "no Python"
}

check_health() {
  local app version answer
  app="$(file_of main src/app.py)"
  version="$(sed -n 's/^VERSION = "\(.*\)"/\1/p' <<<"$app")"
  part answer
  answer="$(through_balancer /health)"
  expect_like "GET /health through the balancer (main holds $version) | 로드 밸런서를 통한 GET /health (main은 $version)" \
    '"status":"ok"' "$(tr -d ' \n' <<<"$answer")"
  expect_that "its version | 응답의 버전" "$version" "$(tr -d ' \n' <<<"$answer")" \
    grep -qF "\"version\":\"${version:-none}\"" <<<"$(tr -d ' \n' <<<"$answer")"
  part logic
  expect "code of src/app.py | src/app.py의 코드" "$(logic_of < ../handout/app.py)" "$(logic_of <<<"$app")"
}

check_servers() {
  local subnets home
  part names
  expect "running servers | 실행 중인 서버" "wsi-api-1 wsi-api-2" \
    "$(each_server "Tags[?Key=='Name']|[0].Value" | tr ' ' '\n' | grep -xE 'wsi-api-[12]' | sort | paste -sd' ')"
  part private
  subnets=" $(private_subnets) "
  for home in $(each_server SubnetId); do
    expect_that "a server's subnet | 서버의 서브넷" "one of$subnets| 다음 중 하나:$subnets" "$home" test "${subnets#* $home }" != "$subnets"
  done
  expect "Auto Scaling group | Auto Scaling 그룹" "" "$(each_server "Tags[?Key=='aws:autoscaling:groupName']|[0].Value" | sed 's/None *//g')"
}

check_kind() {
  local images image
  part type
  expect_like "types | 유형" '^(t3\.small ?){2,}$' "$(each_server InstanceType)"
  part image
  images="$(each_server ImageId)"
  for image in $(tr ' ' '\n' <<<"${images:-none}" | sort -u); do
    # A name is whoever's made it: Amazon's own counts.
    expect_like "image | 이미지" '^amazon .*([Aa]mazon [Ll]inux 2([^0-9]|$)|amzn2)' \
      "$(get ec2 describe-images --image-ids "$image" --query 'Images[].[ImageOwnerAlias,Name,Description][]')"
  done
  part tag
  expect_like "tags $KEY | $KEY 태그" "^($VALUE ?){2,}\$" "$(each_server "Tags[?Key=='$KEY']|[0].Value||'none'")"
}

check_role() {
  local profile bucket
  part attached
  for profile in $(each_server "IamInstanceProfile.Arn||'none'"); do
    expect "role of a server | 서버의 역할" wsi-api \
      "$([ "$profile" = none ] || get iam get-instance-profile --instance-profile-name "${profile##*/}" --query 'InstanceProfile.Roles[].RoleName')"
  done
  part allowed
  bucket="$(get codepipeline get-pipeline --name wsi-api-pipeline --query 'pipeline.artifactStore.location')"
  expect "may wsi-api read the bundle? | wsi-api가 배포 묶음을 읽을 수 있는가" allowed \
    "$(get iam simulate-principal-policy --policy-source-arn "arn:aws:iam::$HANBAT_ACCOUNT:role/wsi-api" --action-names s3:GetObject \
      --resource-arns "arn:aws:s3:::${bucket:-no-pipeline}/wsi-api-pipeline/BuildArtif/x" --query 'EvaluationResults[].EvalDecision')"
}

check_bare() {
  local id at data newest made
  newest="$(last_deployment)"
  made="$([ -z "$newest" ] || deployment "$newest" createTime)"
  expect_like "servers | 서버" '^i-' "$(each_server InstanceId)"
  while read -r id at; do
    part bare
    data="$(aws ec2 describe-instance-attribute --instance-id "$id" --attribute userData --query UserData.Value --output text | base64 -d 2>/dev/null)"
    expect "what $id's user data installs besides the agent | $id 사용자 데이터가 에이전트 외에 설치하는 것" "" \
      "$(printf '%s\n' "$data" | grep -v '^ *#' | grep -oiE 'flask|\bpip3?\b|app\.pyc?' | sort -u | paste -sd' ')"
    part delivered
    # What was launched after it waits for the next deployment.
    [ -n "$made" ] && [ "$(between "$at" "$made")" -lt 0 ] && continue
    expect "how the last deployment ended on $id | $id에서 마지막 배포의 결과" Succeeded \
      "$([ -z "$newest" ] || get deploy get-deployment-target --deployment-id "$newest" --target-id "$id" --query deploymentTarget.instanceTarget.status)"
  done < <(each_server InstanceId,LaunchTime | xargs -n 2)
}

check_bastion() {
  expect_like "ssh to the bastion | 배스천 SSH 접속" '^judge on ' "$(on_bastion 'echo judge on $(hostname)' 2>&1)"
}

# ---- 10: a third server by the competitor's script. Everything that appears meanwhile is taken away again. --------------------

all_instances() {
  get ec2 describe-instances --filters Name=instance-state-name,Values=pending,running,stopping,stopped --query 'Reservations[].Instances[].InstanceId' |
    tr ' ' '\n' | sort
}
# take_away_all_but <instances, in order…>: ends those that came since.
take_away_all_but() {
  local made
  made="$(comm -13 <(printf '%s\n' "$@") <(all_instances) | paste -sd' ')"
  [ -n "$made" ] || return 0
  owner_aws ec2 terminate-instances --instance-ids $made >/dev/null && within 2m are_gone $made
}
are_gone() { [ -z "$(get ec2 describe-instances --instance-ids "$@" --query 'Reservations[].Instances[?State.Name!=`terminated`][].InstanceId')" ]; }
settings_of() {
  get ec2 describe-instances --instance-ids "$1" --query "Reservations[0].Instances[0].[ImageId,InstanceType,IamInstanceProfile.Arn,sort(SecurityGroups[].GroupId)|join(',',@),sort(Tags[?Key!='Name' && !starts_with(Key,'aws:')].join('=',[Key,Value]))|join(',',@)]"
}

check_script() {
  local before made name home subnets like
  name="wsi-judge-$RANDOM"
  before="$(all_instances)"
  part runs
  expect_that "/opt/ec2_launch.sh on the bastion | 배스천의 /opt/ec2_launch.sh" "an executable file | 실행 파일" "$(on_bastion 'ls -l /opt/ec2_launch.sh' 2>&1)" \
    on_bastion 'test -x /opt/ec2_launch.sh' >/dev/null
  undo take_away_all_but $before
  on_bastion "/opt/ec2_launch.sh $name" >/dev/null 2>&1
  made="$(comm -13 <(printf '%s\n' "$before") <(all_instances) | paste -sd' ')"
  expect_like "instances that it made | 스크립트가 만든 인스턴스" '^i-[0-9a-f]+$' "$made"
  part name
  expect "its name | 이름" "$name" "$(for one in $made; do get ec2 describe-instances --instance-ids "$one" --query "Reservations[].Instances[].Tags[?Key=='Name'].Value[]"; done)"
  part alike
  like="$(settings_of "$(server wsi-api-1,wsi-api-2 InstanceId | cut -d' ' -f1)")"
  expect "its image, type, profile, groups, tags | 이미지, 유형, 프로파일, 보안 그룹, 태그" "$like" "$([ -z "$made" ] || settings_of "${made%% *}")"
  subnets=" $(private_subnets) "
  home="$([ -z "$made" ] || get ec2 describe-instances --instance-ids "${made%% *}" --query 'Reservations[].Instances[].SubnetId')"
  expect_that "its subnet | 서브넷" "one of$subnets| 다음 중 하나:$subnets" "$home" test -n "$home" -a "${subnets#* ${home:-x} }" != "$subnets"
}
