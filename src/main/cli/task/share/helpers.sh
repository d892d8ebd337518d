# The helpers of checks (docs/task-packs.md tells how each is used). Sourced by `hanbat task mark` before a check's own file.
# What a check expects, sees and asks is written to $HANBAT_RECORD, a line each: a word and fields, a space before each, in which
# \s is a space, \n a line's end and \\ a backslash. No program is started for what bash can do: there are hundreds of these.

export AWS_PAGER=""

record_() {  # <word> <fields…>
  local line="$1" field; shift
  for field in "$@"; do
    field="${field:0:4000}" field="${field//\\/\\\\}" field="${field// /\\s}"
    line+=" ${field//$'\n'/\\n}"
  done
  printf '%s\n' "$line" >> "$HANBAT_RECORD"
}

# aws …: the AWS CLI as the judge, whose keys only read. Call and answer become evidence. What only asks is asked once in a marking,
# and the other checks are answered the same; live checks and what `within` tries ask anew each time.
aws() {
  local out errors="$HANBAT_WORK/errors.$BASHPID" status=0 kept=""
  if [ -z "${HANBAT_UNDO:-}${FRESH_:-}" ] && [[ "${1:-} ${2:-}" =~ \ (describe|list|get|batch-get|simulate)- ]] && [ "$1" != s3api ]; then
    kept="$*"
    kept="$HANBAT_SHARED/answer-${kept//[^A-Za-z0-9]/_}" kept="${kept:0:250}"
    # Another call may have a name like it.
    if [ -e "$kept" ] && out="$(<"$kept")" && [ "${out%%$'\x01'*}" = "$*" ]; then
      out="${out#*$'\x01'}"
      record_ ran "aws $*" "${out:0:3000}" 0
      [ -z "$out" ] || printf '%s\n' "$out"
      return 0
    fi
  fi
  out="$(command aws "$@" 2>"$errors")" || status=$?
  errors="$(<"$errors")"
  record_ ran "aws $*" "${out:0:3000}${errors:0:1000}" "$status"
  if [ -n "$kept" ] && [ $status -eq 0 ]; then
    printf '%s\x01%s' "$*" "$out" > "$HANBAT_WORK/kept.$BASHPID" && mv "$HANBAT_WORK/kept.$BASHPID" "$kept"
  fi
  [ -z "$out" ] || printf '%s\n' "$out"
  [ -z "$errors" ] || printf '%s\n' "$errors" >&2
  return $status
}

# get <aws arguments…>: the answer as text on one line, words divided by single spaces; nothing when there is none.
get() {
  local value
  value="$(aws "$@" --output text)" || return 1
  [ "$value" != None ] || return 0
  value="${value//[$'\t\n']/ }"
  while [ "${value% }" != "$value" ]; do value="${value% }"; done
  printf '%s' "$value"
}

# owner_aws …: the AWS CLI with the account's own rights, in live checks only, to take away again what they made.
owner_aws() {
  [ -n "${HANBAT_OWNER_KEYS:-}" ] || { echo "owner_aws is for items with live: true" >&2; return 1; }
  ( . "$HANBAT_OWNER_KEYS"; aws "$@" )
}

# part <id>: what is expected from here on belongs to that part of the item.
HANBAT_PART=""
part() { HANBAT_PART="$1"; }

# verdict_ <status> <what> <wanted> <seen>
verdict_() {
  local word=no
  [ "$1" -ne 0 ] || word=yes
  record_ expected "$HANBAT_PART" "$2" "$3" "$4" "$word"
  return "$1"
}

# expect <what> <wanted> <seen>: both are the same. <what> is a label; "English | 한국어" has it in both languages.
expect() { local s=0; [ "$3" = "$2" ] || s=1; verdict_ $s "$1" "$2" "$3"; }
# expect_like <what> <extended regular expression> <seen>: it matches somewhere in what was seen.
expect_like() { local s=0; [[ "$3" =~ $2 ]] || s=1; verdict_ $s "$1" "$2" "$3"; }
# expect_that <what> <wanted, in words> <seen> <command…>: the command succeeds.
expect_that() {
  local what="$1" wanted="$2" seen="$3" s=0; shift 3
  "$@" || s=1
  verdict_ $s "$what" "$wanted" "$seen"
}

# note <text>: one more line of evidence.
note() { record_ ran "note" "$*" 0; }

seconds_() {  # 15m → 900
  case "$1" in
    *m) echo $(( ${1%m} * 60 )) ;;
    *s) echo "${1%s}" ;;
    *) echo "$1" ;;
  esac
}
# quick: whether the judge wants a quick marking (--quick): then look at what was delivered before rather than make a change.
quick() { [ -n "${HANBAT_QUICK:-}" ]; }

# undo <command…>, in live checks only: what is to be done after the check, however that ended, with the account's own rights.
# Say it before you make the thing. It runs in a shell of its own that has read the helpers, lib.sh and the check's file; the
# last said comes first. What fails is tried again when the competitor is marked again.
undo() {
  [ -n "${HANBAT_UNDO:-}" ] || { echo "undo is for items with live: true" >&2; return 1; }
  printf '%q ' "$@" >> "$HANBAT_UNDO"; echo >> "$HANBAT_UNDO"
}
# undo_all_: does it, and keeps the lines that failed.
undo_all_() {
  local line left=""
  while IFS= read -r line; do
    if ! eval "$line" </dev/null; then left="$line
$left"; fi
  done < <(tac "$HANBAT_UNDO")
  if [ -z "$left" ]; then rm -f "$HANBAT_UNDO"; return 0; fi
  printf '%s' "$left" > "$HANBAT_UNDO"
  echo "not taken back: $left" >&2
  return 1
}

# within <15m|90s> <command…>: tries the command again and again until it succeeds, gives up (ends with 9), or the time is over.
# What it printed last is printed. HANBAT_TOOK is the seconds that it took (not in a subshell).
HANBAT_TOOK=0
within() {
  local limit began=$SECONDS answer status so_far
  limit="$(seconds_ "$1")"; shift
  local FRESH_=yes
  so_far="$(stat -c %s "$HANBAT_RECORD")"
  HANBAT_TOOK=0
  while true; do
    status=0
    # Evidence is what the last try saw.
    truncate -s "$so_far" "$HANBAT_RECORD"
    answer="$("$@")" || status=$?
    HANBAT_TOOK=$((SECONDS - began))
    if [ $status -eq 0 ] || [ $status -eq 9 ] || [ $HANBAT_TOOK -ge "$limit" ]; then break; fi
    sleep 1
  done
  printf '%s' "$answer"
  return $status
}

# ---- the bastion ------------------------------------------------------------------------------------------------------------

# bastions: "<instance> <public address>" of each running instance that has one. A pack's lib.sh may say it closer.
bastions() {
  aws ec2 describe-instances --filters Name=instance-state-name,Values=running \
    --query 'Reservations[].Instances[?PublicIpAddress].[InstanceId,PublicIpAddress][]' --output text | grep .
}

# What somebody else's machine answers is taken up to this.
MOST_BYTES=1048576
# no_more_than_ <command…>: what it prints, both ways, up to that; its status.
no_more_than_() {
  "$@" 2>&1 | head -c "$MOST_BYTES" | tr -d '\000'
  return "${PIPESTATUS[0]}"
}

# fetch <url>: GET, by nobody; prints the body, or what went wrong. AWS's names, as its answers have them, lead into the region: a
# load balancer's to the balancer, all others (a bucket's) to the front door.
fetch() {
  local body status=0 url="$1" way=()
  if [[ "$1" =~ ^http://([^/:]+\.elb\.amazonaws\.com)(:([0-9]+))?(.*)$ ]]; then
    url="$(balancer_url "${BASH_REMATCH[1]}" "${BASH_REMATCH[3]:-80}")${BASH_REMATCH[4]}"
  elif [[ "$1" =~ ^https?://[^/:]+\.amazonaws\.com(/|$) ]]; then
    way=(--connect-to "::${AWS_ENDPOINT_URL#http://}" --cacert "$HANBAT_CA")
  fi
  body="$(no_more_than_ curl -fsS --max-time 10 "${way[@]}" "$url")" || status=$?
  record_ ran "curl $1" "$body" "$status"
  printf '%s' "$body"
  return $status
}

ssh_() {  # <address>, the script on standard input. The checks of a marking share one connection.
  local shared="$HANBAT_SHARED/ssh-$1"
  [ ${#shared} -lt 85 ] || shared=none  # the longest that a socket's path may be, with what ssh adds to it
  no_more_than_ timeout 110 ssh -i "$HANBAT_KEY" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
    -o ControlMaster=auto -o "ControlPath=$shared" -o ControlPersist=20 -o ConnectTimeout=10 -o BatchMode=yes -o IdentitiesOnly=yes "${HANBAT_SSH_USER:-ec2-user}@$1" 'sudo -i bash -s'
}

# bastion: the address of the first that lets the judge in with the pack's key; kept for the other items of this marking.
bastion() {
  local id address answer
  if [ -s "$HANBAT_SHARED/bastion" ]; then cat "$HANBAT_SHARED/bastion"; return; fi
  [ -n "${HANBAT_KEY:-}" ] && [ -r "$HANBAT_KEY" ] || { echo "no key for the bastion (key_pair in task.yaml, --key FILE)" >&2; return 1; }
  while read -r id address; do
    answer="$(ssh_ "$address" <<<true)" && { echo "$address" > "$HANBAT_SHARED/bastion.$$"
      mv "$HANBAT_SHARED/bastion.$$" "$HANBAT_SHARED/bastion"; echo "$address"; return 0; }
    record_ ran "ssh $id $address" "$answer" 255
  done < <(bastions)
  echo "no running instance with a public address lets ${HANBAT_SSH_USER:-ec2-user} in with the key that was handed out" >&2
  return 1
}

# on_bastion <command>: runs it there over ssh, as root; prints what it printed.
on_bastion() {
  local address answer status=0
  address="$(bastion)" || return 1
  answer="$(ssh_ "$address" <<<"$*")" || status=$?
  record_ ran "on the bastion $address: $*" "$answer" "$status"
  printf '%s\n' "$answer"
  return $status
}

# ---- balancers --------------------------------------------------------------------------------------------------------------

# balancers: "<dns name> <port>" of each HTTP listener of an application load balancer. A pack's lib.sh may say it closer.
balancers() {
  local arn dns
  aws elbv2 describe-load-balancers --query "LoadBalancers[?Type=='application'].[LoadBalancerArn,DNSName]" --output text |
    while read -r arn dns; do
      [ -n "$dns" ] || continue
      aws elbv2 describe-listeners --load-balancer-arn "$arn" --query "Listeners[?Protocol=='HTTP'].[Port]" --output text |
        while read -r port; do [ -z "$port" ] || echo "$dns $port"; done
    done
}

# balancer_url <dns name> <port>: where that is reached from here.
balancer_url() {
  local name address
  if [ -z "${HANBAT_BALANCER_PORT:-}" ]; then echo "http://$1:$2"; return; fi
  if [ "$2" = 80 ]; then echo "http://${1%.amazonaws.com}.localhost:$HANBAT_BALANCER_PORT"; return; fi
  # Only port 80 is led to this machine; the others are reached at the balancer's public address.
  name="${1%%.*}"; name="${name%-*}"
  address="$(aws ec2 describe-network-interfaces --filters "Name=description,Values=ELB app/$name/*" \
    --query 'NetworkInterfaces[0].Association.PublicIp' --output text)"
  echo "http://$address:$2"
}

# through_balancer <path>: GET of the path through the balancer (the first that answers 200); prints the body.
through_balancer() {
  local dns port url body status
  while read -r dns port; do
    url="$(balancer_url "$dns" "$port")"
    status=0
    body="$(fetch "$url$1")" || status=$?
    if [ $status -eq 0 ]; then printf '%s' "$body"; return 0; fi
  done < <(balancers)
  printf '%s' "${body:-there is no application load balancer with an HTTP listener}"
  return 1
}
