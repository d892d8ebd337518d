#!/bin/bash
# push.sh [branch…]: puts the application of this folder on the branches of wsi-api-repo (main and release when none is
# named), so that both hold the same files. A branch that already holds them is not pushed again.
# The working clone stays in ~/.wsi-2021/wsi-api-repo: change src/app.py there, commit, `git push`, and watch it go live.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ $# -gt 0 ] || set -- main release
clone="$WSI_STATE/wsi-api-repo"
url="$(clone_url)"

git_() {
  git -C "$clone" -c advice.detachedHead=false "$@"
}

[ -d "$clone/.git" ] || git init -q -b main "$clone"
git_ remote get-url origin >/dev/null 2>&1 && git_ remote set-url origin "$url" || git_ remote add origin "$url"
# The clone's own settings, so that a plain `git push` in it works as well. With an endpoint of its own (`hanbat env`) the
# environment brings the helper.
if [ -z "${AWS_ENDPOINT_URL:-}" ]; then
  git_ config credential.helper '!aws codecommit credential-helper $@'
  git_ config credential.UseHttpPath true
fi
git_ config user.name wsi
git_ config user.email wsi@example.com
git_ fetch -q --prune origin

for branch in "$@"; do
  if git_ rev-parse -q --verify "refs/remotes/origin/$branch" >/dev/null; then
    git_ checkout -q -f -B "$branch" "origin/$branch"
  elif git_ rev-parse -q --verify HEAD >/dev/null && git_ rev-parse -q --verify refs/remotes/origin/main >/dev/null; then
    git_ checkout -q -f -B "$branch" origin/main
  else
    git_ checkout -q --orphan "$branch" 2>/dev/null || git_ symbolic-ref HEAD "refs/heads/$branch"
  fi
  git_ rm -rq --ignore-unmatch --cached . >/dev/null
  find "$clone" -mindepth 1 -maxdepth 1 ! -name .git -exec rm -rf {} +
  cp -R "$WSI_HOME/src" "$WSI_HOME/scripts" "$WSI_HOME/appspec.yml" "$WSI_HOME/buildspec.yml" \
    "$WSI_HOME/buildspec-release.yml" "$WSI_HOME/Dockerfile" "$clone/"
  rm -rf "$clone/src/__pycache__"
  git_ add -A
  if ! git_ rev-parse -q --verify HEAD >/dev/null || ! git_ diff --cached --quiet; then
    git_ commit -q -m "wsi-api $(sed -n 's/^VERSION = "\(.*\)"/\1/p' "$clone/src/app.py")"
  fi
  if [ "$(git_ rev-parse HEAD)" = "$(git_ rev-parse -q --verify "refs/remotes/origin/$branch" || true)" ]; then
    say "$branch is up to date"
    continue
  fi
  git_ push -q origin "HEAD:refs/heads/$branch"
  say "pushed $(git_ rev-parse --short HEAD) to $branch"
done
