# Section 11: release becomes an image.

check_image_made() {
  local arn how
  how="$(last_build wsi-api-release initiator)"
  part made
  expect "commit of the last good build | 마지막 성공 빌드의 커밋" "$(head_of release)" "$(last_build wsi-api-release resolvedSourceVersion)"
  expect_like "image in wsi-api-ecr | wsi-api-ecr의 이미지" '.' "$(last_image)"
  part itself
  # A rule, or a pipeline of its own.
  expect_like "who started it | 빌드를 시작한 것" '^(rule|codepipeline)/' "$how"
  if [[ "$how" == rule/* ]]; then
    arn="arn:aws:codebuild:ap-northeast-2:$HANBAT_ACCOUNT:project/wsi-api-release"
    expect_like "state of the rules that start it | 시작 규칙의 상태" '(^| )ENABLED' "$(rule_states "$arn")"
  fi
}

# image_run <tag>: the image as the judge takes it: pulled and run on the bastion, both gone again.
image_run() {
  local image
  image="$(registry)/wsi-api-ecr:$1"
  on_bastion "
    command -v docker >/dev/null || { echo 'no docker command'; exit 1; }
    echo 'docker there'
    aws ecr get-login-password --region ap-northeast-2 | docker login --username AWS --password-stdin $(registry) >/dev/null 2>&1 && echo 'logged in'
    there=\$(docker image ls -q $image)
    docker pull -q $image >/dev/null && echo 'pulled $image'
    id=\$(docker run -d $image) && echo started
    while [ \$SECONDS -lt 40 ]; do
      docker exec \$id sh -c 'cat /proc/[0-9]*/cmdline | tr \"\\0\" \" \" | grep -q app.pyc' && break
      sleep 0.2
    done
    echo \"runs: \$(docker exec \$id sh -c 'for p in /proc/[0-9]*/cmdline; do tr \"\\0\" \" \" < \$p; echo; done' | grep app.pyc | grep -v grep | head -n 1)\"
    while [ \$SECONDS -lt 90 ]; do
      for port in \$(docker exec \$id sh -c 'cat /proc/net/tcp /proc/net/tcp6' 2>/dev/null | awk '\$4==\"0A\" {n=split(\$2,a,\":\"); print a[n]}' | sort -u); do
        answer=\$(docker exec \$id python3 -c \"import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:\$((16#\$port))/health', timeout=2).read().decode())\" 2>/dev/null) && break 2
      done
      sleep 0.2
    done
    echo \"health: \$answer\"
    docker rm -f \$id >/dev/null
    [ -n \"\$there\" ] || docker rmi $image >/dev/null" 2>&1
}
# image_on_bastion: the newest so, asked once for both items.
image_on_bastion() {
  exec 9>"$HANBAT_SHARED/image.lock"; flock 9
  if [ ! -e "$HANBAT_SHARED/image" ]; then
    image_run "$(last_image | cut -d' ' -f1)" > "$HANBAT_SHARED/image.new"
    mv "$HANBAT_SHARED/image.new" "$HANBAT_SHARED/image"
  fi
  cat "$HANBAT_SHARED/image"
}

check_image_runs() {
  local answer version
  answer="$(image_on_bastion)"
  version="$(file_of release src/app.py | sed -n 's/^VERSION = "\(.*\)"/\1/p')"
  expect_like "its process, without a command | 명령 없이 시작된 프로세스" 'app\.pyc' "$(sed -n 's/^runs: //p' <<<"$answer")"
  answer="$(sed -n 's/^health: //p' <<<"$answer" | tr -d ' ')"
  expect_that "its answer to /health | /health 응답" "\"version\":\"$version\"" "$answer" grep -qF "\"version\":\"${version:-none}\"" <<<"$answer"
}
# build_of_image <when it was pushed> <query>: of the good build that ran then.
build_of_image() {
  local ids id started ended
  ids="$(get codebuild list-builds-for-project --project-name wsi-api-release --query 'ids[:20]')"
  [ -n "$ids" ] && [ -n "$1" ] || return 1
  aws codebuild batch-get-builds --ids $ids --query "builds[?buildStatus=='SUCCEEDED'].[startTime,endTime]" --output text |
    while read -r started ended; do
      if [ "$(between "$started" "$1")" -ge 0 ] && [ "$(between "$1" "$ended")" -ge -1 ]; then echo "$started $ended"; break; fi
    done
}
check_image_tag() {
  local tag when started ended at=0
  read -r tag when <<<"$(last_image)"
  read -r started ended <<<"$(build_of_image "$when")"
  expect_like "tag | 태그" '^[0-9]{12}$' "$tag"
  [[ ! "$tag" =~ ^[0-9]{12}$ ]] ||
    at="$(TZ=KST-9 date -d "20${tag:0:2}-${tag:2:2}-${tag:4:2} ${tag:6:2}:${tag:8:2}:${tag:10:2}" +%s 2>/dev/null || echo 0)"
  expect_that "the tag as Korean time | 한국 시간으로 읽은 태그" "within the build of $started to $ended | 빌드 시간 $started ~ $ended 안" "$tag" \
    test -n "$ended" -a "$at" -ge "$(($(seconds "${started:-0}") - 1))" -a "$at" -le "$(seconds "${ended:-0}")"
}
# image_came <images before> <commit>: the tag of an image that was not there; 9 when its build failed.
image_came() {
  local one
  for one in $(get ecr describe-images --repository-name wsi-api-ecr --query 'imageDetails[].imageTags[]'); do
    if [[ "$one" =~ ^[0-9]{12}$ ]] && is_new "$one" "$1"; then echo "$one"; return 0; fi
  done
  case "$(builds_of wsi-api-release "$(of_commit "$2")" '[0].buildStatus')" in FA* | STOPPED | TIMED_OUT) return 9 ;; esac
  return 1
}
check_image_quick() {
  local took when started commit version before answer
  if quick; then
    when="$(last_image | cut -d' ' -f2)"
    read -r started _ <<<"$(build_of_image "$when")"
    took="$(between "$started" "$when")"
    expect_that "seconds from the last change to the image | 마지막 변경부터 이미지까지(초)" "at most 300 | 300 이하" "$took" test "$took" -ge 0 -a "$took" -le 300
    return
  fi
  before="$(images_there)"
  push_change release "$before" "$(get codebuild list-builds-for-project --project-name wsi-api-release --query 'ids[:100]')"
  expect_like "the judge's change of app.py on release | release에 푸시한 심사위원의 app.py 변경" '^[0-9a-f]{40}$' "$commit"
  [ -n "$commit" ] || return 0
  within 5m image_came "$before" "$commit" > "$HANBAT_WORK/tag"
  took=$HANBAT_TOOK
  expect_like "tag of its image | 그 변경의 이미지 태그" '^[0-9]{12}$' "$(cat "$HANBAT_WORK/tag")"
  expect_that "seconds from the push to the image | 푸시부터 이미지까지(초)" "at most 300 | 300 이하" "$took" test "$took" -le 300
  answer="$([ ! -s "$HANBAT_WORK/tag" ] || image_run "$(cat "$HANBAT_WORK/tag")" | sed -n 's/^health: //p' | tr -d ' ')"
  expect_that "its answer to /health on the bastion | 배스천에서 실행한 이미지의 /health 응답" "\"version\":\"$version\"" "$answer" \
    grep -qF "\"version\":\"$version\"" <<<"$answer"
}
check_docker() {
  expect_like "docker on the bastion pulls it | 배스천의 docker로 내려받기" 'pulled [0-9]{12}\.dkr\.ecr\.' "$(image_on_bastion | paste -sd' ')"
}
