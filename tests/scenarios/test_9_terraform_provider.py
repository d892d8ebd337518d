"""What Terraform's AWS provider does beside making one thing after another: default tags, data sources, many things at once, taking up
what was interrupted, taking in what the CLI made, and each way of telling it where the region is."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

import pytest

import region as live
from region import wait_until
from terraform import Terraform, account_environment, client_of

HERE = pathlib.Path(__file__).resolve().parent
LONG = pytest.mark.skipif(not os.environ.get("HANBAT_LONG"), reason="a walk of a minute: ./test --long")
BLOCK = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.0" }
  }
}
"""
PLAIN = 'provider "aws" { region = "ap-northeast-2" }\n'
TAGS = """
variable "stage" { default = "one" }
provider "aws" {
  region = "ap-northeast-2"
  default_tags { tags = { Stage = var.stage, Owner = "everyone" } }
}
"""
# Of services with an endpoint each, S3 and IAM with its own ways among them.
TOLD = """
resource "aws_s3_bucket" "one" { bucket_prefix = "told-" }
resource "aws_s3_object" "one" {
  bucket  = aws_s3_bucket.one.id
  key     = "a folder/one+two"
  content = "told"
}
resource "aws_iam_user" "one" { name = "told" }
resource "aws_cloudwatch_log_group" "one" { name = "/told" }
resource "aws_eip" "one" {}
resource "aws_ssm_parameter" "one" {
  name  = "/told"
  type  = "String"
  value = "told"
}
"""


@pytest.fixture(scope="module")
def environment(region):
    return account_environment(region, "provider")


@pytest.fixture(scope="module")
def client(environment):
    return lambda service: client_of(environment, service)


@pytest.fixture
def lay_out(environment, tmp_path):
    """lay_out(provider's block, files of provider/…, variables=…, environment=…): a folder ready to be applied. All are destroyed afterwards."""
    made = []

    def make(provider, *files, text="", variables=(), environment=environment):
        folder = tmp_path / f"files{len(made)}"
        folder.mkdir()
        (folder / "main.tf").write_text(BLOCK + provider + text)
        for name in files:
            shutil.copy(HERE / "provider" / name, folder)
        made.append(Terraform(folder, environment, variables))
        return made[-1]

    yield make
    for one in made:
        state = one.folder / "terraform.tfstate"
        if state.exists() and any(kept["mode"] == "managed" for kept in json.loads(state.read_text())["resources"]):
            one.destroy(check=False)


def tags_in(client):
    """{kind: tags} of everything of tagged.tf."""
    ec2 = client("ec2")
    own = {"Name": "tag:Owner", "Values": ["everyone", "itself"]}

    def of(pairs, name="Key", value="Value"):
        return {one[name]: one[value] for one in pairs}

    s3, ecr, events = client("s3"), client("ecr"), client("events")
    bucket = next(one["Name"] for one in s3.list_buckets()["Buckets"] if one["Name"].startswith("tagged-"))
    target_group = client("elbv2").describe_target_groups()["TargetGroups"][0]["TargetGroupArn"]
    codecommit, codedeploy = client("codecommit"), client("codedeploy")
    account = client("sts").get_caller_identity()["Account"]
    return {
        "vpc": of(ec2.describe_vpcs(Filters=[own])["Vpcs"][0]["Tags"]),
        "subnet": of(ec2.describe_subnets(Filters=[own])["Subnets"][0]["Tags"]),
        "group": of(ec2.describe_security_groups(Filters=[own])["SecurityGroups"][0]["Tags"]),
        "rule": of(ec2.describe_security_group_rules(Filters=[own])["SecurityGroupRules"][0]["Tags"]),
        "address": of(ec2.describe_addresses(Filters=[own])["Addresses"][0]["Tags"]),
        "target group": of(client("elbv2").describe_tags(ResourceArns=[target_group])["TagDescriptions"][0]["Tags"]),
        "bucket": of(s3.get_bucket_tagging(Bucket=bucket)["TagSet"]),
        "object": of(s3.get_object_tagging(Bucket=bucket, Key="one")["TagSet"]),
        "role": of(client("iam").list_role_tags(RoleName="tagged")["Tags"]),
        "log group": client("logs").list_tags_for_resource(resourceArn=f"arn:aws:logs:{live.REGION}:{account}:log-group:/tagged/one")["tags"],
        "parameter": of(client("ssm").list_tags_for_resource(ResourceType="Parameter", ResourceId="/tagged/one")["TagList"]),
        "registry": of(ecr.list_tags_for_resource(resourceArn=ecr.describe_repositories()["repositories"][0]["repositoryArn"])["tags"]),
        "repository": codecommit.list_tags_for_resource(resourceArn=f"arn:aws:codecommit:{live.REGION}:{account}:tagged")["tags"],
        "application": of(codedeploy.list_tags_for_resource(ResourceArn=f"arn:aws:codedeploy:{live.REGION}:{account}:application:tagged")["Tags"]),
        "event rule": of(events.list_tags_for_resource(ResourceARN=events.list_rules()["Rules"][0]["Arn"])["Tags"]),
        "secret": of(client("secretsmanager").describe_secret(SecretId="tagged")["Tags"]),
    }


def test_default_tags_are_on_everything_and_change_in_place(lay_out, client):
    terraform = lay_out(TAGS, "tagged.tf")
    terraform.apply()
    found = tags_in(client)
    assert found.pop("vpc") == {"Name": "tagged", "Owner": "itself", "Stage": "one"}
    assert {kind: tags for kind, tags in found.items() if tags != {"Owner": "everyone", "Stage": "one"}} == {}
    assert terraform.differences() == {}
    later = ("-var", "stage=two")
    assert {tuple(actions) for actions in terraform.differences(*later).values()} == {("update",)}
    terraform.apply(*later)
    assert {kind: tags for kind, tags in tags_in(client).items() if tags["Stage"] != "two"} == {}
    assert terraform.differences(*later) == {}


@pytest.fixture
def made_by_hand(client):
    """What read.tf looks for."""
    name, ec2, s3 = "read", client("ec2"), client("s3")
    account = client("sts").get_caller_identity()["Account"]
    bucket = f"{name}-{account}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": live.REGION})
    s3.put_object(Bucket=bucket, Key="folder/word.txt", Body=b"hello", ContentType="text/plain")
    s3.put_object(Bucket=bucket, Key="other.txt", Body=b"")
    ec2.create_key_pair(KeyName=name, KeyType="ed25519")
    ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData={"InstanceType": "t3.small"})
    client("ecr").create_repository(repositoryName=name)
    client("codecommit").create_repository(repositoryName=name)
    client("iam").create_role(RoleName=name, AssumeRolePolicyDocument='{"Version":"2012-10-17","Statement":[]}'.replace(
        "[]", '[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"ec2.amazonaws.com"}}]'))
    client("logs").create_log_group(logGroupName=f"/{name}/one")
    client("ssm").put_parameter(Name=f"/{name}/word", Value="hush", Type="SecureString")
    client("secretsmanager").create_secret(Name=name, Description="made by hand", SecretString="x")
    yield {"name": name, "bucket": bucket}
    for key in ("folder/word.txt", "other.txt"):
        s3.delete_object(Bucket=bucket, Key=key)
    s3.delete_bucket(Bucket=bucket)
    ec2.delete_key_pair(KeyName=name)
    ec2.delete_launch_template(LaunchTemplateName=name)
    client("ecr").delete_repository(repositoryName=name)
    client("codecommit").delete_repository(repositoryName=name)
    client("iam").delete_role(RoleName=name)
    client("logs").delete_log_group(logGroupName=f"/{name}/one")
    client("ssm").delete_parameter(Name=f"/{name}/word")
    client("secretsmanager").delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def test_the_data_sources_that_files_begin_with_are_read(made_by_hand, lay_out, client):
    value = "{" + ", ".join(f'{name} = "{text}"' for name, text in made_by_hand.items()) + "}"
    terraform = lay_out(TAGS, "read.tf", variables={"made": value})
    terraform.apply()
    account, bucket = client("sts").get_caller_identity()["Account"], made_by_hand["bucket"]
    assert terraform.outputs()["read"] == {
        "caller": account, "region": [live.REGION, "Asia Pacific (Seoul)"], "partition": ["aws", "amazonaws.com"],
        "zones": [live.REGION + letter for letter in "abcd"], "same_image": True, "root": "/dev/xvda", "mine": [], "sids": ["Read", "List"],
        "managed": "ReadOnlyAccess", "roles": ["read"], "cpus": [2, 2048], "network": "172.31.0.0/16", "networks": 1, "subnets": 4, "first": True,
        "groups": True, "tables": True, "out": True, "acls": 1, "instances": 0, "key": ["ed25519", "ssh-ed25519"], "template": ["t3.small", 1],
        "s3": True, "elb": ["600734575887", "ZWKZPGTI48KDX"], "canonical": True, "token": ["AWS", True],
        "registry": f"{account}.dkr.ecr.{live.REGION}.amazonaws.com/read", "clone": f"ssh://git-codecommit.{live.REGION}.amazonaws.com/v1/repos/read",
        "bucket": [f"{bucket}.s3.{live.REGION}.amazonaws.com", "Z3W03O7B5YMIYP"], "word": ["hello", "text/plain"], "keys": ["folder/word.txt"],
        "log_groups": ["/read/one"], "values": ["hush"], "secret": "made by hand", "tags": {"Stage": "one", "Owner": "everyone"}}


def endpoints(url, key, secret, token="", **more):
    """A provider's block that names every service's endpoint, as those write it who know of no AWS_ENDPOINT_URL."""
    settings = {"access_key": key, "secret_key": secret, "region": live.REGION, **({"token": token} if token else {}), **more}
    said = "".join(f'  {name} = {str(value).lower() if isinstance(value, bool) else chr(34) + value + chr(34)}\n' for name, value in settings.items())
    served = "".join(f'    {service} = "{url}"\n' for service in ("ec2", "iam", "s3", "ssm", "sts", "cloudwatchlogs"))
    return f'provider "aws" {{\n{said}  endpoints {{\n{served}  }}\n}}\n'


@LONG
def test_a_state_is_the_same_however_the_region_is_told(lay_out, environment):
    """By AWS_ENDPOINT_URL, by a block of endpoints, and as tflocal writes it (with the region's own keys): each plans empty what another made."""
    nowhere = {name: text for name, text in environment.items() if not name.startswith("AWS_")}
    keys = [environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"], environment["AWS_SESSION_TOKEN"]]
    url = environment["AWS_ENDPOINT_URL"]
    by_variable = lay_out(PLAIN, text=TOLD)
    by_variable.apply()
    tflocal = lay_out(endpoints(url.replace("127.0.0.1", "localhost"), *keys, s3_use_path_style=True, skip_credentials_validation=True,
                                skip_metadata_api_check=True), text=TOLD, environment=nowhere)
    by_block = lay_out(endpoints(url, *keys), text=TOLD, environment=nowhere)
    for other in (tflocal, by_block):
        shutil.copy(by_variable.folder / "terraform.tfstate", other.folder)
        assert other.differences() == {}
    (tflocal.folder / "terraform.tfstate").unlink()
    # And the other way round, with what the last one makes.
    by_block.apply("-replace=aws_s3_object.one", "-replace=aws_ssm_parameter.one")
    shutil.move(by_block.folder / "terraform.tfstate", by_variable.folder / "terraform.tfstate")
    assert by_variable.differences() == {}


def test_keys_that_nobody_gave_out_are_refused_at_once_and_nothing_is_made(lay_out, environment):
    """tflocal says test/test, as its own target takes any."""
    nowhere = {name: text for name, text in environment.items() if not name.startswith("AWS_")}
    block = endpoints(environment["AWS_ENDPOINT_URL"], "test", "test", s3_use_path_style=True, skip_credentials_validation=True, skip_metadata_api_check=True)
    terraform = lay_out(block, text='resource "aws_ssm_parameter" "one" {\n  name  = "/nobodys"\n  type  = "String"\n  value = "x"\n}\n', environment=nowhere)
    began = time.monotonic()
    refused = terraform("apply", "-auto-approve", check=False)
    assert refused.returncode != 0 and time.monotonic() - began < 20
    assert "UnrecognizedClientException" in refused.stdout or "InvalidClientTokenId" in refused.stdout


@LONG
def test_a_state_in_a_bucket_is_locked_while_it_is_in_use_and_there_is_one_for_each_workspace(lay_out, client):
    s3, bucket = client("s3"), f"state-{client('sts').get_caller_identity()['Account']}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": live.REGION})
    backend = f"""
terraform {{
  backend "s3" {{
    bucket       = "{bucket}"
    key          = "a/terraform.tfstate"
    region       = "{live.REGION}"
    encrypt      = true
    use_lockfile = true
  }}
}}
resource "aws_ssm_parameter" "one" {{
  name  = "/kept/${{terraform.workspace}}"
  type  = "String"
  value = "x"
}}
"""
    try:
        terraform = lay_out(PLAIN, text=backend)
        terraform.apply()
        assert terraform.differences() == {}
        lock = "0d1f4f7b-8d5e-3b5a-1f0c-1f2d3c4b5a69"
        s3.put_object(Bucket=bucket, Key="a/terraform.tfstate.tflock", Body=json.dumps({"ID": lock, "Operation": "OperationTypeApply"}).encode())
        refused = terraform("plan", check=False)
        assert refused.returncode != 0 and "Error acquiring the state lock" in refused.stdout and lock in refused.stdout
        terraform("force-unlock", "-force", lock)
        terraform("workspace", "new", "two")
        terraform.apply()
        assert [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["a/terraform.tfstate", "env:/two/a/terraform.tfstate"]
        assert [one["Name"] for one in client("ssm").describe_parameters()["Parameters"]] == ["/kept/default", "/kept/two"]
        terraform.destroy()
        terraform("workspace", "select", "default")
        terraform.destroy()
    finally:
        for one in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            s3.delete_object(Bucket=bucket, Key=one["Key"])
        s3.delete_bucket(Bucket=bucket)


NOT_BUILT = """
data "aws_vpc" "default" { default = true }
data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}
resource "aws_lb" "one" {
  load_balancer_type = "network"
  subnets            = data.aws_subnets.default.ids
}
resource "aws_vpc" "one" {
  cidr_block                       = "10.73.0.0/16"
  assign_generated_ipv6_cidr_block = true
}
resource "aws_lambda_function" "one" {
  function_name = "one"
  role          = "arn:aws:iam::123456789012:role/one"
  handler       = "one.two"
  runtime       = "python3.12"
  filename      = "main.tf"
}
resource "aws_route53_zone" "one" { name = "example.com" }
resource "aws_dynamodb_table" "one" {
  name         = "one"
  hash_key     = "key"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "key"
    type = "S"
  }
}
resource "aws_autoscaling_group" "one" {
  max_size             = 1
  min_size             = 1
  availability_zones   = ["ap-northeast-2a"]
  launch_configuration = "one"
}
"""


def test_what_is_not_built_is_said_once_by_name_in_words_that_terraform_reads(lay_out):
    """A 501 is nothing that an SDK asks for again. One of each protocol."""
    began = time.monotonic()
    said = lay_out(PLAIN, text=NOT_BUILT)("apply", "-auto-approve", "-parallelism=30", check=False).stdout
    assert time.monotonic() - began < 20
    assert said.count("StatusCode: 501") == said.count("api error NotImplemented") == 6
    for name in ("Type=network of the operation CreateLoadBalancer", "AmazonProvidedIpv6CidrBlock of the operation CreateVpc", "service lambda", "service route53",
                 "service dynamodb", "service autoscaling"):
        assert name in said


def counts(client):
    return {"log groups": len(client("logs").describe_log_groups(logGroupNamePrefix="/many/", limit=50)["logGroups"]),
            "roles": len([one for one in client("iam").list_roles(MaxItems=1000)["Roles"] if one["RoleName"].startswith("many-")]),
            "groups": len(client("ec2").describe_security_groups(Filters=[{"Name": "group-name", "Values": ["many-*"]}])["SecurityGroups"])}


@LONG
def test_forty_of_each_are_made_and_taken_away_side_by_side(lay_out, client):
    terraform = lay_out(TAGS, "many.tf")
    began = time.monotonic()
    terraform.apply()
    print(f"160 resources: {time.monotonic() - began:.0f} s")
    assert counts(client) == {"log groups": 40, "roles": 40, "groups": 40}
    assert terraform.differences() == {}
    terraform.apply("-var", "many=25")
    assert counts(client) == {"log groups": 25, "roles": 25, "groups": 25}
    assert terraform.differences("-var", "many=25") == {}
    terraform.destroy()
    assert counts(client) == {"log groups": 0, "roles": 0, "groups": 0}


def interrupt(terraform, client, how):
    """Begins an apply and sends it the signal in the middle; the code that it ended with."""
    with open(terraform.folder / "interrupted", "w") as log:
        applying = subprocess.Popen(["terraform", "apply", "-auto-approve", "-parallelism=2", "-no-color"], cwd=terraform.folder, env=terraform.env,
                                    stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        try:
            wait_until(lambda: 5 <= sum(counts(client).values()), 60, "some are made")
            assert sum(counts(client).values()) < 110, "the signal comes too late to interrupt anything"
        finally:
            # As of a terminal: the provider's processes, too.
            os.killpg(applying.pid, how)
            code = applying.wait(60)
    return code


@LONG
def test_an_apply_that_was_asked_to_stop_is_taken_up_again(lay_out, client):
    terraform = lay_out(TAGS, "many.tf")
    assert interrupt(terraform, client, signal.SIGINT) != 0
    state = len(terraform.resources())
    assert 0 < state < 160
    terraform.apply()
    assert counts(client) == {"log groups": 40, "roles": 40, "groups": 40}
    assert terraform.differences() == {}


@LONG
def test_what_a_killed_apply_made_is_taken_in_and_the_rest_made(lay_out, client):
    """Terraform's file may not know the last things that it asked for; on AWS as here they are imported, whole as they are."""
    terraform = lay_out(TAGS, "many.tf")
    assert interrupt(terraform, client, signal.SIGKILL) == -signal.SIGKILL
    known = terraform.resources() if (terraform.folder / "terraform.tfstate").exists() else {}
    there = {f'aws_cloudwatch_log_group.many["{one["logGroupName"][-2:]}"]': one["logGroupName"]
             for one in client("logs").describe_log_groups(logGroupNamePrefix="/many/", limit=50)["logGroups"]}
    there.update({f'aws_iam_role.many["{one["RoleName"][-2:]}"]': one["RoleName"]
                  for one in client("iam").list_roles(MaxItems=1000)["Roles"] if one["RoleName"].startswith("many-")})
    there.update({f'aws_security_group.many["{one["GroupName"][-2:]}"]': one["GroupId"] for one in client("ec2").describe_security_groups(
        Filters=[{"Name": "group-name", "Values": ["many-*"]}])["SecurityGroups"]})
    unknown = {address: identity for address, identity in there.items() if address not in known}
    print(f"{len(there)} made, {len(unknown)} of them not in the state")
    (terraform.folder / "import.tf").write_text("".join(f'import {{\n  to = {address}\n  id = "{identity}"\n}}\n' for address, identity in unknown.items()))
    terraform.apply()
    assert counts(client) == {"log groups": 40, "roles": 40, "groups": 40}
    assert terraform.differences() == {}


def made_by_cli(environment, bucket):
    """What taken_in.tf describes, made by aws as a person makes it; {address: what `terraform import` wants}."""
    def aws(*arguments):
        return live.run("aws", *arguments, "--output", "text", env=environment).stdout.strip()

    vpc = aws("ec2", "create-vpc", "--cidr-block", "10.72.0.0/16", "--tag-specifications", "ResourceType=vpc,Tags=[{Key=Name,Value=by-hand}]", "--query", "Vpc.VpcId")
    subnet = aws("ec2", "create-subnet", "--vpc-id", vpc, "--cidr-block", "10.72.1.0/24", "--availability-zone", f"{live.REGION}b", "--query", "Subnet.SubnetId")
    gateway = aws("ec2", "create-internet-gateway", "--query", "InternetGateway.InternetGatewayId")
    aws("ec2", "attach-internet-gateway", "--vpc-id", vpc, "--internet-gateway-id", gateway)
    table = aws("ec2", "create-route-table", "--vpc-id", vpc, "--query", "RouteTable.RouteTableId")
    aws("ec2", "create-route", "--route-table-id", table, "--destination-cidr-block", "0.0.0.0/0", "--gateway-id", gateway)
    aws("ec2", "associate-route-table", "--route-table-id", table, "--subnet-id", subnet)
    group = aws("ec2", "create-security-group", "--group-name", "by-hand", "--description", "made by hand", "--vpc-id", vpc, "--query", "GroupId")
    aws("ec2", "authorize-security-group-ingress", "--group-id", group, "--protocol", "tcp", "--port", "443", "--cidr", "0.0.0.0/0")
    aws("s3", "mb", f"s3://{bucket}")
    aws("s3api", "put-bucket-versioning", "--bucket", bucket, "--versioning-configuration", "Status=Enabled")
    trust = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
    aws("iam", "create-role", "--role-name", "by-hand", "--assume-role-policy-document", trust)
    aws("iam", "attach-role-policy", "--role-name", "by-hand", "--policy-arn", "arn:aws:iam::aws:policy/ReadOnlyAccess")
    aws("iam", "create-instance-profile", "--instance-profile-name", "by-hand")
    aws("iam", "add-role-to-instance-profile", "--instance-profile-name", "by-hand", "--role-name", "by-hand")
    aws("logs", "create-log-group", "--log-group-name", "/by/hand")
    aws("logs", "put-retention-policy", "--log-group-name", "/by/hand", "--retention-in-days", "30")
    aws("ecr", "create-repository", "--repository-name", "by-hand")
    aws("codecommit", "create-repository", "--repository-name", "by-hand", "--repository-description", "made by hand")
    target_group = aws("elbv2", "create-target-group", "--name", "by-hand", "--protocol", "HTTP", "--port", "8080", "--vpc-id", vpc,
                       "--query", "TargetGroups[0].TargetGroupArn")
    aws("events", "put-rule", "--name", "by-hand", "--schedule-expression", "rate(1 day)")
    return {"aws_vpc": vpc, "aws_subnet": subnet, "aws_internet_gateway": gateway, "aws_route_table": table, "aws_route_table_association": f"{subnet}/{table}",
            "aws_security_group": group, "aws_s3_bucket": bucket, "aws_s3_bucket_versioning": bucket, "aws_iam_role": "by-hand",
            "aws_iam_role_policy_attachment": "by-hand/arn:aws:iam::aws:policy/ReadOnlyAccess", "aws_iam_instance_profile": "by-hand",
            "aws_cloudwatch_log_group": "/by/hand", "aws_ecr_repository": "by-hand", "aws_codecommit_repository": "by-hand",
            "aws_lb_target_group": target_group, "aws_cloudwatch_event_rule": "by-hand"}


# The provider's own settings, which nothing can be asked about: the first plan after an import writes them down.
PROVIDERS_OWN = {"aws_s3_bucket": {"force_destroy"}, "aws_iam_role": {"force_detach_policies"}, "aws_cloudwatch_log_group": {"skip_destroy"}}


@LONG
def test_what_the_cli_made_is_imported_and_is_as_it_was_described(lay_out, environment, client):
    bucket = f"by-hand-{client('sts').get_caller_identity()['Account']}"
    made = made_by_cli(environment, bucket)
    terraform = lay_out(PLAIN, "taken_in.tf", variables={"made": f'{{bucket = "{bucket}"}}'})
    kind, identity = made.popitem()
    terraform("import", f"{kind}.one", identity)  # the command, and for the rest the block
    (terraform.folder / "import.tf").write_text("".join(f'import {{\n  to = {one}.one\n  id = "{by}"\n}}\n' for one, by in made.items()))
    taken = terraform.apply().stdout
    assert f"{len(made)} imported, 0 added" in taken and "0 destroyed" in taken
    assert terraform.differences() == {}
    terraform.destroy()
    assert [one["VpcId"] for one in client("ec2").describe_vpcs()["Vpcs"] if not one["IsDefault"]] == []
