"""Systems Manager on an instance that nobody logged in to: documents, packages, associations, and an image that a parameter names."""
import json
import uuid

import pytest
from botocore.exceptions import ClientError

from region import wait_until

AMAZON_LINUX = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64"
MANAGED = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}


@pytest.fixture(scope="module")
def profile(region):
    iam, name = region.client("iam"), f"managed-{uuid.uuid4().hex[:6]}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.attach_role_policy(RoleName=name, PolicyArn=MANAGED)
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    yield name
    iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=name)
    iam.delete_instance_profile(InstanceProfileName=name)
    iam.detach_role_policy(RoleName=name, PolicyArn=MANAGED)
    iam.delete_role(RoleName=name)


def send(ssm, instance, document, **parameters):
    return ssm.send_command(InstanceIds=[instance], DocumentName=document, Parameters={name: [value] for name, value in parameters.items()})["Command"]["CommandId"]


def outcome(ssm, instance, document, **parameters):
    return end_of(ssm, instance, send(ssm, instance, document, **parameters))


def end_of(ssm, instance, command):
    asked = {"CommandId": command, "InstanceId": instance}
    return wait_until(lambda: (lambda one: one["Status"] not in ("Pending", "InProgress", "Delayed") and one)(
        ssm.get_command_invocation(**asked)), 120, "the command's end")


# Of one's own: two steps and a parameter.
GREETING = """
schemaVersion: '2.2'
description: Leaves a greeting.
parameters:
  who: {type: String, default: world, allowedPattern: '[a-z]+'}
  folder: {type: String, default: /srv/greeting}
mainSteps:
- action: aws:runShellScript
  name: prepare
  inputs:
    runCommand:
    - set -e
    - mkdir -p {{ folder }}
    - echo prepared {{ folder }}
    onFailure: exit
- action: aws:runShellScript
  name: greet
  inputs:
    workingDirectory: '{{ folder }}'
    timeoutSeconds: '60'
    runCommand:
    - |
      echo WORD {{ who }} > greeting
      cat greeting; pwd
"""
# As strangers write them: one script of bash whose action is chosen, with braces of its own; and steps for two platforms.
MANAGEMENT = """
schemaVersion: '2.2'
description: What an operator may do with the stack.
parameters:
  action:
    type: String
    description: (Required) What to do
    allowedValues: [status, logs]
  lines: {type: String, default: '50'}
mainSteps:
- action: aws:runShellScript
  name: manage
  inputs:
    runCommand:
    - |
      #!/bin/bash
      set -euo pipefail
      known=(status logs)
      [[ " ${known[*]} " == *" {{action}} "* ]]
      case "{{ action }}" in
        status) echo "up: ${BASH_VERSION%%.*} {{ .Names }}" ;;
        logs) seq 100 | tail -n {{ lines }} | wc -l ;;
      esac
"""
COLLECTOR = {
    "schemaVersion": "2.2", "description": "Collects what support asks for.", "parameters": {"bucketName": {"type": "String", "default": "Enabled"}},
    "mainSteps": [
        {"action": "aws:runPowerShellScript", "name": "CollectWindows", "precondition": {"StringEquals": ["platformType", "Windows"]},
         "inputs": {"runCommand": ["Get-EventLog System"]}},
        {"action": "aws:runShellScript", "name": "CollectLinux", "precondition": {"StringEquals": ["platformType", "Linux"]},
         "inputs": {"runCommand": ["collected=$(mktemp -d)", "uname -s > ${collected}/system", "echo \"* to s3://{{bucketName}}\"", "cat ${collected}/system", "exit 3"]}}]}


@pytest.fixture(scope="module")
def instance(region, profile):
    """A managed instance."""
    ec2, ssm = region.client("ec2"), region.client("ssm")
    one = ec2.run_instances(ImageId="resolve:ssm:" + AMAZON_LINUX, InstanceType="t3.small", MinCount=1, MaxCount=1,
                            IamInstanceProfile={"Name": profile})["Instances"][0]["InstanceId"]
    wait_until(lambda: ssm.describe_instance_information(Filters=[{"Key": "InstanceIds", "Values": [one]}])["InstanceInformationList"], 180, "the instance's agent")
    yield one
    ec2.terminate_instances(InstanceIds=[one])
    ec2.get_waiter("instance_terminated").wait(InstanceIds=[one], WaiterConfig={"Delay": 1})


def steps(ssm, instance, whole):
    """{step: (status, code, output)} of a command's one invocation."""
    told = ssm.list_command_invocations(CommandId=whole["CommandId"], InstanceId=instance, Details=True)["CommandInvocations"][0]
    return {one["Name"]: (one["Status"], one["ResponseCode"], one["Output"]) for one in told["CommandPlugins"]}


def test_a_document_of_ones_own_runs_step_by_step_and_its_new_version_by_command_and_association(region, instance, tmp_path):
    ssm, name = region.client("ssm"), f"Greeting-{uuid.uuid4().hex[:6]}"
    content = tmp_path / "greeting.yaml"
    content.write_text(GREETING.replace("WORD", "hello"))
    region.aws("ssm", "create-document", "--name", name, "--document-type", "Command", "--document-format", "YAML", "--content", f"file://{content}")
    association = None
    try:
        first = outcome(ssm, instance, name, who="you")
        assert first["Status"] == "Success" and first["PluginName"] == ""
        assert steps(ssm, instance, first) == {"prepare": ("Success", 0, "prepared /srv/greeting\n"), "greet": ("Success", 0, "hello you\n/srv/greeting\n")}
        failed = outcome(ssm, instance, name, folder="/proc/none")
        told = steps(ssm, instance, failed)
        assert failed["Status"] == told["prepare"][0] == "Failed" and "skipped" in told["greet"][2]
        content.write_text(GREETING.replace("WORD", "good evening"))
        region.aws("ssm", "update-document", "--name", name, "--document-format", "YAML", "--content", f"file://{content}", "--document-version", "$LATEST")
        assert steps(ssm, instance, outcome(ssm, instance, name))["greet"][2] == "hello world\n/srv/greeting\n"
        association = ssm.create_association(Name=name, Targets=[{"Key": "InstanceIds", "Values": [instance]}],
                                             Parameters={"folder": ["/srv/associated"]})["AssociationDescription"]["AssociationId"]
        left = lambda: outcome(ssm, instance, "AWS-RunShellScript", commands="cat /srv/associated/greeting")["StandardOutputContent"]
        wait_until(lambda: left() == "hello world\n", 60, "the association's greeting")
        region.aws("ssm", "update-document-default-version", "--name", name, "--document-version", "2")
        assert steps(ssm, instance, outcome(ssm, instance, name))["greet"][2] == "good evening world\n/srv/greeting\n"
        wait_until(lambda: left() == "good evening world\n", 60, "the greeting of the association's new version")
        with pytest.raises(ClientError) as refused:
            ssm.delete_document(Name=name)
        assert refused.value.response["Error"]["Code"] == "AssociatedInstances"
    finally:
        if association:
            ssm.delete_association(AssociationId=association)
        region.aws("ssm", "delete-document", "--name", name)


def test_documents_as_strangers_write_them_run(region, instance):
    ssm, name = region.client("ssm"), uuid.uuid4().hex[:6]
    ssm.create_document(Name=f"Manage-{name}", DocumentType="Command", DocumentFormat="YAML", Content=MANAGEMENT)
    ssm.create_document(Name=f"Collect-{name}", DocumentType="Command", Content=json.dumps(COLLECTOR))
    ssm.put_parameter(Name=f"/lines/{name}", Value="7", Type="String")
    try:
        status = outcome(ssm, instance, f"Manage-{name}", action="status")
        assert (status["Status"], status["StandardOutputContent"]) == ("Success", "up: 5 {{ .Names }}\n"), status["StandardErrorContent"]
        assert outcome(ssm, instance, f"Manage-{name}", action="logs", lines="{{ssm:/lines/" + name + "}}")["StandardOutputContent"] == "7\n"
        with pytest.raises(ClientError) as refused:
            ssm.send_command(InstanceIds=[instance], DocumentName=f"Manage-{name}", Parameters={"action": ["destroy"]})
        assert refused.value.response["Error"]["Code"] == "InvalidParameters"
        collected = outcome(ssm, instance, f"Collect-{name}", bucketName="support")
        told = steps(ssm, instance, collected)
        assert collected["Status"] == "Failed" and told["CollectLinux"] == ("Failed", 3, "* to s3://support\nLinux\n")
        assert told["CollectWindows"][:2] == ("Success", 0) and "unsatisfied preconditions" in told["CollectWindows"][2]
    finally:
        for one in ("Manage", "Collect"):
            ssm.delete_document(Name=f"{one}-{name}")
        ssm.delete_parameter(Name=f"/lines/{name}")


def test_a_command_outlives_a_reboot_that_came_over_it_and_one_that_it_asked_for(region, instance):
    """Source: Systems Manager User Guide, "Handling reboots when running commands"."""
    ssm = region.client("ssm")
    kept = send(ssm, instance, "AWS-RunShellScript", commands="echo >> /var/begun; test $(wc -l < /var/begun) -gt 1 || sleep 300; echo begun $(wc -l < /var/begun) times")
    assert outcome(ssm, instance, "AWS-RunShellScript", commands="until test -s /var/begun; do sleep 0.1; done")["Status"] == "Success"
    region.client("ec2").reboot_instances(InstanceIds=[instance])
    assert end_of(ssm, instance, kept)["StandardOutputContent"] == "begun 2 times\n"
    asks = outcome(ssm, instance, "AWS-RunShellScript", commands="test ! -e /var/asked || exit 7; touch /var/asked; exit 194")
    assert (asks["Status"], asks["ResponseCode"]) == ("Failed", 7)


def test_an_instance_that_comes_later_gets_what_its_tag_says_and_packages_come_and_go(region, profile):
    ec2, ssm, team = region.client("ec2"), region.client("ssm"), uuid.uuid4().hex[:6]
    made = ssm.create_association(Name="AWS-ConfigureAWSPackage", Targets=[{"Key": "tag:team", "Values": [team]}], ScheduleExpression="rate(30 minutes)",
                                  Parameters={"action": ["Install"], "name": ["AWSCodeDeployAgent"]})["AssociationDescription"]
    instance = ec2.run_instances(ImageId="resolve:ssm:" + AMAZON_LINUX, InstanceType="t3.small", MinCount=1, MaxCount=1, IamInstanceProfile={"Name": profile},
                                 TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "team", "Value": team}]}])["Instances"][0]["InstanceId"]
    try:
        status = lambda: ssm.describe_association(AssociationId=made["AssociationId"])["AssociationDescription"]["Overview"]["Status"]
        wait_until(lambda: status() == "Success", 180, "the association on the new instance")
        state = lambda: outcome(ssm, instance, "AWS-RunShellScript", commands="systemctl is-active codedeploy-agent")["StandardOutputContent"].strip()
        assert state() == "active"
        gone = outcome(ssm, instance, "AWS-ConfigureAWSPackage", action="Uninstall", name="AWSCodeDeployAgent")
        assert (gone["Status"], gone["PluginName"]) == ("Success", "configurePackage") and state() == "inactive"
        ssm.start_associations_once(AssociationIds=[made["AssociationId"]])
        wait_until(lambda: state() == "active", 60, "the association once more")
        other = outcome(ssm, instance, "AWS-ConfigureAWSPackage", action="Install", name="AmazonCloudWatchAgent")
        assert other["Status"] == "Failed" and "AmazonCloudWatchAgent does not exist" in other["StandardErrorContent"]
        assert "update skipped" in outcome(ssm, instance, "AWS-UpdateSSMAgent")["StandardOutputContent"]
    finally:
        ssm.delete_association(AssociationId=made["AssociationId"])
        ec2.terminate_instances(InstanceIds=[instance])
        ec2.get_waiter("instance_terminated").wait(InstanceIds=[instance], WaiterConfig={"Delay": 1})


@pytest.mark.parametrize("parameter, says", [("/none/such", "aliases are invalid"), ("own", "Unsupported data type")])
def test_an_image_id_that_names_no_image_parameter_is_refused(region, parameter, says):
    ssm = region.client("ssm")
    ssm.put_parameter(Name="own", Value="ami-0123456789abcdef0", Type="String", Overwrite=True)
    with pytest.raises(ClientError) as refused:
        region.client("ec2").run_instances(ImageId="resolve:ssm:" + parameter, InstanceType="t3.small", MinCount=1, MaxCount=1)
    assert refused.value.response["Error"]["Code"] == "SsmInvalidParameter" and says in refused.value.response["Error"]["Message"]
    ssm.delete_parameter(Name="own")
