# Names, places and small helpers that provision.sh, push.sh and solution/wait.sh share. Plain bash and the AWS CLI; JSON is
# taken apart by the CLI's own --query, so the scripts run in a bare shell, on AWS as well as in Hanbat.

export AWS_REGION="${AWS_REGION:-${AWS_DEFAULT_REGION:-ap-northeast-2}}"
export AWS_DEFAULT_REGION="$AWS_REGION" AWS_PAGER=""

WSI_HOME="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# The key pair's private half and the working clone; a competitor's own folder under `hanbat task solve`.
WSI_STATE="${WSI_STATE:-${HANBAT_TASK_FOLDER:-$HOME/.wsi-2021}}"
WSI_KEY="$WSI_STATE/wsi-key"
# On AWS: the Amazon Linux 2 build image, whose system Python is that of Amazon Linux 2 servers.
WSI_BUILD_IMAGE="${WSI_BUILD_IMAGE:-aws/codebuild/amazonlinux2-x86_64-standard:4.0}"
WSI_BASE_IMAGE="${WSI_BASE_IMAGE:-public.ecr.aws/amazonlinux/amazonlinux:2}"
WSI_TAG_KEY="wsi:deploy:group"
WSI_TAG_VALUE="dev-api"

mkdir -p "$WSI_STATE"

say() { printf '%(%H:%M:%S)T  %s\n' -1 "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# get <aws arguments…>: one value as text; nothing when there is none.
get() {
  local value
  value="$(aws "$@" --output text)" || return 1
  [ "$value" = None ] || printf '%s\n' "$value"
}

# find <aws arguments…>: like get, but a resource that does not exist is nothing instead of an error.
find_() {
  local value errors status=0
  errors="$(mktemp)"
  value="$(aws "$@" --output text 2>"$errors")" || status=$?
  if [ $status -ne 0 ] && ! grep -qE 'NotFound|NoSuchEntity|DoesNotExist|NotFoundException|\(404\)' "$errors"; then
    cat "$errors" >&2; rm -f "$errors"; return 1
  fi
  rm -f "$errors"
  [ $status -ne 0 ] || [ "$value" = None ] || printf '%s\n' "$value"
}

# patiently <what may be said> <command…>: tries again while the error is one of a grant that has not spread yet.
patiently() {
  local expected="$1" errors try; shift
  errors="$(mktemp)"
  for try in $(seq 15); do
    if "$@" 2>"$errors"; then rm -f "$errors"; return 0; fi
    grep -qE "$expected" "$errors" || break
    sleep 4
  done
  cat "$errors" >&2; rm -f "$errors"; return 1
}

# tolerate <what may be said> <command…>: that error means the wanted state is there already.
tolerate() {
  local expected="$1" errors status=0; shift
  errors="$(mktemp)"
  "$@" >/dev/null 2>"$errors" || status=$?
  if [ $status -ne 0 ] && ! grep -qE "$expected" "$errors"; then cat "$errors" >&2; rm -f "$errors"; return 1; fi
  rm -f "$errors"
}

account() { [ -n "${WSI_ACCOUNT:-}" ] || WSI_ACCOUNT="$(get sts get-caller-identity --query Account)"; printf '%s\n' "$WSI_ACCOUNT"; }
bucket() { printf 'wsi-artifacts-%s-%s\n' "$(account)" "$AWS_REGION"; }
clone_url() { printf 'https://git-codecommit.%s.amazonaws.com/v1/repos/wsi-api-repo\n' "$AWS_REGION"; }
registry() { printf '%s.dkr.ecr.%s.amazonaws.com\n' "$(account)" "$AWS_REGION"; }

# render <file>: the file with its @PLACEHOLDERS@ filled in.
render() {
  sed -e "s|@ACCOUNT@|$(account)|g" -e "s|@REGION@|$AWS_REGION|g" -e "s|@BUCKET@|$(bucket)|g" "$1"
}

named() { printf 'Name=tag:Name,Values=%s\n' "$1"; }
vpc_id() { get ec2 describe-vpcs --filters "$(named wsi-vpc)" --query 'Vpcs[0].VpcId'; }
instance_id() {
  get ec2 describe-instances --filters "$(named "$1")" Name=instance-state-name,Values=pending,running,stopping,stopped \
    --query 'Reservations[0].Instances[0].InstanceId'
}
target_group_arn() { find_ elbv2 describe-target-groups --names wsi-api-tg --query 'TargetGroups[0].TargetGroupArn'; }
alb_dns() { find_ elbv2 describe-load-balancers --names wsi-alb --query 'LoadBalancers[0].DNSName'; }

# alb_url: where the API is reached from here. On AWS by the balancer's DNS name; with Hanbat (`hanbat env` says the port)
# by the same name below localhost, which every system resolves to itself.
alb_url() {
  local dns; dns="$(alb_dns)"
  if [ -n "${HANBAT_BALANCER_PORT:-}" ]; then
    printf 'http://%s.localhost:%s\n' "${dns%.amazonaws.com}" "$HANBAT_BALANCER_PORT"
  else
    printf 'http://%s\n' "$dns"
  fi
}

bastion_ip() {
  get ec2 describe-instances --filters "$(named wsi-bastion)" Name=instance-state-name,Values=running \
    --query 'Reservations[0].Instances[0].PublicIpAddress'
}

# on_bastion <command>: runs it there as the judges do, over ssh, as root.
on_bastion() {
  [ -n "${WSI_BASTION_IP:-}" ] || WSI_BASTION_IP="$(bastion_ip)"
  [ -n "$WSI_BASTION_IP" ] || { echo "no running bastion" >&2; return 1; }
  # By standard input, as sudo -i takes the line breaks out of an argument.
  ssh -i "$WSI_KEY" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o ConnectTimeout=10 \
    -o BatchMode=yes "ec2-user@$WSI_BASTION_IP" 'sudo -i bash -s' <<<"$*"
}
