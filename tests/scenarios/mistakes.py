"""Mistakes that competitors make in the commission (examples/wsi-2021), one at a time in a solved account: how each is made, how it is
put right again, and which items must fail by it (with their parts; [] where an item has none). What the task does not ask for is no
mistake and fails nothing. In the lines `aws` is the account; the functions of PRELUDE name what is in it."""
import collections

# `live`: the item that launches a server is marked too. `short`: one of the set that ./test runs without --long.
Mistake = collections.namedtuple("Mistake", "name make right fails live short", defaults=({}, False, False))

PRELUDE = r"""
one() { aws "$@" --output text; }
named() { one ec2 "describe-$1" --filters "Name=tag:Name,Values=$2" --query "$3"; }
vpc() { named vpcs wsi-vpc 'Vpcs[0].VpcId'; }
subnet() { named subnets "$1" 'Subnets[0].SubnetId'; }
table() { named route-tables "$1" 'RouteTables[0].RouteTableId'; }
server() { one ec2 describe-instances --filters "Name=tag:Name,Values=$1" Name=instance-state-name,Values=pending,running,stopped,stopping --query 'Reservations[0].Instances[0].InstanceId'; }
group() { one ec2 describe-security-groups --filters "Name=group-name,Values=$1" --query 'SecurityGroups[0].GroupId'; }
rename() { aws ec2 create-tags --resources "$1" --tags "Key=Name,Value=$2"; }
route() { aws ec2 replace-route --route-table-id "$(table "$1")" --destination-cidr-block 0.0.0.0/0 "$2" "$3" >/dev/null; }
igw() { named internet-gateways wsi-igw 'InternetGateways[0].InternetGatewayId'; }
nat() { one ec2 describe-nat-gateways --filter "Name=tag:Name,Values=$1" Name=state,Values=available --query 'NatGateways[0].NatGatewayId'; }
target_group() { one elbv2 describe-target-groups --query 'TargetGroups[0].TargetGroupArn'; }
balancer() { one elbv2 describe-load-balancers --query 'LoadBalancers[0].LoadBalancerArn'; }
listener() { one elbv2 describe-listeners --load-balancer-arn "$(balancer)" --query 'Listeners[0].ListenerArn'; }
healthy() { one elbv2 describe-target-health --target-group-arn "$(target_group)" --query 'length(TargetHealthDescriptions[?TargetHealth.State==`healthy`])'; }
wait_healthy() { for _ in $(seq 60); do [ "$(healthy)" != "$1" ] || return 0; sleep 1; done; echo "not $1 healthy"; return 1; }
pipeline() { aws codepipeline get-pipeline --name wsi-api-pipeline --query pipeline | python3 -c "import json,sys; p=json.load(sys.stdin); $1; print(json.dumps(p))" > "$HANBAT_TASK_FOLDER/pipeline.json"
  aws codepipeline update-pipeline --pipeline "file://$HANBAT_TASK_FOLDER/pipeline.json" >/dev/null; }
bastion() { ssh -i "$HANBAT_TASK_FOLDER/wsi-key" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o BatchMode=yes \
  "ec2-user@$(one ec2 describe-instances --filters Name=tag:Name,Values=wsi-bastion,judges-door Name=instance-state-name,Values=running --query 'Reservations[0].Instances[0].PublicIpAddress')" 'sudo -i bash -s' <<<"$1"; }
script() { bastion "cp -n /opt/ec2_launch.sh /opt/right.sh; sed -i '$1' /opt/ec2_launch.sh"; }
right_script() { bastion 'cp /opt/right.sh /opt/ec2_launch.sh; chmod 755 /opt/ec2_launch.sh'; }
tag() { local old; old="$(one ecr describe-images --repository-name wsi-api-ecr --query 'sort_by(imageDetails,&imagePushedAt)[-1].imageTags[0]')"
  aws ecr put-image --repository-name wsi-api-ecr --image-tag "$1" --image-manifest "$(one ecr batch-get-image --repository-name wsi-api-ecr --image-ids imageTag=$old --query 'images[0].imageManifest')" >/dev/null
  aws ecr batch-delete-image --repository-name wsi-api-ecr --image-ids imageTag=$old >/dev/null; }
last_tag() { one ecr describe-images --repository-name wsi-api-ecr --query 'sort_by(imageDetails,&imagePushedAt)[-1].imageTags[0]'; }
role_policy() { aws iam get-role-policy --role-name "$1" --policy-name "$1" --query PolicyDocument --output json; }
"""

PIPELINE_ACTION = "next(a for s in p['stages'] for a in s['actions'] if a['actionTypeId']['category']=='{}')"
APPROVAL = ("p['stages'][2]['actions'].insert(0, {'name':'Ask','runOrder':1,'actionTypeId':{'category':'Approval','owner':'AWS','provider':'Manual',"
            "'version':'1'}}); p['stages'][2]['actions'][1]['runOrder']=2")

MISTAKES = [
    # -- networking
    Mistake("the VPC has no name", 'aws ec2 delete-tags --resources $(vpc) --tags Key=Name', 'rename $(one ec2 describe-vpcs --filters Name=cidr,Values=10.1.0.0/16 --query "Vpcs[0].VpcId") wsi-vpc',
            {"3.1": []}, short=True),
    Mistake("the private subnets' names are swapped", 'a=$(subnet wsi-private-a) b=$(subnet wsi-private-b); rename $a wsi-private-b; rename $b wsi-private-a',
            'a=$(subnet wsi-private-a) b=$(subnet wsi-private-b); rename $a wsi-private-b; rename $b wsi-private-a', {"3.2": ["cidr", "table"], "3.3": ["cidr", "table"], "3.6": []}),
    Mistake("a private route leads to the internet gateway", 'route wsi-private-a-rt --gateway-id $(igw)', 'route wsi-private-a-rt --nat-gateway-id $(nat wsi-nat-a)', {"3.2": ["route"]}, short=True),
    Mistake("a private subnet has no way out", 'aws ec2 delete-route --route-table-id $(table wsi-private-b-rt) --destination-cidr-block 0.0.0.0/0',
            'aws ec2 create-route --route-table-id $(table wsi-private-b-rt) --destination-cidr-block 0.0.0.0/0 --nat-gateway-id $(nat wsi-nat-b) >/dev/null', {"3.3": ["route"]}),
    Mistake("a private table has another name", 'rename $(table wsi-private-a-rt) private-a', 'rename $(table private-a) wsi-private-a-rt', {"3.2": ["table"]}),
    Mistake("the public table has another name", 'rename $(table wsi-public-rt) public', 'rename $(table public) wsi-public-rt', {"3.4": ["table"], "3.5": ["table"]}),
    Mistake("a public subnet has another name", 'rename $(subnet wsi-public-b) public-b', 'rename $(subnet public-b) wsi-public-b', {"3.5": ["cidr", "table", "route"], "3.6": []}),
    # -- application and servers
    Mistake("a server has another name", 'rename $(server wsi-api-2) api-2', 'rename $(server api-2) wsi-api-2', {"5.1": ["names"]}, short=True),
    Mistake("a server lacks the deployment's tag", 'aws ec2 delete-tags --resources $(server wsi-api-2) --tags Key=wsi:deploy:group',
            'aws ec2 create-tags --resources $(server wsi-api-2) --tags Key=wsi:deploy:group,Value=dev-api', {"5.2": ["tag"]}),
    Mistake("the deployment's tag has another value", 'aws ec2 create-tags --resources $(server wsi-api-1) --tags Key=wsi:deploy:group,Value=dev',
            'aws ec2 create-tags --resources $(server wsi-api-1) --tags Key=wsi:deploy:group,Value=dev-api', {"5.2": ["tag"]}),
    Mistake("the role has no permission", 'role_policy wsi-api > $HANBAT_TASK_FOLDER/wsi-api.json; aws iam delete-role-policy --role-name wsi-api --policy-name wsi-api',
            'aws iam put-role-policy --role-name wsi-api --policy-name wsi-api --policy-document file://$HANBAT_TASK_FOLDER/wsi-api.json', {"5.3": ["allowed"]}, short=True),
    Mistake("a server has no role", 'aws ec2 disassociate-iam-instance-profile --association-id $(one ec2 describe-iam-instance-profile-associations --filters Name=instance-id,Values=$(server wsi-api-2) --query "IamInstanceProfileAssociations[0].AssociationId") >/dev/null',
            'aws ec2 associate-iam-instance-profile --instance-id $(server wsi-api-2) --iam-instance-profile Name=wsi-api >/dev/null', {"5.3": ["attached"]}),
    Mistake("the servers' port is closed to the balancer", 'aws ec2 revoke-security-group-ingress --group-id $(group wsi-api-sg) --ip-permissions "IpProtocol=tcp,FromPort=8080,ToPort=8080,UserIdGroupPairs=[{GroupId=$(group wsi-alb-sg)}]" >/dev/null; wait_healthy 0',
            'aws ec2 authorize-security-group-ingress --group-id $(group wsi-api-sg) --ip-permissions "IpProtocol=tcp,FromPort=8080,ToPort=8080,UserIdGroupPairs=[{GroupId=$(group wsi-alb-sg)}]" >/dev/null; wait_healthy 2',
            {"4.1": ["answer"], "8.5": ["healthy"]}),
    Mistake("the balancer's port is closed to the world", 'aws ec2 revoke-security-group-ingress --group-id $(group wsi-alb-sg) --protocol tcp --port 80 --cidr 0.0.0.0/0 >/dev/null',
            'aws ec2 authorize-security-group-ingress --group-id $(group wsi-alb-sg) --protocol tcp --port 80 --cidr 0.0.0.0/0 >/dev/null', {"4.1": ["answer"]}),
    Mistake("the target group is behind no listener", 'target_group > $HANBAT_TASK_FOLDER/group; aws elbv2 modify-listener --listener-arn $(listener) --default-actions "Type=fixed-response,FixedResponseConfig={StatusCode=503}" >/dev/null',
            'aws elbv2 modify-listener --listener-arn $(listener) --default-actions "Type=forward,TargetGroupArn=$(cat $HANBAT_TASK_FOLDER/group)" >/dev/null; wait_healthy 2', {"4.1": ["answer"], "8.5": ["healthy"]}),
    Mistake("a server is in no target group", 'aws elbv2 deregister-targets --target-group-arn $(target_group) --targets Id=$(server wsi-api-1)',
            'aws elbv2 register-targets --target-group-arn $(target_group) --targets Id=$(server wsi-api-1); wait_healthy 2', {"8.5": ["healthy"]}),
    # -- repository and builds
    Mistake("the default branch is release", 'aws codecommit update-default-branch --repository-name wsi-api-repo --default-branch-name release',
            'aws codecommit update-default-branch --repository-name wsi-api-repo --default-branch-name main', {"6.1": ["default"]}),
    Mistake("a build has no logs", 'aws codebuild update-project --name wsi-api-build --logs-config "cloudWatchLogs={status=DISABLED}" >/dev/null',
            'aws codebuild update-project --name wsi-api-build --logs-config "cloudWatchLogs={status=ENABLED,groupName=/aws/codebuild/wsi-api-build}" >/dev/null', {"7.2": ["build"]}, short=True),
    Mistake("the release project builds main", 'aws codebuild update-project --name wsi-api-release --source-version refs/heads/main >/dev/null',
            'aws codebuild update-project --name wsi-api-release --source-version refs/heads/release >/dev/null', {"7.3": ["release"]}, short=True),
    # -- deployment and pipeline
    Mistake("the deployment group has another tag", 'aws deploy update-deployment-group --application-name wsi-api --current-deployment-group-name dev-api --ec2-tag-filters Key=Name,Value=wsi-api-1,Type=KEY_AND_VALUE >/dev/null',
            'aws deploy update-deployment-group --application-name wsi-api --current-deployment-group-name dev-api --ec2-tag-filters Key=wsi:deploy:group,Value=dev-api,Type=KEY_AND_VALUE >/dev/null', {"8.2": []}),
    Mistake("the deployment group takes the key alone", 'aws deploy update-deployment-group --application-name wsi-api --current-deployment-group-name dev-api --ec2-tag-filters Key=wsi:deploy:group,Type=KEY_ONLY >/dev/null',
            'aws deploy update-deployment-group --application-name wsi-api --current-deployment-group-name dev-api --ec2-tag-filters Key=wsi:deploy:group,Value=dev-api,Type=KEY_AND_VALUE >/dev/null', {"8.2": []}),
    Mistake("no deployment attaches the servers", 'aws deploy update-deployment-group --application-name wsi-api --current-deployment-group-name dev-api --deployment-style deploymentType=IN_PLACE,deploymentOption=WITHOUT_TRAFFIC_CONTROL >/dev/null',
            'aws deploy update-deployment-group --application-name wsi-api --current-deployment-group-name dev-api --deployment-style deploymentType=IN_PLACE,deploymentOption=WITH_TRAFFIC_CONTROL >/dev/null', {"8.5": ["itself"]}),
    Mistake("a stage has another name", 'pipeline "p[\'stages\'][2][\'name\']=\'Release\'"', 'pipeline "p[\'stages\'][2][\'name\']=\'Deploy\'"', {"9.1": []}, short=True),
    Mistake("the pipeline's source is release", f'pipeline "{PIPELINE_ACTION.format("Source")}[\'configuration\'][\'BranchName\']=\'release\'"',
            f'pipeline "{PIPELINE_ACTION.format("Source")}[\'configuration\'][\'BranchName\']=\'main\'"', {"9.2": ["source"]}),
    Mistake("the pipeline builds with the release project", f'pipeline "{PIPELINE_ACTION.format("Build")}[\'configuration\'][\'ProjectName\']=\'wsi-api-release\'"',
            f'pipeline "{PIPELINE_ACTION.format("Build")}[\'configuration\'][\'ProjectName\']=\'wsi-api-build\'"', {"9.2": ["build"]}),
    Mistake("the pipeline wants a button", f'pipeline "{APPROVAL}"', 'pipeline "p[\'stages\'][2][\'actions\'].pop(0); p[\'stages\'][2][\'actions\'][0][\'runOrder\']=1"', {"9.3": ["waits"]}),
    Mistake("a stage is shut", 'aws codepipeline disable-stage-transition --pipeline-name wsi-api-pipeline --stage-name Deploy --transition-type Inbound --reason no',
            'aws codepipeline enable-stage-transition --pipeline-name wsi-api-pipeline --stage-name Deploy --transition-type Inbound', {"9.3": ["waits"]}),
    Mistake("no rule starts the pipeline", 'aws events disable-rule --name wsi-api-main', 'aws events enable-rule --name wsi-api-main', {"9.3": ["starts"]}),
    # -- image
    Mistake("no rule starts the release build", 'aws events disable-rule --name wsi-api-release', 'aws events enable-rule --name wsi-api-release', {"11.1": ["itself"]}),
    Mistake("the tag is typed in", 'last_tag > $HANBAT_TASK_FOLDER/tag; tag 210701130102', 'tag $(cat $HANBAT_TASK_FOLDER/tag)', {"11.3": []}, short=True),
    Mistake("the tag is in UTC", 'last_tag > $HANBAT_TASK_FOLDER/tag; t=$(cat $HANBAT_TASK_FOLDER/tag); tag $(TZ=UTC date -d "20${t:0:2}-${t:2:2}-${t:4:2} ${t:6:2}:${t:8:2}:${t:10:2} 9 hours ago" +%y%m%d%H%M%S)',
            'tag $(cat $HANBAT_TASK_FOLDER/tag)', {"11.3": []}),
    # -- bastion and script
    Mistake("the bastion has no docker", 'bastion "mv $(bastion "command -v docker") /opt/docker.away"', 'bastion "mv /opt/docker.away /usr/bin/docker"', {"11.2": [], "11.5": []}),
    Mistake("nobody can come to the bastion", 'aws ec2 revoke-security-group-ingress --group-id $(group wsi-bastion-sg) --protocol tcp --port 22 --cidr 0.0.0.0/0 >/dev/null',
            'aws ec2 authorize-security-group-ingress --group-id $(group wsi-bastion-sg) --protocol tcp --port 22 --cidr 0.0.0.0/0 >/dev/null',
            {"5.6": [], "10.1": ["runs", "name", "alike"], "11.2": [], "11.5": []}, live=True),
    Mistake("the bastion is stopped", 'aws ec2 stop-instances --instance-ids $(server wsi-bastion) >/dev/null; aws ec2 wait instance-stopped --instance-ids $(server wsi-bastion)',
            'aws ec2 start-instances --instance-ids $(server wsi-bastion) >/dev/null; aws ec2 wait instance-running --instance-ids $(server wsi-bastion); for _ in $(seq 60); do ! bastion true || break; sleep 1; done',
            {"5.6": [], "10.1": ["runs", "name", "alike"], "11.2": [], "11.5": []}, live=True),
    Mistake("the script is missing", 'bastion "mv /opt/ec2_launch.sh /opt/right.sh"', 'right_script', {"10.1": ["runs", "name", "alike"]}, live=True),
    Mistake("the script cannot be run", 'bastion "cp -n /opt/ec2_launch.sh /opt/right.sh; chmod 644 /opt/ec2_launch.sh"', 'right_script', {"10.1": ["runs", "name", "alike"]}, live=True),
    Mistake("the script ignores its argument", r'script "s/Value=\$name}/Value=wsi-api-3}/"', 'right_script', {"10.1": ["name"]}, live=True),
    Mistake("the script leaves the tag out", r'script "s/,{Key=wsi:deploy:group,Value=dev-api}//"', 'right_script', {"10.1": ["alike"]}, live=True),
    Mistake("the script takes another type", 'script "s/t3.small/t3.micro/"', 'right_script', {"10.1": ["alike"]}, live=True),
    Mistake("the script takes a public subnet", 'script "s/wsi-private-/wsi-public-/g"', 'right_script', {"10.1": ["alike"]}, live=True),
    # -- what the task does not ask for
    Mistake("right: one NAT gateway for both", 'route wsi-private-b-rt --nat-gateway-id $(nat wsi-nat-a)', 'route wsi-private-b-rt --nat-gateway-id $(nat wsi-nat-b)', short=True),
    Mistake("right: another name of the bastion", 'rename $(server wsi-bastion) judges-door', 'rename $(server judges-door) wsi-bastion'),
    Mistake("right: one more branch", 'aws codecommit create-branch --repository-name wsi-api-repo --branch-name try --commit-id $(one codecommit get-branch --repository-name wsi-api-repo --branch-name main --query branch.commitId)',
            'aws codecommit delete-branch --repository-name wsi-api-repo --branch-name try >/dev/null'),
    Mistake("right: another port of the balancer", 'aws ec2 authorize-security-group-ingress --group-id $(group wsi-alb-sg) --protocol tcp --port 8000 --cidr 0.0.0.0/0 >/dev/null; aws elbv2 modify-listener --listener-arn $(listener) --port 8000 >/dev/null; sleep 2',
            'aws elbv2 modify-listener --listener-arn $(listener) --port 80 >/dev/null; aws ec2 revoke-security-group-ingress --group-id $(group wsi-alb-sg) --protocol tcp --port 8000 --cidr 0.0.0.0/0 >/dev/null'),
    Mistake("right: one more tag of the image", 'aws ecr put-image --repository-name wsi-api-ecr --image-tag latest --image-manifest "$(one ecr batch-get-image --repository-name wsi-api-ecr --image-ids imageTag=$(last_tag) --query "images[0].imageManifest")" >/dev/null',
            'aws ecr batch-delete-image --repository-name wsi-api-ecr --image-ids imageTag=latest >/dev/null'),
    Mistake("right: a set of tags for the targets", 'aws deploy update-deployment-group --application-name wsi-api --current-deployment-group-name dev-api --ec2-tag-filters --ec2-tag-set "ec2TagSetList=[[{Key=wsi:deploy:group,Value=dev-api,Type=KEY_AND_VALUE}]]" >/dev/null',
            'aws deploy update-deployment-group --application-name wsi-api --current-deployment-group-name dev-api --ec2-tag-filters Key=wsi:deploy:group,Value=dev-api,Type=KEY_AND_VALUE >/dev/null'),
]
