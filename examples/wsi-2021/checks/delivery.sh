# Sections 6 to 9: repository, builds, deployment, pipeline.

check_repository() {
  part default
  expect "default branch | 기본 브랜치" main "$(get codecommit get-repository --repository-name wsi-api-repo --query repositoryMetadata.defaultBranch)"
  part branches
  expect_like "branches | 브랜치" '(^| )main .*release( |$)' "$(get codecommit list-branches --repository-name wsi-api-repo --query 'sort(branches)')"
}
check_files() {
  local name
  for name in src/app.py appspec.yml; do
    expect_that "$name on main | main의 $name" "a file" "$(file_of main $name | wc -c) bytes" test -n "$(file_of main $name)"
  done
}
check_same() {
  expect_like "head of release | release의 최신 커밋" '^[0-9a-f]{40}$' "$(head_of release)"
  expect "files that differ between main and release | main과 release에서 다른 파일" "" \
    "$(get codecommit get-differences --repository-name wsi-api-repo --before-commit-specifier main --after-commit-specifier release \
      --query 'differences[].[afterBlob.path||beforeBlob.path][]' 2>&1)"
}

check_compiled() {
  local place
  place="$(last_build wsi-api-build artifacts.location)"; place="${place#arn:aws:s3:::}"
  expect_like "what the last good build hands over | 마지막 성공 빌드의 산출물" '(^|[ /])app\.pyc( |$)' "$(zip_of "${place%%/*}" "${place#*/}" 2>&1)"
}
check_logs() {
  local project status place
  for project in wsi-api-build wsi-api-release; do
    part "${project#wsi-api-}"
    status="$(get codebuild batch-get-projects --names $project --query 'projects[].logsConfig.cloudWatchLogs.status')"
    expect_like "CloudWatch Logs of $project | $project의 CloudWatch Logs" '^(ENABLED)?$' "$status"
    place="$(last_build $project logs.groupName,logs.streamName)"
    expect_like "lines of its last good build | 마지막 성공 빌드의 로그 줄 수" '^[1-9]' \
      "$([ -z "$place" ] || get logs get-log-events --log-group-name "${place% *}" --log-stream-name "${place#* }" --start-from-head --query 'length(events)')"
  done
}
check_projects() {
  local branch project kind version source
  for branch in main release; do
    project=wsi-api-build; [ $branch = main ] || project=wsi-api-release
    part $branch
    read -r kind version <<<"$(get codebuild batch-get-projects --names $project --query 'projects[].[source.type,sourceVersion][]')"
    expect_like "where $project has its source from | $project의 소스" '^(CODEPIPELINE|CODECOMMIT)$' "$kind"
    if [ "$kind" = CODECOMMIT ]; then
      # Its own setting, or else what started the last build named; a commit's id is of whichever branch it is on.
      source="$version"; [ "$source" != None ] || source="$(last_build $project sourceVersion)"
      expect_like "branch that it builds | 빌드하는 브랜치" "^(refs/heads/)?$branch\$|^[0-9a-f]{40}\$" "$source"
    fi
    expect "commit of its last good build | 마지막 성공 빌드의 커밋" "$(head_of $branch)" "$(last_build $project resolvedSourceVersion)"
  done
}

check_group() { expect "wsi-api / dev-api" "IN_PLACE" "$(group deploymentStyle.deploymentType)"; }
check_targets() {
  # A list of filters, or one list of them in a set: they mean the same.
  expect "tags of its targets | 배포 대상 태그" "$KEY=$VALUE KEY_AND_VALUE" \
    "$(get deploy get-deployment-group $DEPLOY --query "deploymentGroupInfo.[ec2TagFilters[],ec2TagSet.ec2TagSetList[][]][][].join(' ',[join('=',[Key,Value]),Type])")"
}
check_bundle() {
  local id bucket key
  id="$(last_deployment)"
  read -r bucket key <<<"$([ -z "$id" ] || deployment "$id" revision.s3Location.bucket,revision.s3Location.key)"
  expect_like "what deployment ${id:-none} brought | 배포 ${id:-없음}의 묶음" '(^|[ /])app\.pyc( |$)' "$([ -z "${bucket:-}" ] || zip_of "$bucket" "$key" 2>&1)"
}
check_every_server() {
  local id servers
  id="$(last_deployment)"
  servers="$([ -z "$id" ] || tagged_servers "$id")"
  expect_like "servers with the tag | 태그가 있는 서버" '^i-' "$servers"
  expect "of these, where the last good deployment succeeded | 그중 마지막 성공 배포가 끝난 서버" "$servers" \
    "$([ -z "$servers" ] || get deploy batch-get-deployment-targets --deployment-id "$id" --target-ids $servers \
      --query 'deploymentTargets[?instanceTarget.status==`Succeeded`].instanceTarget.targetId' | tr ' ' '\n' | sed 's|.*/||' | sort | paste -sd' ')"
}
check_attached() {
  local id servers group healthy="" by
  id="$(last_deployment)"
  servers="$([ -z "$id" ] || tagged_servers "$id")"
  part healthy
  # Target groups that some balancer's listener leads to.
  for group in $(get elbv2 describe-target-groups --query 'TargetGroups[?LoadBalancerArns].TargetGroupArn'); do
    healthy="$healthy $(get elbv2 describe-target-health --target-group-arn "$group" --query 'TargetHealthDescriptions[?TargetHealth.State==`healthy`].Target.Id')"
  done
  expect_that "healthy behind a balancer | 로드 밸런서 뒤에서 정상" "${servers:-two servers}" "$healthy" \
    test -n "$servers" -a "$(printf '%s\n' $healthy | sort -u | grep -Fxf <(printf '%s\n' $servers) | paste -sd' ')" = "$servers"
  part itself
  by="$(group 'loadBalancerInfo.targetGroupInfoList[].name')"
  [ -n "$by" ] && [ "$by" != None ] && [ "$(group deploymentStyle.deploymentOption)" = WITH_TRAFFIC_CONTROL ] || by=""
  [ -n "$by" ] || by="$(hooks_that_register)"
  expect_like "what attaches them | 연결하는 것" '.' "$by"
}
# A hook of appspec.yml that registers targets does it as well.
hooks_that_register() {
  local script
  for script in $(file_of main appspec.yml | sed -n 's/.*location: *//p' | tr -d '"'"'" | sort -u); do
    ! file_of main "$script" | grep -q register-targets || echo "$script"
  done | paste -sd' '
}

check_stages() { expect "stages | 단계" "Source Build Deploy" "$(get codepipeline get-pipeline --name wsi-api-pipeline --query 'pipeline.stages[].name')"; }
check_stage_settings() {
  part source
  expect "Source" "wsi-api-repo main" "$(stage Source RepositoryName,BranchName)"
  part build
  expect "Build" wsi-api-build "$(stage Build ProjectName)"
  part deploy
  expect "Deploy" "wsi-api dev-api" "$(stage Deploy ApplicationName,DeploymentGroupName)"
}
check_by_itself() {
  local arn polls
  arn="arn:aws:codepipeline:ap-northeast-2:$HANBAT_ACCOUNT:wsi-api-pipeline"
  part starts
  polls="$(stage Source PollForSourceChanges)"
  # Where nothing is said, the pipeline asks by itself.
  expect_like "what starts it: rules, or polling | 시작 방법: 규칙 또는 폴링" '^ENABLED;|; *$|; *true$|; *None$' "$(rule_states "$arn"); $polls"
  expect_like "what started the execution that delivered main | main을 배포한 실행을 시작한 것" '^(CloudWatchEvent|PollForSourceChanges|Webhook|WebhookV2)$' \
    "$(last_execution trigger.triggerType)"
  part waits
  expect "approvals that wait for somebody | 사람을 기다리는 승인" "" \
    "$(get codepipeline get-pipeline --name wsi-api-pipeline --query "pipeline.stages[].actions[?actionTypeId.category=='Approval'].name[]")"
  expect "stages that are shut | 닫혀 있는 단계 전환" "" \
    "$(get codepipeline get-pipeline-state --name wsi-api-pipeline --query 'stageStates[?inboundTransitionState.enabled==`false`].stageName')"
}
# delivered <commit> <version>: every server has it. Prints how far it is; 9 when it will not come.
delivered() {
  local status seen
  status="$(execution_of "$1" status)"
  echo "${status:-no execution of the pipeline}"
  case "$status" in
    Succeeded) ;;
    Failed | Stopped | Superseded) return 9 ;;
    "") [ "$HANBAT_TOOK" -lt 300 ] || return 9; return 1 ;;
    *) return 1 ;;
  esac
  seen="$(versions)"
  echo "answers: $seen"
  [ "$seen" = "$2" ]
}
check_quick() {
  local began ended took commit version
  if quick; then
    read -r began ended <<<"$(last_execution startTime,lastUpdateTime)"
    took="$(between "$began" "$ended")"
    expect_that "seconds from the last change to its end on the servers | 마지막 변경부터 배포 완료까지(초)" "at most 900 | 900 이하" "$took" \
      test "$took" -ge 0 -a "$took" -le 900
    return
  fi
  push_change main
  expect_like "the judge's change of app.py on main | main에 푸시한 심사위원의 app.py 변경" '^[0-9a-f]{40}$' "$commit"
  [ -n "$commit" ] || return 0
  within 15m delivered "$commit" "$version" > "$HANBAT_WORK/seen"
  took=$HANBAT_TOOK
  expect_that "how its delivery ended, and the version that the balancer answers with | 배포 결과와 로드 밸런서를 통한 응답의 버전" \
    "Succeeded answers: $version" "$(paste -sd' ' "$HANBAT_WORK/seen")" test "$(paste -sd' ' "$HANBAT_WORK/seen")" = "Succeeded answers: $version"
  expect_that "seconds from the push to that | 푸시부터 완료까지(초)" "at most 900 | 900 이하" "$took" test "$took" -le 900
}
