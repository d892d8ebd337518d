"""Terraform as its users run it: a folder of files, in an account of its own."""
import json
import shutil

import boto3
import pytest

import region as live


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

    def resources(self):
        """{address: attributes} of what the state holds."""
        root = json.loads(self("show", "-json").stdout)["values"]["root_module"]
        return {one["address"]: one["values"] for one in root["resources"] if one["mode"] == "managed"}

    def outputs(self):
        return {name: one["value"] for name, one in json.loads(self("output", "-json").stdout).items()}
