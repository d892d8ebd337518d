"""One resource of every kind that the region has, in Terraform: made, read, changed, imported and destroyed without a trace."""
import shutil

import pytest

import region as live
from terraform import Terraform, account_environment, client_of, import_blocks


@pytest.fixture(scope="module")
def environment(region):
    return account_environment(region, "every-kind")


@pytest.fixture(scope="module")
def variables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    live.run("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", folder / "key")
    live.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "tls.key", "-out", folder / "tls.crt", "-days", "30",
             "-subj", "/CN=every.example.com")
    return {"public_key": (folder / "key.pub").read_text(), "certificate": (folder / "tls.crt").read_text(), "private_key": (folder / "tls.key").read_text()}


def files(folder):
    for one in (live.ROOT / "tests/scenarios/every_kind").glob("*.tf"):
        shutil.copy(one, folder)
    return folder


@pytest.fixture(scope="module")
def terraform(environment, variables, tmp_path_factory):
    terraform = Terraform(files(tmp_path_factory.mktemp("made")), environment, variables)
    yield terraform
    terraform.destroy(check=False)


@pytest.fixture(scope="module")
def applied(terraform):
    terraform.apply()


def test_every_kind_is_made_and_planned_again_without_a_difference(terraform, applied):
    assert terraform.differences() == {}
    assert len({address.split(".")[0] for address in terraform.resources()}) > 80


def test_data_sources_read_what_is_there(terraform, applied):
    read = terraform.outputs()["read"]
    assert read == {
        "partition": "aws", "region": live.REGION, "zone": "a", "image": "x86_64", "memory": 2048,
        "offered": [live.REGION + letter for letter in "abcd"], "cidr": "10.61.0.0/16", "subnets": 2, "private": ["10.61.0.0/24", "10.61.1.0/24"],
        "group": "every-kind", "routes": 1, "attached": True, "role": True, "policy": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
        "balancer": True, "group_port": 8080, "registry": True, "user": "AWS", "bucket": live.REGION,
        "clone": f"https://git-codecommit.{live.REGION}.amazonaws.com/v1/repos/every-kind", "secret": '{"word":"hush"}', "log_group": 7, "instance": True}


def test_what_is_there_is_imported_without_a_change(terraform, applied, environment, variables, tmp_path_factory):
    """As for what the CLI made: an empty state and import blocks; the plan takes all in and writes only what cannot be read back."""
    folder = files(tmp_path_factory.mktemp("imported"))
    (folder / "import.tf").write_text(import_blocks(terraform.resources()))
    assert Terraform(folder, environment, variables).wrong_imports() == {}


def test_what_can_be_changed_is_changed_and_planned_again_without_a_difference(terraform, applied):
    later = ("-var", "stage=two")
    before = terraform.differences(*later)
    terraform.apply(*later)
    assert terraform.differences(*later) == {}
    assert len([actions for actions in before.values() if actions == ["update"]]) > 60


def test_what_is_destroyed_leaves_nothing(terraform, applied, environment):
    terraform.destroy()
    client = lambda service: client_of(environment, service)  # noqa: E731
    ec2, iam = client("ec2"), client("iam")
    assert {i["State"]["Name"] for r in ec2.describe_instances()["Reservations"] for i in r["Instances"]} <= {"terminated"}
    assert [one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"] if not one["IsDefault"]] == []
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == ec2.describe_addresses()["Addresses"] == ec2.describe_volumes()["Volumes"] == []
    assert ec2.describe_launch_templates()["LaunchTemplates"] == ec2.describe_key_pairs()["KeyPairs"] == []
    assert iam.list_users()["Users"] == iam.list_groups()["Groups"] == iam.list_policies(Scope="Local")["Policies"] == []
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == iam.list_account_aliases()["AccountAliases"] == []
    assert client("s3").list_buckets()["Buckets"] == client("secretsmanager").list_secrets()["SecretList"] == []
    assert client("ssm").describe_parameters()["Parameters"] == client("ssm").list_associations()["Associations"] == []
    assert client("logs").describe_log_groups()["logGroups"] == client("logs").describe_resource_policies()["resourcePolicies"] == []
    assert client("ecr").describe_repositories()["repositories"] == client("codecommit").list_repositories()["repositories"] == []
    assert client("codebuild").list_projects()["projects"] == client("codedeploy").list_applications()["applications"] == []
    assert client("codepipeline").list_pipelines()["pipelines"] == client("events").list_rules()["Rules"] == []
    assert [one["Name"] for one in client("events").list_event_buses()["EventBuses"]] == ["default"]
    assert client("elbv2").describe_load_balancers()["LoadBalancers"] == client("elbv2").describe_target_groups()["TargetGroups"] == []
    assert client("acm").list_certificates()["CertificateSummaryList"] == []
