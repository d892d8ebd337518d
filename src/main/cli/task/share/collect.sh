#!/bin/bash
# collect.sh <folder>: everything of an account that the judge's keys can read, into the folder: the repositories as git bundles,
# the buckets' objects, what is on the servers' consoles, and the answers of AWS's list and describe calls as JSON. HANBAT_ENV is the shell lines of the
# judge. What cannot be read is told in errors.txt and stops nothing.
set -u
. "$HANBAT_ENV"
export AWS_PAGER=""
cd "$1" || exit 1
errors="$PWD/errors.txt"

# keep <file> <aws arguments…>
keep() { local file="$1"; shift; mkdir -p "$(dirname "$file")"; aws "$@" --output json > "$file" 2>>"$errors" || { echo "aws $*" >> "$errors"; rm -f "$file"; }; }
words() { aws "$@" --output text 2>>"$errors" | tr '\t' '\n' | grep -vx None; }
# A name as a file's: what a path could hide is taken out.
plain() { printf '%s' "$1" | tr -c 'A-Za-z0-9._-' '_' | sed 's/^\.*//'; }

for what in instances vpcs subnets route-tables internet-gateways nat-gateways security-groups security-group-rules network-acls \
    addresses network-interfaces volumes images key-pairs launch-templates vpc-endpoints; do
  if [ $what = images ]; then keep ec2/$what.json ec2 describe-$what --owners self; else keep ec2/$what.json ec2 describe-$what; fi
done
for id in $(words ec2 describe-instances --query 'Reservations[].Instances[].InstanceId'); do
  keep "ec2/user-data-$id.json" ec2 describe-instance-attribute --instance-id "$id" --attribute userData
done
for id in $(words ec2 describe-launch-templates --query 'LaunchTemplates[].LaunchTemplateId'); do
  keep "ec2/launch-template-$id.json" ec2 describe-launch-template-versions --launch-template-id "$id"
done
keep elbv2/load-balancers.json elbv2 describe-load-balancers
keep elbv2/target-groups.json elbv2 describe-target-groups
for arn in $(words elbv2 describe-load-balancers --query 'LoadBalancers[].LoadBalancerArn'); do
  keep "elbv2/listeners-$(plain "${arn##*:loadbalancer/}").json" elbv2 describe-listeners --load-balancer-arn "$arn"
done
for kind in roles users groups instance-profiles; do keep iam/$kind.json iam list-$kind; done
for name in $(words iam list-roles --query "Roles[?RoleName!='hanbat-judge' && RoleName!='OrganizationAccountAccessRole'].RoleName"); do
  for policy in $(words iam list-role-policies --role-name "$name" --query PolicyNames); do
    keep "iam/$(plain "$name").$(plain "$policy").json" iam get-role-policy --role-name "$name" --policy-name "$policy"
  done
done
keep iam/policies.json iam list-policies --scope Local
for arn in $(words iam list-policies --scope Local --query 'Policies[].Arn'); do
  keep "iam/policy.$(plain "${arn##*/}").json" iam get-policy-version --policy-arn "$arn" \
    --version-id "$(words iam get-policy --policy-arn "$arn" --query Policy.DefaultVersionId)"
done
keep cloudwatch/alarms.json cloudwatch describe-alarms
keep logs/metric-filters.json logs describe-metric-filters
keep secretsmanager/secrets.json secretsmanager list-secrets
keep ssm/parameters.json ssm describe-parameters
keep ssm/associations.json ssm list-associations
keep acm/certificates.json acm list-certificates
for name in $(words codebuild list-projects --query projects); do
  keep "codebuild/$(plain "$name").json" codebuild batch-get-projects --names "$name"
  ids="$(words codebuild list-builds-for-project --project-name "$name" --query 'ids[:20]')"
  [ -z "$ids" ] || keep "codebuild/$(plain "$name").builds.json" codebuild batch-get-builds --ids $ids
done
for name in $(words codepipeline list-pipelines --query 'pipelines[].name'); do
  keep "codepipeline/$(plain "$name").json" codepipeline get-pipeline --name "$name"
  keep "codepipeline/$(plain "$name").executions.json" codepipeline list-pipeline-executions --pipeline-name "$name"
done
for name in $(words deploy list-applications --query applications); do
  for group in $(words deploy list-deployment-groups --application-name "$name" --query deploymentGroups); do
    keep "codedeploy/$(plain "$name").$(plain "$group").json" deploy get-deployment-group --application-name "$name" --deployment-group-name "$group"
  done
done
for id in $(words deploy list-deployments --query deployments); do keep "codedeploy/$(plain "$id").json" deploy get-deployment --deployment-id "$id"; done
keep events/rules.json events list-rules
for name in $(words events list-rules --query 'Rules[].Name'); do keep "events/$(plain "$name").targets.json" events list-targets-by-rule --rule "$name"; done
for name in $(words ecr describe-repositories --query 'repositories[].repositoryName'); do
  keep "ecr/$(plain "$name").json" ecr describe-images --repository-name "$name"
done
for group in $(words logs describe-log-groups --query 'logGroups[].logGroupName'); do
  for stream in $(words logs describe-log-streams --log-group-name "$group" --query 'logStreams[-20:].logStreamName'); do
    keep "logs/$(plain "$group")/$(plain "$stream").json" logs get-log-events --log-group-name "$group" --log-stream-name "$stream" --start-from-head
  done
done
for name in $(words codecommit list-repositories --query 'repositories[].repositoryName'); do
  mkdir -p codecommit
  copy="$(mktemp -d)"
  if git clone -q --mirror "https://git-codecommit.$AWS_REGION.amazonaws.com/v1/repos/$name" "$copy/r" 2>"$copy/said" </dev/null; then
    [ -z "$(git -C "$copy/r" for-each-ref)" ] || git -C "$copy/r" bundle create -q "$PWD/codecommit/$(plain "$name").bundle" --all 2>>"$errors"
  else
    cat "$copy/said" >> "$errors"
  fi
  rm -rf "$copy"
done
for name in $(words s3api list-buckets --query 'Buckets[].Name'); do
  for what in versioning encryption tagging policy lifecycle-configuration; do
    aws s3api get-bucket-$what --bucket "$name" > "$errors.one" 2>/dev/null </dev/null && mkdir -p "s3.settings" && mv "$errors.one" "s3.settings/$(plain "$name").$what.json"
  done
  rm -f "$errors.one"
  aws s3 cp --quiet --recursive "s3://$name" "s3/$(plain "$name")" 2>>"$errors" </dev/null || echo "bucket $name" >> "$errors"
done
exit 0
