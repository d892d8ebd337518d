"""What EC2's answers tell and what they leave out, of things about which nothing was asked. Sources: the examples of each call in the CLI's reference and
in EC2's API reference; what boto3's users rely on (`instance.tags` is None of an instance without tags, a route table's an empty list)."""
import daemon as live
import pytest
from host import HostOfMemory


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """What each call answered, by its name; `ec2` and `iam` are the clients."""
    one = live.Daemon(tmp_path_factory.mktemp("daemon"))
    one.host = HostOfMemory()
    one.start()
    ec2, iam = one.client("ec2"), one.client("iam")
    out = {"ec2": ec2}
    out["vpc"] = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]
    vpc = out["vpc"]["VpcId"]
    out["subnet"] = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]
    subnet = out["subnet"]["SubnetId"]
    out["group"] = ec2.create_security_group(GroupName="a", Description="b", VpcId=vpc)
    group = out["group"]["GroupId"]
    out["rule"] = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
        {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"GroupId": group}]}])["SecurityGroupRules"][0]
    out["interface"] = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]
    out["address"] = ec2.allocate_address()
    out["template"] = ec2.create_launch_template(LaunchTemplateName="plain", LaunchTemplateData={"InstanceType": "t3.micro"})["LaunchTemplate"]
    ec2.create_key_pair(KeyName="plain")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    out["launch"] = ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnet)
    out["instance"] = out["launch"]["Instances"][0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[out["instance"]], WaiterConfig={"Delay": 1})
    for name in ("one", "two"):
        iam.create_instance_profile(InstanceProfileName=name)
    yield out
    one.stop()
    one.host.close()


SILENT = {"describe_vpcs": "Vpcs", "describe_subnets": "Subnets", "describe_security_groups": "SecurityGroups", "describe_volumes": "Volumes", "describe_images": "Images",
          "describe_addresses": "Addresses", "describe_launch_templates": "LaunchTemplates"}
EMPTY = {"describe_route_tables": ("RouteTables", "Tags"), "describe_internet_gateways": ("InternetGateways", "Tags"), "describe_network_acls": ("NetworkAcls", "Tags"),
         "describe_network_interfaces": ("NetworkInterfaces", "TagSet"), "describe_key_pairs": ("KeyPairs", "Tags"), "describe_security_group_rules": ("SecurityGroupRules", "Tags")}


@pytest.mark.parametrize("call, items", SILENT.items())
def test_what_has_no_tags_says_nothing_of_them(made, call, items):
    found = getattr(made["ec2"], call)()[items]
    assert found and not any("Tags" in one for one in found)


@pytest.mark.parametrize("call, items, member", [(call, *of) for call, of in EMPTY.items()])
def test_some_things_without_tags_tell_an_empty_list(made, call, items, member):
    found = getattr(made["ec2"], call)()[items]
    assert found and all(one[member] == [] for one in found)


def test_a_new_vpc_tells_of_ipv6_and_is_pending(made):
    assert made["vpc"]["Ipv6CidrBlockAssociationSet"] == [] and made["vpc"]["State"] == "pending"
    assert "Tags" not in made["vpc"] and "BlockPublicAccessStates" not in made["vpc"]
    told = made["ec2"].describe_vpcs(VpcIds=[made["vpc"]["VpcId"]])["Vpcs"][0]
    assert "Ipv6CidrBlockAssociationSet" not in told
    if "BlockPublicAccessStates" in made["ec2"].meta.service_model.shape_for("Vpc").members:  # an older botocore does not read it
        assert told["BlockPublicAccessStates"] == {"InternetGatewayBlockMode": "off"}


def test_a_rule_about_a_group_tells_its_id_and_owner(made):
    assert set(made["rule"]["ReferencedGroupInfo"]) == {"GroupId", "UserId"} and "Tags" not in made["rule"]
    told = made["ec2"].describe_security_group_rules(SecurityGroupRuleIds=[made["rule"]["SecurityGroupRuleId"]])["SecurityGroupRules"][0]
    assert set(told["ReferencedGroupInfo"]) == {"GroupId", "UserId"}


def test_an_interface_tells_who_asked_for_it(made):
    assert made["interface"]["RequesterId"].startswith(("AIDA", "123456789012")) and made["interface"]["RequesterManaged"] is False
    of_instance = made["ec2"].describe_network_interfaces(Filters=[{"Name": "attachment.instance-id", "Values": [made["instance"]]}])["NetworkInterfaces"][0]
    assert "RequesterId" not in of_instance


def test_what_is_attached_to_a_new_instance_is_on_its_way(made):
    new = made["launch"]["Instances"][0]
    assert new["StateReason"] == {"Code": "pending", "Message": "pending"}
    assert new["BlockDeviceMappings"] == [] and new["MetadataOptions"]["State"] == "pending" and "Tags" not in new
    assert new["NetworkInterfaces"][0]["Attachment"]["Status"] == "attaching"
    told = made["ec2"].describe_instances(InstanceIds=[made["instance"]])["Reservations"][0]["Instances"][0]
    assert told["BlockDeviceMappings"][0]["Ebs"]["Status"] == "attached" and told["MetadataOptions"]["State"] == "applied"
    assert told["NetworkInterfaces"][0]["Attachment"]["Status"] == "attached" and "StateReason" not in told and "Tags" not in told


def test_metadata_options_are_pending_in_the_answer_that_changes_them(made):
    changed = made["ec2"].modify_instance_metadata_options(InstanceId=made["instance"], HttpTokens="required")["InstanceMetadataOptions"]
    assert changed["State"] == "pending" and changed["HttpTokens"] == "required"
    told = made["ec2"].describe_instances(InstanceIds=[made["instance"]])["Reservations"][0]["Instances"][0]
    assert told["MetadataOptions"]["State"] == "applied" and told["MetadataOptions"]["HttpTokens"] == "required"


def test_a_profile_is_associating_in_the_answer_that_associates_it(made):
    ec2 = made["ec2"]
    first = ec2.associate_iam_instance_profile(InstanceId=made["instance"], IamInstanceProfile={"Name": "one"})["IamInstanceProfileAssociation"]
    second = ec2.replace_iam_instance_profile_association(AssociationId=first["AssociationId"], IamInstanceProfile={"Name": "two"})["IamInstanceProfileAssociation"]
    told = ec2.describe_iam_instance_profile_associations(AssociationIds=[second["AssociationId"]])["IamInstanceProfileAssociations"][0]
    assert (first["State"], second["State"], told["State"]) == ("associating", "associating", "associated")
    assert not any("Timestamp" in one for one in (first, second, told))


def test_a_volumes_status_tells_both_checks(made):
    status = made["ec2"].describe_volume_status()["VolumeStatuses"][0]["VolumeStatus"]
    assert status == {"Status": "ok", "Details": [{"Name": "io-enabled", "Status": "passed"}, {"Name": "io-performance", "Status": "not-applicable"}]}
