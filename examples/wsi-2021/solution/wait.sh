#!/bin/bash
# Waits until main is live on the servers and release is an image; ends with 1 and the cause when that fails.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

head_of() { get codecommit get-branch --repository-name wsi-api-repo --branch-name "$1" --query branch.commitId; }
delivery() {
  get codepipeline list-pipeline-executions --pipeline-name wsi-api-pipeline --query \
    "pipelineExecutionSummaries[?sourceRevisions[?revisionId=='$(head_of main)']]|[0].status"
}
image() {
  local ids
  ids="$(get codebuild list-builds-for-project --project-name wsi-api-release --query 'ids[:20]')"
  [ -z "$ids" ] || get codebuild batch-get-builds --ids $ids --query \
    "builds[?resolvedSourceVersion=='$(head_of release)']|[0].buildStatus"
}
# until_ <what> <function> <good> <bad, a pattern>
until_() {
  local state
  for _ in $(seq 300); do
    state="$($2)"
    if [ "$state" = "$3" ]; then say "$1: $state"; return 0; fi
    [[ ! "$state" =~ $4 ]] || fail "$1: $state"
    sleep 3
  done
  fail "$1: ${state:-nothing} after 15 minutes"
}
until_ "main on the servers" delivery Succeeded 'Failed|Stopped|Superseded'
until_ "release as an image" image SUCCEEDED 'FAILED|FAULT|STOPPED|TIMED_OUT'
