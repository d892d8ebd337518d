#include "services/ec2/metadata/metadata_tree.h"

#include "services/ec2/addresses/further_addresses.h"
#include "services/ec2/instances/instances.h"
#include "services/ec2/metadata/metadata_options.h"
#include "services/ec2/networks/networks.h"

namespace hanbat::ec2 {
namespace {

std::string lines(const std::vector<std::string>& items) { return join(items, "\n"); }

void put_interface(store::Tx& tx, MetadataTree& tree, const Resource<NetworkInterface>& row, const Instance& instance) {
  const NetworkInterface& shape = row.shape;
  const std::string at = fmt::format("network/interfaces/macs/{}/", *shape.mac_address);
  const auto subnet = find<Subnet>(tx, shape.subnet_id.value_or(""));
  const auto vpc = find<Vpc>(tx, row.scope);
  std::vector<std::string> names, ids;
  for (const GroupIdentifier& group : *shape.groups) {
    names.push_back(group.group_name.value_or(""));
    ids.push_back(group.group_id.value_or(""));
  }
  tree[at + "device-number"] = std::to_string(shape.attachment ? shape.attachment->device_index.value_or(0) : 0);
  tree[at + "interface-id"] = row.id;
  tree[at + "local-hostname"] = instance.private_dns_name.value_or("");
  const auto further = further_addresses(row);
  std::vector<std::string> privates{*shape.private_ip_address}, publics;
  if (shape.association) publics.push_back(*shape.association->public_ip);
  for (const FurtherAddress& one : further) {
    privates.push_back(one.ip);
    if (!one.association) continue;
    publics.push_back(*one.association->public_ip);
    tree[at + "ipv4-associations/" + publics.back()] = one.ip;
  }
  tree[at + "local-ipv4s"] = lines(privates);
  if (!publics.empty()) tree[at + "public-ipv4s"] = lines(publics);
  tree[at + "mac"] = *shape.mac_address;
  tree[at + "owner-id"] = row.place.account;
  tree[at + "security-group-ids"] = lines(ids);
  tree[at + "security-groups"] = lines(names);
  tree[at + "subnet-id"] = shape.subnet_id.value_or("");
  tree[at + "subnet-ipv4-cidr-block"] = subnet ? *subnet->shape.cidr_block : "";
  tree[at + "vpc-id"] = row.scope;
  tree[at + "vpc-ipv4-cidr-block"] = vpc ? *vpc->shape.cidr_block : "";
  tree[at + "vpc-ipv4-cidr-blocks"] = vpc ? *vpc->shape.cidr_block : "";
  if (shape.association) {
    tree[at + "ipv4-associations/" + *shape.association->public_ip] = *shape.private_ip_address;
    if (instance.public_dns_name && !instance.public_dns_name->empty())
      tree[at + "public-hostname"] = *instance.public_dns_name;
  }
  if (shape.attachment && shape.attachment->device_index.value_or(0) == 0) tree["security-groups"] = lines(names);
}

}  // namespace

MetadataTree metadata_tree(store::Tx& tx, const Resource<Instance>& given, const std::string& role_name) {
  Resource<Instance> row = given;
  fill_instance(tx, row);
  const Instance& shape = row.shape;
  MetadataTree tree;
  tree["ami-id"] = shape.image_id.value_or("");
  tree["ami-launch-index"] = std::to_string(shape.ami_launch_index.value_or(0));
  tree["ami-manifest-path"] = "(unknown)";
  tree["block-device-mapping/ami"] = shape.root_device_name.value_or("");
  tree["block-device-mapping/root"] = shape.root_device_name.value_or("");
  tree["hostname"] = shape.private_dns_name.value_or("");
  tree["instance-action"] = "none";
  tree["instance-id"] = row.id;
  tree["instance-life-cycle"] = "on-demand";
  tree["instance-type"] = shape.instance_type.value_or("");
  tree["local-hostname"] = shape.private_dns_name.value_or("");
  tree["local-ipv4"] = shape.private_ip_address.value_or("");
  tree["placement/availability-zone"] = shape.placement->availability_zone.value_or("");
  tree["placement/availability-zone-id"] = zone_id(shape.placement->availability_zone.value_or("a"));
  tree["placement/region"] = row.place.region;
  tree["profile"] = "default-hvm";
  tree["reservation-id"] = row.own.text("reservation");
  tree["services/domain"] = "amazonaws.com";
  tree["services/partition"] = "aws";
  if (shape.public_ip_address) tree["public-ipv4"] = *shape.public_ip_address;
  if (shape.public_dns_name && !shape.public_dns_name->empty()) tree["public-hostname"] = *shape.public_dns_name;
  for (const auto& interface : list_of<NetworkInterface>(tx, row.id)) {
    if (interface.shape.attachment->device_index.value_or(0) == 0) tree["mac"] = *interface.shape.mac_address;
    put_interface(tx, tree, interface, shape);
  }
  if (shape.key_name)
    if (const auto key = find_named<KeyPairInfo>(tx, row.place, "", *shape.key_name))
      tree["public-keys/0/openssh-key"] = key->shape.public_key.value_or("");
  if (!role_name.empty()) {
    tree["iam/info"] = "";
    tree["iam/security-credentials/" + role_name] = "";
  }
  if (shows_tags(*shape.metadata_options))
    for (const auto& [key, value] : tags_of(tx, row)) tree["tags/instance/" + key] = value;
  // The key's name is told by the listing alone.
  if (tree.contains("public-keys/0/openssh-key")) tree["public-keys/"] = "0=" + *shape.key_name;
  return tree;
}

Json identity_document(const Resource<Instance>& row) {
  const Instance& shape = row.shape;
  return Json::object({{"accountId", row.place.account},
                       {"architecture", shape.architecture.value_or("")},
                       {"availabilityZone", shape.placement->availability_zone.value_or("")},
                       {"billingProducts", nullptr},
                       {"devpayProductCodes", nullptr},
                       {"marketplaceProductCodes", nullptr},
                       {"imageId", shape.image_id.value_or("")},
                       {"instanceId", row.id},
                       {"instanceType", shape.instance_type.value_or("")},
                       {"kernelId", nullptr},
                       {"pendingTime", iso8601(shape.launch_time.value_or(Timestamp{}))},
                       {"privateIp", shape.private_ip_address.value_or("")},
                       {"ramdiskId", nullptr},
                       {"region", row.place.region},
                       {"version", "2017-09-30"}});
}

}  // namespace hanbat::ec2
