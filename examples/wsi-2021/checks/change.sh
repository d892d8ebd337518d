# A change of app.py as the judge pushes it to main or release, and how all that comes of it is put back. What cannot be taken
# back on AWS stays as history: the executions and deployments of the change and of its return, and the commit, on no branch.

URL="https://git-codecommit.ap-northeast-2.amazonaws.com/v1/repos/wsi-api-repo"

# owner_git <arguments…>: git in a clone of the repository, as the account's owner.
owner_git() {
  local answer status=0
  answer="$( . "$HANBAT_OWNER_KEYS"; git -C "$HANBAT_WORK/clone" -c user.name=judge -c user.email=judge@example.com "$@" 2>&1 )" || status=$?
  record_ ran "git $*" "$answer" "$status"
  printf '%s\n' "$answer"
  return $status
}
clone() {
  [ -d "$HANBAT_WORK/clone" ] || git init -q -b none "$HANBAT_WORK/clone"
  owner_git fetch -q "$URL" '+refs/heads/*:refs/remotes/origin/*'
}

# push_change <branch> <what put_back gets besides…>: pushes app.py with another VERSION; sets `commit` and `version`, or ends with
# 1 where that cannot be done.
push_change() {
  local branch="$1" old new; shift
  commit="" version="judge-$RANDOM$RANDOM"
  clone >/dev/null && owner_git checkout -q -f -B judge "refs/remotes/origin/$branch" >/dev/null || return 1
  sed -i "s/^VERSION *=.*/VERSION = \"$version\"/" "$HANBAT_WORK/clone/src/app.py"
  owner_git commit -q -a -m "The judge's change" >/dev/null || return 1
  old="$(owner_git rev-parse "refs/remotes/origin/$branch")" new="$(owner_git rev-parse HEAD)"
  undo put_back "$branch" "$old" "$new" "$@"
  owner_git push -q "$URL" "HEAD:refs/heads/$branch" >/dev/null || return 1
  commit="$new"
}

# put_back <branch> <old> <new> …: the branch's head, unless somebody has pushed meanwhile, and what was made of the change.
put_back() {
  local branch="$1" old="$2" new="$3" head; shift
  head="$(head_of "$branch")"
  if [ "$head" = "$new" ]; then
    clone >/dev/null && owner_git push -q "--force-with-lease=refs/heads/$branch:$new" "$URL" "$old:refs/heads/$branch" || return 1
  elif [ "$head" != "$old" ]; then
    note "$branch is at $head by now: it is left there"
  fi
  "put_back_$branch" "$@"
}

# execution_of <commit> <query over it>: of the pipeline, the newest of that commit.
execution_of() {
  get codepipeline list-pipeline-executions --pipeline-name wsi-api-pipeline --query \
    "pipelineExecutionSummaries[?sourceRevisions[?revisionId=='$1']]|[0].[$2][]"
}
# newest_of <old> <new>: "<commit> <status>" of the pipeline's newest execution of either.
newest_of() {
  get codepipeline list-pipeline-executions --pipeline-name wsi-api-pipeline --query \
    "pipelineExecutionSummaries[?sourceRevisions[?revisionId=='$1' || revisionId=='$2']]|[0].[sourceRevisions[0].revisionId,status]"
}
# builds_of <project> <commits, as JMESPath> <query>: the builds of these commits, the newest first.
builds_of() {
  local ids
  ids="$(get codebuild list-builds-for-project --project-name "$1" --query 'ids[:20]')"
  [ -z "$ids" ] || get codebuild batch-get-builds --ids $ids --query "reverse(sort_by(builds[?$2],&startTime))$3"
}
of_commit() { printf "resolvedSourceVersion=='%s'" "$1"; }

# forget_builds <project> <builds, as JMESPath>: deletes the builds and their logs.
forget_builds() {
  local ids place group stream
  ids="$(builds_of "$1" "$2" '[].id')"
  [ -n "$ids" ] || return 0
  for place in $(builds_of "$1" "$2" "[].logs.join('|',[groupName||'none',streamName||'none'])"); do
    group="${place%|*}" stream="${place#*|}"
    [ "$stream" = none ] || owner_aws logs delete-log-stream --log-group-name "$group" --log-stream-name "$stream" >/dev/null 2>&1
  done
  owner_aws codebuild batch-delete-builds --ids $ids >/dev/null
}

# back_again <newest_…> <old> <new>: the old commit was delivered after the new one; 9 when that failed.
back_again() {
  case "$("$@")" in
    "$2 Succeeded" | "$2 SUCCEEDED") ;;
    "$2 "*[Ff]ailed | "$2 "FA* | "$2 "*[Ss]topped | "$2 STOPPED" | "$2 TIMED_OUT") return 9 ;;
    *) return 1 ;;
  esac
}

put_back_main() {  # <old> <new>
  local execution place bucket key id
  execution="$(execution_of "$2" pipelineExecutionId)"
  # What never started needs no return.
  [ -n "$execution" ] || return 0
  within 15m back_again newest_of "$1" "$2" || return 1
  for place in $(get codepipeline list-action-executions --pipeline-name wsi-api-pipeline --filter "pipelineExecutionId=$execution" \
      --query "actionExecutionDetails[].output.outputArtifacts[].s3location.join('/',[bucket,key])"); do
    bucket="${place%%/*}" key="${place#*/}"
    for id in $(get s3api list-object-versions --bucket "$bucket" --prefix "$key" --query "[Versions,DeleteMarkers][]|[?Key=='$key'].VersionId"); do
      owner_aws s3api delete-object --bucket "$bucket" --key "$key" --version-id "$id" >/dev/null
    done
  done
  forget_builds wsi-api-build "$(of_commit "$2")"
}

# images_there: "digest=tag/tag" of each, a hyphen where it has no tag.
images_there() { get ecr describe-images --repository-name wsi-api-ecr --query "imageDetails[].join('=',[imageDigest,join('/',imageTags||['-'])])"; }
# is_new <tag or digest> <images before>
is_new() { ! tr '=/ ' '\n' <<<"$2" | grep -qxF -- "$1"; }
newest_build_of() { builds_of wsi-api-release "$(of_commit "$1") || $(of_commit "$2")" '[0].[resolvedSourceVersion,buildStatus]'; }

put_back_release() {  # <old> <new> <images before> <builds before>
  local image digest tag
  if [ -n "$(builds_of wsi-api-release "$(of_commit "$2")" '[].id')" ]; then within 10m back_again newest_build_of "$1" "$2" || return 1; fi
  for image in $(images_there); do
    digest="${image%%=*}"
    for tag in $(tr '/' ' ' <<<"${image#*=}"); do
      if [ "$tag" = - ]; then
        ! is_new "$digest" "$3" || owner_aws ecr batch-delete-image --repository-name wsi-api-ecr --image-ids "imageDigest=$digest" >/dev/null || return 1
      elif is_new "$tag" "$3"; then
        owner_aws ecr batch-delete-image --repository-name wsi-api-ecr --image-ids "imageTag=$tag" >/dev/null || return 1
      fi
    done
  done
  forget_builds wsi-api-release "($(of_commit "$1") || $(of_commit "$2")) && !contains(' $4 ',id)"
}
