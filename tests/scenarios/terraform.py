"""Terraform as its users run it: a folder of files, in an account of its own."""
import json
import re
import shutil

import boto3
import pytest

import region as live

# What `terraform import` wants where that is not the resource's id.
IMPORTED_BY = {
    "aws_default_route_table": "{vpc_id}",
    "aws_codedeploy_app": "{name}",
    "aws_codedeploy_deployment_group": "{app_name}:{deployment_group_name}",
    "aws_cloudwatch_event_target": "{rule}/{target_id}",
    "aws_cloudwatch_log_metric_filter": "{log_group_name}:{name}",
    "aws_cloudwatch_log_stream": "{log_group_name}:{name}",
    "aws_iam_account_password_policy": "iam-account-password-policy",
    "aws_iam_group_policy_attachment": "{group}/{policy_arn}",
    "aws_iam_role_policy_attachment": "{role}/{policy_arn}",
    "aws_iam_user_policy_attachment": "{user}/{policy_arn}",
    "aws_iam_user_ssh_key": "{username}:{ssh_public_key_id}:{encoding}",
    "aws_network_interface_sg_attachment": "{network_interface_id}_{security_group_id}",
    "aws_network_acl_rule": "{network_acl_id}:{rule_number}:{protocol}:{egress}",
    "aws_route": "{route_table_id}_{destination_cidr_block}",
    "aws_route_table_association": "{subnet_id}/{route_table_id}",
    "aws_security_group_rule": "{security_group_id}_{type}_{protocol}_{from_port}_{to_port}_{source}",
    "aws_s3_object": "{bucket}/{key}",
}
# The provider imports no such thing.
NOT_IMPORTED = {"aws_iam_group_membership", "aws_iam_policy_attachment", "aws_iam_user_group_membership", "aws_lb_target_group_attachment",
                "aws_main_route_table_association", "aws_s3_object_copy"}

# What the provider cannot read back, so that its first plan after an import writes it: the provider's own settings (force_destroy and
# the like), and what AWS tells nobody again (private keys, passwords).
WRITTEN_AGAIN = {
    "aws_acm_certificate": {"private_key", "certificate_body"},
    "aws_ecr_repository": {"force_delete"},
    # A template's version is told as a number where the file says "$Latest".
    "aws_instance": {"launch_template", "user_data", "user_data_replace_on_change", "volume_tags", "root_block_device", "force_destroy"},
    # A group to forward to is told in both of its forms, of which the file has one.
    "aws_lb_listener": {"default_action"},
    "aws_launch_template": {"update_default_version"},
    "aws_s3_bucket": {"force_destroy", "bucket_prefix"},
    "aws_s3_object": {"content", "force_destroy", "acl", "key"},
    "aws_secretsmanager_secret": {"recovery_window_in_days", "force_overwrite_replica_secret"},
    "aws_ssm_association": {"parameters"},
    "aws_ssm_parameter": {"value", "overwrite"},
}
# The provider makes these anew after an import, by its documentation: it does not read what it compares.
MADE_ANEW = {"aws_codebuild_source_credential": {"token"}, "aws_iam_user_login_profile": {"password_length"}, "aws_key_pair": {"public_key", "tags"}}


def account_environment(region, name):
    """What `hanbat env` prints, with keys of an account that holds nothing."""
    email = f"{name}@example.com"
    organizations = region.client("organizations")
    try:
        organizations.create_organization(FeatureSet="ALL")
    except organizations.exceptions.AlreadyInOrganizationException:
        pass
    account = next((one["Id"] for one in organizations.list_accounts()["Accounts"] if one["Email"] == email), None)
    if account is None:
        asked = organizations.create_account(Email=email, AccountName=name)["CreateAccountStatus"]["Id"]
        status = live.wait_until(lambda: next((s for s in [organizations.describe_create_account_status(CreateAccountRequestId=asked)["CreateAccountStatus"]]
                                               if s["State"] != "IN_PROGRESS"), None), 30, "the account is made")
        account = status["AccountId"]
    keys = region.client("sts").assume_role(RoleArn=f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole",
                                            RoleSessionName="terraform", DurationSeconds=3600)["Credentials"]
    return dict(region.env, AWS_ACCESS_KEY_ID=keys["AccessKeyId"], AWS_SECRET_ACCESS_KEY=keys["SecretAccessKey"], AWS_SESSION_TOKEN=keys["SessionToken"])


def client_of(environment, service):
    return boto3.client(service, endpoint_url=environment["AWS_ENDPOINT_URL"], region_name=live.REGION,
                        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"], aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
                        aws_session_token=environment["AWS_SESSION_TOKEN"])


class Terraform:
    """Runs terraform in a folder with the variables of `variables`; skips the test where there is no terraform or no provider."""

    def __init__(self, folder, environment, variables=()):
        if not shutil.which("terraform"):
            pytest.skip("terraform is not installed")
        self.folder = folder
        self.env = dict(environment, TF_IN_AUTOMATION="1", TF_INPUT="0", **{f"TF_VAR_{name}": text for name, text in dict(variables).items()})
        self.env.pop("TF_CLI_CONFIG_FILE", None)
        if self("init", check=False).returncode != 0:
            pytest.skip("terraform init: the AWS provider is neither in a local mirror nor to be had from a registry")

    def __call__(self, *arguments, check=True):
        return live.run("terraform", *arguments, "-no-color", env=self.env, cwd=self.folder, check=check)

    def apply(self, *arguments):
        return self("apply", "-auto-approve", "-parallelism=30", *arguments)

    def destroy(self, check=True):
        return self("destroy", "-auto-approve", "-parallelism=30", check=check)

    def differences(self, *arguments):
        """{address: actions} of what a plan would do, without what stays as it is."""
        self("plan", "-out=planned", *arguments)
        plan = json.loads(self("show", "-json", "planned").stdout)
        return {one["address"]: one["change"]["actions"] for one in plan.get("resource_changes", [])
                if one["mode"] == "managed" and one["change"]["actions"] != ["no-op"]}

    def wrong_imports(self, *arguments):
        """{address: (actions, attributes)} of what a plan with import blocks does beyond taking in what is there, and writing what
        cannot be read back."""
        self("plan", "-out=planned", *arguments)
        wrong = {}
        for one in json.loads(self("show", "-json", "planned").stdout)["resource_changes"]:
            kind, change = one["type"], one["change"]
            if one["mode"] != "managed" or kind in NOT_IMPORTED:
                continue
            before, after = change["before"] or {}, change["after"] or {}
            different = {name for name in set(before) | set(after) if before.get(name) != after.get(name) and not (change["after_unknown"] or {}).get(name)}
            expected = (["delete", "create"],) if kind in MADE_ANEW else (["no-op"], ["update"])
            if "importing" not in change or change["actions"] not in expected or different - WRITTEN_AGAIN.get(kind, set()) - MADE_ANEW.get(kind, set()):
                wrong[one["address"]] = (change["actions"], sorted(different))
        return wrong

    def resources(self):
        """{address: attributes} of what the state holds."""
        root = json.loads(self("show", "-json").stdout)["values"]["root_module"]
        return {one["address"]: one["values"] for one in root["resources"] if one["mode"] == "managed"}

    def outputs(self):
        return {name: one["value"] for name, one in json.loads(self("output", "-json").stdout).items()}


# Seconds that the provider lets pass by itself (5.100), as its log with TF_LOG=DEBUG shows between two calls of one resource: before
# the first look at what was made, and between looks of which it wants several alike. A balancer has two such pauses of thirty, as it
# sets attributes after its creation; a bucket's lifecycle is asked for ten times.
OWN_PAUSES = {"aws_lb": 60, "aws_s3_bucket_lifecycle_configuration": 55, "aws_vpc": 10, "aws_subnet": 10, "aws_instance": 10,
              "aws_iam_instance_profile": 6, "aws_launch_template": 6}


def creation_times(applied):
    """{address: seconds} of what an apply printed."""
    found = re.findall(r"^(\S+): Creation complete after (?:(\d+)m)?(\d+)s", applied, re.MULTILINE)
    return {address: 60 * int(minutes or 0) + int(seconds) for address, minutes, seconds in found}


def import_blocks(resources):
    """A file that takes in what Terraform.resources() tells of."""
    blocks = []
    for address, values in resources.items():
        kind = address.split(".")[0]
        if kind not in NOT_IMPORTED:
            source = values.get("source_security_group_id") or next(iter(values.get("cidr_blocks") or []), None)
            by = IMPORTED_BY.get(kind, "{id}").format(**{name: str(v).lower() if isinstance(v, bool) else v for name, v in {**values, "source": source}.items()})
            blocks.append(f"import {{\n  to = {address}\n  id = {json.dumps(by)}\n}}\n")
    return "".join(blocks)
