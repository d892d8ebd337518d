"""Systems Manager on an instance that nobody logged in to: packages, associations, and an image that a parameter names."""
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


def outcome(ssm, instance, document, **parameters):
    sent = ssm.send_command(InstanceIds=[instance], DocumentName=document, Parameters={name: [value] for name, value in parameters.items()})
    asked = {"CommandId": sent["Command"]["CommandId"], "InstanceId": instance}
    return wait_until(lambda: (lambda one: one["Status"] not in ("Pending", "InProgress", "Delayed") and one)(
        ssm.get_command_invocation(**asked)), 120, "the command's end")


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
