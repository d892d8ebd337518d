"""The commission as somebody who writes Terraform would make it, in an account of its own: applied, planned without a difference,
delivered to by a push, changed, and destroyed without a trace."""
import shutil
import time

import boto3
import pytest

import region as live

TERRAFORM = live.EXAMPLE / "terraform"
EMAIL = "terraform@example.com"


@pytest.fixture(scope="module")
def environment(region, tmp_path_factory):
    """What `hanbat env` prints, with keys of an account that holds nothing."""
    organizations = region.client("organizations")
    try:
        organizations.create_organization(FeatureSet="ALL")
    except organizations.exceptions.AlreadyInOrganizationException:
        pass
    account = next((one["Id"] for one in organizations.list_accounts()["Accounts"] if one["Email"] == EMAIL), None)
    if account is None:
        asked = organizations.create_account(Email=EMAIL, AccountName="terraform")["CreateAccountStatus"]["Id"]
        status = live.wait_until(lambda: next((s for s in [organizations.describe_create_account_status(CreateAccountRequestId=asked)["CreateAccountStatus"]]
                                               if s["State"] != "IN_PROGRESS"), None), 30, "the account is made")
        account = status["AccountId"]
    keys = region.client("sts").assume_role(RoleArn=f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole",
                                            RoleSessionName="terraform", DurationSeconds=3600)["Credentials"]
    state = tmp_path_factory.mktemp("wsi")
    return dict(region.env, AWS_ACCESS_KEY_ID=keys["AccessKeyId"], AWS_SECRET_ACCESS_KEY=keys["SecretAccessKey"],
                AWS_SESSION_TOKEN=keys["SessionToken"], WSI_STATE=str(state))


@pytest.fixture(scope="module")
def terraform(environment, tmp_path_factory):
    """Runs terraform in a copy of the example, which is destroyed afterwards, whatever became of it."""
    if not shutil.which("terraform"):
        pytest.skip("terraform is not installed")
    folder = tmp_path_factory.mktemp("example")
    for name in ("terraform", "user-data"):
        shutil.copytree(live.EXAMPLE / name, folder / name)
    live.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "key")
    env = dict(environment, TF_VAR_public_key=(folder / "key.pub").read_text(), TF_IN_AUTOMATION="1", TF_INPUT="0")
    env.pop("TF_CLI_CONFIG_FILE", None)

    def call(*arguments, check=True):
        return live.run("terraform", *arguments, "-no-color", env=env, cwd=folder / "terraform", check=check)

    if call("init", check=False).returncode != 0:
        pytest.skip("terraform init: the AWS provider is neither in a local mirror nor to be had from a registry")
    yield call
    call("destroy", "-auto-approve", "-parallelism=30", check=False)


@pytest.fixture(scope="module")
def client(environment):
    return lambda service: boto3.client(
        service, endpoint_url=environment["AWS_ENDPOINT_URL"], region_name=live.REGION, aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"], aws_session_token=environment["AWS_SESSION_TOKEN"])


@pytest.fixture(scope="module")
def applied(terraform):
    began = time.monotonic()
    terraform("apply", "-auto-approve", "-parallelism=30")
    print(f"terraform apply: {time.monotonic() - began:.0f} s")


def plans_nothing(terraform, *arguments):
    planned = terraform("plan", "-detailed-exitcode", *arguments, check=False)
    return planned.returncode == 0


def test_what_was_applied_is_planned_again_without_a_difference(terraform, applied):
    assert plans_nothing(terraform)


def test_a_push_goes_live_on_servers_of_a_launch_template(region, environment, applied, client):
    live.run(live.EXAMPLE / "push.sh", "main", env=environment)
    live.run(live.ROOT / "tools/wait-for", "live", env=environment)
    name = client("elbv2").describe_load_balancers(Names=["wsi-alb"])["LoadBalancers"][0]["DNSName"]
    status, answer = region.health((name.replace(".amazonaws.com", "") + ".localhost", int(region.env["HANBAT_BALANCER_PORT"])))
    assert status == 200 and answer["version"]


def test_a_change_of_all_tags_is_made_and_nothing_more(terraform, applied):
    more = ("-var", 'tags={Stage="two"}')
    terraform("apply", "-auto-approve", "-parallelism=30", *more)
    assert plans_nothing(terraform, *more)


def test_what_is_destroyed_leaves_nothing(terraform, applied, client):
    terraform("destroy", "-auto-approve", "-parallelism=30")
    ec2 = client("ec2")
    states = [i["State"]["Name"] for r in ec2.describe_instances()["Reservations"] for i in r["Instances"]]
    assert set(states) <= {"terminated"}
    assert [vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]] == []
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == ec2.describe_addresses()["Addresses"] == ec2.describe_volumes()["Volumes"] == []
    assert ec2.describe_launch_templates()["LaunchTemplates"] == ec2.describe_key_pairs()["KeyPairs"] == []
    assert client("s3").list_buckets()["Buckets"] == []
    assert client("ecr").describe_repositories()["repositories"] == client("codecommit").list_repositories()["repositories"] == []
    assert client("codebuild").list_projects()["projects"] == client("codedeploy").list_applications()["applications"] == []
    assert client("codepipeline").list_pipelines()["pipelines"] == client("events").list_rules()["Rules"] == []
    assert client("elbv2").describe_load_balancers()["LoadBalancers"] == client("elbv2").describe_target_groups()["TargetGroups"] == []
    assert [role["RoleName"] for role in client("iam").list_roles()["Roles"] if role["RoleName"].startswith("wsi-")] == []
