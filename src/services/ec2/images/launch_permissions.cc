#include "services/ec2/images/launch_permissions.h"

#include <algorithm>

#include "services/ec2/calls/resource_keys.h"
#include "services/ec2/metadata/metadata_options.h"
#include "services/ec2/networks/networks.h"

namespace hanbat::ec2 {
namespace {

region::ConditionKeys instance_keys(const RunInstancesInput& in, const LaunchQuestion& question) {
  const InstanceMetadataOptionsRequest metadata = in.metadata_options.value_or(InstanceMetadataOptionsRequest{});
  region::ConditionKeys keys{
      {"ec2:InstanceType", {in.instance_type.value_or("t3.small")}},
      {"ec2:InstanceMarketType", {"on-demand"}},
      {"ec2:EbsOptimized", {truth(in.ebs_optimized.value_or(false))}},
      {"ec2:RootDeviceType", {"ebs"}},
      {"ec2:Tenancy", {in.placement ? in.placement->tenancy.value_or("default") : "default"}},
      {"ec2:MetadataHttpEndpoint", {std::string(word_of(require_word(metadata.http_endpoint, kUsualEndpoint)))}},
      {"ec2:MetadataHttpTokens", {std::string(word_of(require_word(metadata.http_tokens, kUsualTokens)))}},
      {"ec2:MetadataHttpPutResponseHopLimit", {std::to_string(metadata.http_put_response_hop_limit.value_or(1))}},
      {"ec2:InstanceMetadataTags",
       {std::string(word_of(require_word(metadata.instance_metadata_tags, kUsualMetadataTags)))}}};
  if (question.profile) keys["ec2:InstanceProfile"] = {question.profile->arn};
  return keys;
}

region::ConditionKeys interface_keys(const Request& rq, const InstanceNetworkInterfaceSpecification& asked,
                                     const LaunchQuestion& question) {
  region::ConditionKeys keys;
  if (question.subnet) {
    keys["ec2:Subnet"] = {arn_of(rq, "subnet", question.subnet->id)};
    keys["ec2:Vpc"] = {arn_of(rq, "vpc", question.subnet->scope)};
  }
  if (asked.associate_public_ip_address)
    keys["ec2:AssociatePublicIpAddress"] = {truth(*asked.associate_public_ip_address)};
  return keys;
}

region::ConditionKeys volume_keys(const RunInstancesInput& in) {
  region::ConditionKeys keys{{"ec2:Encrypted", {"false"}}};
  for (const BlockDeviceMapping& mapping : in.block_device_mappings.value_or(std::vector<BlockDeviceMapping>{})) {
    if (!mapping.ebs) continue;
    if (mapping.ebs->encrypted) keys["ec2:Encrypted"] = {truth(*mapping.ebs->encrypted)};
    if (mapping.ebs->volume_type) keys["ec2:VolumeType"] = {*mapping.ebs->volume_type};
    if (mapping.ebs->volume_size) keys["ec2:VolumeSize"] = {std::to_string(*mapping.ebs->volume_size)};
  }
  return keys;
}

std::string zone_asked(const Request& rq, const Placement& placement) {
  // Terraform sends an empty name for none.
  const auto named = [](const std::optional<std::string>& text) {
    return text.value_or("").empty() ? std::nullopt : text;
  };
  const auto name = named(placement.availability_zone);
  const auto zones = zones_of(rq.region);
  if (name && std::ranges::find(zones, *name) == zones.end())
    throw invalid_parameter(fmt::format("Invalid availability zone: [{}]", *name));
  return require_zone(place_of(rq), name, named(placement.availability_zone_id));
}

}  // namespace

Resource<Subnet> choose_subnet(Request& rq, const RunInstancesInput& in, const std::optional<std::string>& subnet_id) {
  std::optional<std::string> zone;
  const auto named = [](const std::optional<std::string>& text) { return !text.value_or("").empty(); };
  if (in.placement && (named(in.placement->availability_zone) || named(in.placement->availability_zone_id)))
    zone = zone_asked(rq, *in.placement);
  if (subnet_id) {
    auto subnet = require<Subnet>(rq.tx, place_of(rq), *subnet_id);
    if (zone && subnet.shape.availability_zone != *zone)
      throw invalid_parameter(
          fmt::format("The availability zone '{}' is not that of the subnet '{}'", *zone, subnet.id));
    return subnet;
  }
  const auto vpc = find_default_vpc(rq.tx, place_of(rq));
  if (!vpc)
    throw Error("VPCIdNotSpecified", 400,
                "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.");
  for (auto& subnet : list_in<Subnet>(rq.tx, vpc->id))
    if (subnet.shape.default_for_az.value_or(false) && (!zone || subnet.shape.availability_zone == *zone))
      return std::move(subnet);
  throw Error("MissingInput", 400,
              fmt::format("No subnets found for the default VPC '{}'. Please specify a subnet.", vpc->id));
}

LaunchQuestion launch_question(Request& rq, const RunInstancesInput& in,
                               const InstanceNetworkInterfaceSpecification& interface) {
  LaunchQuestion question;
  std::optional<std::string> subnet_id = interface.subnet_id;
  question.groups = interface.groups.value_or(std::vector<std::string>{});
  if (interface.network_interface_id) {
    const auto own = find<NetworkInterface>(rq.tx, place_of(rq), *interface.network_interface_id);
    subnet_id = own ? own->shape.subnet_id.value_or("*") : "*";
    if (own) question.groups = group_ids(own->shape.groups);
  }
  question.subnet =
      subnet_id ? find<Subnet>(rq.tx, place_of(rq), *subnet_id) : std::optional(choose_subnet(rq, in, std::nullopt));
  question.subnet_id = question.subnet ? question.subnet->id : *subnet_id;
  if (question.subnet) {
    for (const std::string& name : in.security_groups.value_or(std::vector<std::string>{}))
      if (const auto named = find_named<SecurityGroup>(rq.tx, place_of(rq), question.subnet->scope, name))
        question.groups.push_back(named->id);
    if (question.groups.empty())
      question.groups.push_back(require_default_group(rq.tx, place_of(rq), question.subnet->scope).id);
  }
  if (question.groups.empty()) question.groups.push_back("*");
  if (in.iam_instance_profile) question.profile = find_profile(rq, *in.iam_instance_profile);
  return question;
}

void authorize_launch(Request& rq, const RunInstancesInput& in, const InstanceNetworkInterfaceSpecification& interface,
                      const LaunchQuestion& question, const LaunchTags& tags) {
  const auto in_zone = [&](region::ConditionKeys keys) {
    if (question.subnet)
      if (const auto& zone = question.subnet->shape.availability_zone) keys["ec2:AvailabilityZone"] = {*zone};
    return keys;
  };
  authorize_making(rq, "RunInstances", "instance", tags.instance, in_zone(instance_keys(in, question)));
  authorize(rq, "RunInstances", "image", *in.image_id);
  authorize(rq, "RunInstances", "subnet", question.subnet_id);
  if (interface.network_interface_id)
    authorize(rq, "RunInstances", "network-interface", *interface.network_interface_id,
              in_zone(interface_keys(rq, interface, question)));
  else
    authorize_making(rq, "RunInstances", "network-interface", tags.interface,
                     in_zone(interface_keys(rq, interface, question)));
  authorize_making(rq, "RunInstances", "volume", tags.volume, in_zone(volume_keys(in)));
  for (const std::string& group : question.groups) authorize(rq, "RunInstances", "security-group", group);
  if (in.key_name) authorize(rq, "RunInstances", "key-pair", *in.key_name);
  authorize_tagging(rq, "instance", tags.instance);
  authorize_tagging(rq, "volume", tags.volume);
  authorize_tagging(rq, "network-interface", tags.interface);
  authorize_profile(rq, question.profile, "*");
}

}  // namespace hanbat::ec2
