"""What EC2 tells of a plain instance, its interface, its volume and a launch template, of which nothing was asked at their making: a filter
with AWS's own default finds them. Sources: the Describe operations of EC2's API reference, and what AWS answers for a t3.micro of today."""
import daemon as live
import pytest
from host import HostOfMemory

# (operation, the ids' parameter, filter, AWS's default)
FOUND = [
    *(("describe_instances", name, value) for name, value in (
        ("operator.managed", "false"), ("network-interface.operator.managed", "false"), ("usage-operation", "RunInstances"), ("platform-details", "Linux/UNIX"),
        ("enclave-options.enabled", "false"), ("hibernation-options.configured", "false"), ("metadata-options.http-tokens", "*"), ("metadata-options.http-endpoint", "enabled"),
        ("metadata-options.http-put-response-hop-limit", "*"), ("metadata-options.http-protocol-ipv4", "enabled"), ("metadata-options.http-protocol-ipv6", "disabled"),
        ("metadata-options.instance-metadata-tags", "disabled"), ("metadata-options.state", "applied"), ("current-instance-boot-mode", "legacy-bios"),
        ("maintenance-options.auto-recovery", "default"), ("network-performance-options.bandwidth-weighting", "default"),
        ("private-dns-name-options.hostname-type", "ip-name"), ("private-dns-name-options.enable-resource-name-dns-a-record", "false"),
        ("private-dns-name-options.enable-resource-name-dns-aaaa-record", "false"),
        ("capacity-reservation-specification.capacity-reservation-preference", "open"), ("monitoring-state", "disabled"), ("tenancy", "default"),
        ("architecture", "x86_64"), ("hypervisor", "xen"), ("virtualization-type", "hvm"), ("root-device-type", "ebs"), ("ebs-optimized", "false"), ("ena-support", "true"),
        ("source-dest-check", "true"), ("launch-index", "0"), ("network-interface.requester-managed", "false"), ("network-interface.ipv6-native", "false"),
        ("network-interface.deny-all-igw-traffic", "false"), ("network-interface.source-dest-check", "true"), ("network-interface.attachment.network-card-index", "0"),
        ("network-interface.attachment.device-index", "0"), ("network-interface.addresses.primary", "true"), ("availability-zone-id", "apne2-az?"))),
    *(("describe_network_interfaces", name, value) for name, value in (
        ("operator.managed", "false"), ("requester-managed", "false"), ("source-dest-check", "true"), ("interface-type", "interface"), ("status", "in-use"),
        ("attachment.device-index", "0"), ("attachment.delete-on-termination", "true"))),
    *(("describe_volumes", name, value) for name, value in (
        ("operator.managed", "false"), ("multi-attach-enabled", "false"), ("encrypted", "false"), ("status", "in-use"), ("attachment.delete-on-termination", "true"))),
    *(("describe_instance_status", name, value) for name, value in (
        ("operator.managed", "false"), ("attached-ebs-status.status", "*"), ("instance-state-code", "16"), ("system-status.status", "ok"))),
]


@pytest.fixture(scope="module")
def ec2(tmp_path_factory):
    one = live.Daemon(tmp_path_factory.mktemp("daemon"))
    one.host = HostOfMemory()
    one.start()
    client = one.client("ec2")
    image = client.describe_images(Owners=["amazon"], Filters=[{"Name": "name", "Values": ["amzn2-ami-hvm-*"]}])["Images"][0]["ImageId"]
    ident = client.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    client.get_waiter("instance_running").wait(InstanceIds=[ident], WaiterConfig={"Delay": 1})
    yield client
    one.stop()
    one.host.close()


def things(answer):
    return next(value for name, value in answer.items() if name in ("Reservations", "NetworkInterfaces", "Volumes", "InstanceStatuses"))


@pytest.mark.parametrize("operation, name, value", FOUND, ids=[f"{operation}-{name}" for operation, name, _ in FOUND])
def test_a_filter_with_the_default_of_aws_finds_what_has_it(ec2, operation, name, value):
    described = getattr(ec2, operation)
    assert len(things(described(Filters=[{"Name": name, "Values": [value]}]))) == 1
    assert things(described(Filters=[{"Name": name, "Values": ["no such value"]}])) == []


def test_launch_templates_tell_who_operates_them(ec2):
    made = ec2.create_launch_template(LaunchTemplateName="plain", LaunchTemplateData={"InstanceType": "t3.micro"})["LaunchTemplate"]
    assert made["CreatedBy"] and made["DefaultVersionNumber"] == 1
