#include "services/ec2/calls/resource_keys.h"

#include "base/arn.h"
#include "services/ec2/images/images.h"
#include "services/ec2/instances/instances.h"
#include "services/ec2/networks/networks.h"

namespace hanbat::ec2 {
namespace {

using region::ConditionKeys;

/// Collects keys; what a resource does not have gives none.
class Facts {
 public:
  Facts(const Place& place, ConditionKeys& keys) : place_(place), keys_(keys) {}

  void add(const char* key, const std::optional<std::string>& value) {
    if (value && !value->empty()) keys_[std::string("ec2:") + key] = {*value};
  }
  void add(const char* key, const std::optional<int>& value) {
    if (value) keys_[std::string("ec2:") + key] = {std::to_string(*value)};
  }
  void add(const char* key, const std::optional<bool>& value) {
    if (value) keys_[std::string("ec2:") + key] = {truth(*value)};
  }
  /// The ARN of another resource of the place.
  void add_arn(const char* key, const char* type, const std::string& id) {
    if (!id.empty()) add(key, make_arn("ec2", place_.region, place_.account, fmt::format("{}/{}", type, id)));
  }
  void add_zone(const std::optional<std::string>& zone) {
    if (!zone) return;
    add("AvailabilityZone", zone);
    add("AvailabilityZoneId", zone_id(*zone));
  }

 private:
  const Place& place_;
  ConditionKeys& keys_;
};

void describe(store::Tx&, const Resource<Vpc>& row, Facts& facts) {
  facts.add("VpcID", row.id);
  facts.add("Tenancy", row.shape.instance_tenancy.value_or("default"));
}

void describe(store::Tx&, const Resource<Subnet>& row, Facts& facts) {
  facts.add("SubnetID", row.id);
  facts.add_arn("Vpc", "vpc", row.scope);
  facts.add_zone(row.shape.availability_zone);
}

void describe(store::Tx&, const Resource<InternetGateway>& row, Facts& facts) {
  facts.add("InternetGatewayID", row.id);
}

void describe(store::Tx&, const Resource<NatGateway>& row, Facts& facts) { facts.add_arn("Vpc", "vpc", row.scope); }

void describe(store::Tx&, const Resource<Address>& row, Facts& facts) {
  facts.add("AllocationId", row.id);
  facts.add("Domain", row.shape.domain);
  facts.add("PublicIpAddress", row.shape.public_ip);
}

void describe(store::Tx&, const Resource<RouteTable>& row, Facts& facts) {
  facts.add("RouteTableID", row.id);
  facts.add_arn("Vpc", "vpc", row.scope);
}

void describe(store::Tx&, const Resource<SecurityGroup>& row, Facts& facts) {
  facts.add("SecurityGroupID", row.id);
  facts.add_arn("Vpc", "vpc", row.scope);
}

void describe(store::Tx&, const Resource<SecurityGroupRule>&, Facts&) {}

void describe(store::Tx&, const Resource<DhcpOptions>&, Facts&) {}

void describe(store::Tx&, const Resource<NetworkInsightsPath>&, Facts&) {}

void describe(store::Tx&, const Resource<NetworkInsightsAnalysis>&, Facts&) {}

void describe(store::Tx&, const Resource<LaunchTemplate>&, Facts&) {}

void describe(store::Tx&, const Resource<NetworkAcl>& row, Facts& facts) {
  facts.add("NetworkAclID", row.id);
  facts.add_arn("Vpc", "vpc", row.scope);
}

void describe(store::Tx&, const Resource<ManagedPrefixList>&, Facts&) {}

void describe(store::Tx&, const Resource<VpcEndpoint>& row, Facts& facts) {
  facts.add("VpceServiceName", row.shape.service_name);
  facts.add("VpceServiceOwner", std::string("amazon"));
}

void describe(store::Tx&, const Resource<NetworkInterface>& row, Facts& facts) {
  facts.add("NetworkInterfaceID", row.id);
  facts.add_arn("Vpc", "vpc", row.scope);
  facts.add_arn("Subnet", "subnet", row.shape.subnet_id.value_or(""));
  facts.add("AvailabilityZone", row.shape.availability_zone);
}

void describe(store::Tx&, const Resource<KeyPairInfo>& row, Facts& facts) {
  facts.add("KeyPairName", row.shape.key_name);
  facts.add("KeyPairType", row.shape.key_type);
}

void describe(store::Tx& tx, const Resource<Instance>& row, Facts& facts) {
  const Instance& shape = row.shape;
  facts.add("InstanceID", row.id);
  facts.add("InstanceType", shape.instance_type);
  facts.add("InstanceMarketType", std::string("on-demand"));
  facts.add("EbsOptimized", shape.ebs_optimized);
  facts.add("RootDeviceType", shape.root_device_type);
  if (shape.placement) {
    facts.add_zone(shape.placement->availability_zone);
    facts.add("Tenancy", shape.placement->tenancy);
  }
  if (shape.metadata_options) {
    facts.add("MetadataHttpEndpoint", shape.metadata_options->http_endpoint);
    facts.add("MetadataHttpTokens", shape.metadata_options->http_tokens);
    facts.add("MetadataHttpPutResponseHopLimit", shape.metadata_options->http_put_response_hop_limit);
    facts.add("InstanceMetadataTags", shape.metadata_options->instance_metadata_tags);
  }
  if (const auto profile = profile_of(tx, row.id); profile && profile->shape.iam_instance_profile)
    facts.add("InstanceProfile", profile->shape.iam_instance_profile->arn);
}

void describe(store::Tx&, const Resource<Volume>& row, Facts& facts) {
  const Volume& shape = row.shape;
  facts.add("VolumeID", row.id);
  facts.add("VolumeType", shape.volume_type);
  facts.add("VolumeSize", shape.size);
  facts.add("VolumeIops", shape.iops);
  facts.add("VolumeThroughput", shape.throughput);
  facts.add("Encrypted", shape.encrypted);
  facts.add_zone(shape.availability_zone);
}

/// The resource's keys when `type` is that of T and the place has it.
template <class T>
void describe_if(store::Tx& tx, const Place& place, std::string_view type, std::string_view id, ConditionKeys& keys) {
  if (type != KindOf<T>::kKind.type) return;
  auto row = find<T>(tx, place, id);
  if constexpr (std::is_same_v<T, KeyPairInfo>)
    if (!row) row = find_named<T>(tx, place, "", id);
  if (!row) return;
  region::add_resource_tags(keys, tags_of(tx, *row), "ec2");
  Facts facts(place, keys);
  describe(tx, *row, facts);
}

template <class... T>
void describe_first(store::Tx& tx, const Place& place, std::string_view type, std::string_view id,
                    ConditionKeys& keys) {
  (describe_if<T>(tx, place, type, id, keys), ...);
}

/// Images are published, not rows; each account has its own tags on them.
void describe_image(store::Tx& tx, const Place& place, std::string_view id, ConditionKeys& keys) {
  for (const PublishedImage& image : published_images(tx, place)) {
    if (image.shape.image_id != id) continue;
    region::add_resource_tags(keys, region::tags_of(tx, arn_of(place, "image", id)), "ec2");
    Facts facts(place, keys);
    facts.add("ImageID", image.shape.image_id);
    facts.add("ImageType", image.shape.image_type);
    facts.add("Owner", image.shape.image_owner_alias ? image.shape.image_owner_alias : image.shape.owner_id);
    facts.add("Public", image.shape.public_);
    facts.add("RootDeviceType", image.shape.root_device_type);
  }
}

}  // namespace

ConditionKeys resource_keys(store::Tx& tx, const Place& place, std::string_view type, std::string_view id) {
  ConditionKeys keys;
  if (type == KindOf<Image>::kKind.type)
    describe_image(tx, place, id, keys);
  else
    describe_first<Vpc, Subnet, InternetGateway, NatGateway, Address, RouteTable, SecurityGroup, SecurityGroupRule,
                   NetworkAcl, DhcpOptions, NetworkInsightsPath, NetworkInsightsAnalysis, VpcEndpoint,
                   ManagedPrefixList, NetworkInterface, KeyPairInfo, Instance, Volume, LaunchTemplate>(tx, place, type,
                                                                                                       id, keys);
  return keys;
}

ConditionKeys attribute_keys(
    std::initializer_list<std::pair<std::string_view, std::optional<std::string>>> attributes) {
  ConditionKeys keys;
  for (const auto& [name, value] : attributes) {
    if (!value) continue;
    keys["ec2:Attribute"].emplace_back(name);
    keys[fmt::format("ec2:Attribute/{}", name)] = {*value};
  }
  return keys;
}

std::string truth(bool value) { return value ? "true" : "false"; }

}  // namespace hanbat::ec2
