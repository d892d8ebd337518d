// Attributes of instances that can be asked for and changed one by one, and their metadata options.
#include "base/encoding.h"
#include "base/words.h"
#include "services/ec2/calls/resource_keys.h"
#include "services/ec2/ec2.h"
#include "services/ec2/instances/instance_types.h"
#include "services/ec2/instances/instances.h"
#include "services/ec2/metadata/metadata.h"
#include "services/ec2/networks/networks.h"

namespace hanbat::ec2 {
namespace {

/// What DescribeInstanceAttribute can be asked for, and some of it changed one by one.
enum class InstanceAttributeName {
  kInstanceType,
  kUserData,
  kDisableApiTermination,
  kDisableApiStop,
  kShutdownBehavior,
  kRootDeviceName,
  kBlockDeviceMapping,
  kSourceDestCheck,
  kGroupSet,
  kEbsOptimized,
  kEnaSupport,
  kEnclaveOptions,
  kProductCodes,
  kKernel,
  kRamdisk,
  kSriovNetSupport
};

}  // namespace
}  // namespace hanbat::ec2

namespace hanbat {

template <>
constexpr auto kWords<ec2::InstanceAttributeName> = std::to_array<Word<ec2::InstanceAttributeName>>(
    {{ec2::InstanceAttributeName::kInstanceType, "instanceType"},
     {ec2::InstanceAttributeName::kUserData, "userData"},
     {ec2::InstanceAttributeName::kDisableApiTermination, "disableApiTermination"},
     {ec2::InstanceAttributeName::kDisableApiStop, "disableApiStop"},
     {ec2::InstanceAttributeName::kShutdownBehavior, "instanceInitiatedShutdownBehavior"},
     {ec2::InstanceAttributeName::kRootDeviceName, "rootDeviceName"},
     {ec2::InstanceAttributeName::kBlockDeviceMapping, "blockDeviceMapping"},
     {ec2::InstanceAttributeName::kSourceDestCheck, "sourceDestCheck"},
     {ec2::InstanceAttributeName::kGroupSet, "groupSet"},
     {ec2::InstanceAttributeName::kEbsOptimized, "ebsOptimized"},
     {ec2::InstanceAttributeName::kEnaSupport, "enaSupport"},
     {ec2::InstanceAttributeName::kEnclaveOptions, "enclaveOptions"},
     {ec2::InstanceAttributeName::kProductCodes, "productCodes"},
     {ec2::InstanceAttributeName::kKernel, "kernel"},
     {ec2::InstanceAttributeName::kRamdisk, "ramdisk"},
     {ec2::InstanceAttributeName::kSriovNetSupport, "sriovNetSupport"}});

}  // namespace hanbat

namespace hanbat::ec2 {
namespace {

bool is_true(const std::string& text) { return lower(text) == "true"; }

/// What a call changes, whether it named it by member or by Attribute and Value.
struct Changes {
  std::optional<bool> keep_alive, keep_running, source_dest_check;
  std::optional<bool> ebs_optimized;
  std::optional<std::string> shutdown, user_data, type;
  std::optional<std::vector<std::string>> groups;

  int count() const {
    return int{keep_alive.has_value()} + int{keep_running.has_value()} + int{source_dest_check.has_value()} +
           int{shutdown.has_value()} + int{user_data.has_value()} + int{groups.has_value()} + int{type.has_value()} +
           int{ebs_optimized.has_value()};
  }
};

/// Takes the attribute's new value in; false for one that cannot be changed so.
bool take(Changes& changes, InstanceAttributeName attribute, const std::string& value) {
  switch (attribute) {
    case InstanceAttributeName::kDisableApiTermination:
      changes.keep_alive = is_true(value);
      return true;
    case InstanceAttributeName::kDisableApiStop:
      changes.keep_running = is_true(value);
      return true;
    case InstanceAttributeName::kSourceDestCheck:
      changes.source_dest_check = is_true(value);
      return true;
    case InstanceAttributeName::kShutdownBehavior:
      changes.shutdown = value;
      return true;
    case InstanceAttributeName::kUserData:
      changes.user_data = value;
      return true;
    case InstanceAttributeName::kInstanceType:
      changes.type = value;
      return true;
    case InstanceAttributeName::kEbsOptimized:
      changes.ebs_optimized = is_true(value);
      return true;
    case InstanceAttributeName::kRootDeviceName:
    case InstanceAttributeName::kBlockDeviceMapping:
    case InstanceAttributeName::kGroupSet:
    case InstanceAttributeName::kEnaSupport:
    case InstanceAttributeName::kEnclaveOptions:
    case InstanceAttributeName::kProductCodes:
    case InstanceAttributeName::kKernel:
    case InstanceAttributeName::kRamdisk:
    case InstanceAttributeName::kSriovNetSupport:
      return false;
  }
  return false;
}

Changes changes_of(const Request& rq, const ModifyInstanceAttributeInput& in) {
  Changes changes;
  if (in.disable_api_termination) changes.keep_alive = in.disable_api_termination->value.value_or(false);
  if (in.disable_api_stop) changes.keep_running = in.disable_api_stop->value.value_or(false);
  if (in.source_dest_check) changes.source_dest_check = in.source_dest_check->value.value_or(true);
  if (in.instance_initiated_shutdown_behavior)
    changes.shutdown = in.instance_initiated_shutdown_behavior->value.value_or("");
  if (in.user_data) changes.user_data = to_base64(in.user_data->value.value_or(""));
  if (in.instance_type) changes.type = in.instance_type->value.value_or("");
  if (in.ebs_optimized) changes.ebs_optimized = in.ebs_optimized->value.value_or(false);
  if (in.groups) changes.groups = in.groups;
  if (in.attribute) {
    const std::string value = in.value.value_or("");
    const auto attribute = find_word<InstanceAttributeName>(*in.attribute);
    if (!attribute || !take(changes, *attribute, value)) throw not_done(rq, "Attribute " + *in.attribute);
  }
  return changes;
}

/// The machine gets the type's share of this one when it starts.
void set_type(Resource<Instance>& row, const InstanceTypeFacts& type) {
  row.shape.instance_type = type.name;
  row.shape.cpu_options = cpu_options_of(type);
  if (row.shape.ebs_optimized.value_or(false)) require_ebs_optimized(type);
}

}  // namespace

DescribeInstanceAttributeOutput Ec2::describe_instance_attribute(Request& rq,
                                                                 const DescribeInstanceAttributeInput& in) {
  authorize(rq, "DescribeInstanceAttribute", "instance", in.instance_id);

  auto row = require<Instance>(rq.tx, place_of(rq), in.instance_id);
  fill_instance(rq.tx, row);
  const Instance& shape = row.shape;
  DescribeInstanceAttributeOutput out;
  out.instance_id = row.id;
  switch (require_attribute<InstanceAttributeName>(in.attribute)) {
    case InstanceAttributeName::kInstanceType:
      out.instance_type.emplace().value = shape.instance_type;
      break;
    case InstanceAttributeName::kUserData:
      out.user_data.emplace();
      if (!row.own.text("user_data").empty()) out.user_data->value = row.own.text("user_data");
      break;
    case InstanceAttributeName::kDisableApiTermination:
      out.disable_api_termination.emplace().value = row.own.flag("keep_alive");
      break;
    case InstanceAttributeName::kDisableApiStop:
      out.disable_api_stop.emplace().value = row.own.flag("keep_running");
      break;
    case InstanceAttributeName::kShutdownBehavior:
      out.instance_initiated_shutdown_behavior.emplace().value = word_of(shutdown_behavior(row));
      break;
    case InstanceAttributeName::kRootDeviceName:
      out.root_device_name.emplace().value = shape.root_device_name;
      break;
    case InstanceAttributeName::kBlockDeviceMapping:
      out.block_device_mappings = shape.block_device_mappings;
      break;
    case InstanceAttributeName::kSourceDestCheck:
      out.source_dest_check.emplace().value = shape.source_dest_check;
      break;
    case InstanceAttributeName::kGroupSet:
      out.groups = shape.security_groups;
      break;
    case InstanceAttributeName::kEbsOptimized:
      out.ebs_optimized.emplace().value = shape.ebs_optimized;
      break;
    case InstanceAttributeName::kEnaSupport:
      out.ena_support.emplace().value = shape.ena_support;
      break;
    case InstanceAttributeName::kEnclaveOptions:
      out.enclave_options = shape.enclave_options;
      break;
    case InstanceAttributeName::kProductCodes:
      out.product_codes.emplace();
      break;
    case InstanceAttributeName::kKernel:
      out.kernel_id.emplace();
      break;
    case InstanceAttributeName::kRamdisk:
      out.ramdisk_id.emplace();
      break;
    case InstanceAttributeName::kSriovNetSupport:
      out.sriov_net_support.emplace();
      break;
  }
  return out;
}

ModifyInstanceAttributeOutput Ec2::modify_instance_attribute(Request& rq, const ModifyInstanceAttributeInput& in) {
  const Changes changes = changes_of(rq, in);
  const auto flag = [](const std::optional<bool>& value) -> std::optional<std::string> {
    return value ? std::optional(truth(*value)) : std::nullopt;
  };
  authorize(rq, "ModifyInstanceAttribute", "instance", in.instance_id,
            attribute_keys({{"DisableApiTermination", flag(changes.keep_alive)},
                            {"DisableApiStop", flag(changes.keep_running)},
                            {"InstanceInitiatedShutdownBehavior", changes.shutdown},
                            {"UserData", changes.user_data},
                            {"InstanceType", changes.type},
                            {"EbsOptimized", flag(changes.ebs_optimized)},
                            {"SourceDestCheck", flag(changes.source_dest_check)}}));
  for (const std::string& group : changes.groups.value_or(std::vector<std::string>{}))
    authorize(rq, "ModifyInstanceAttribute", "security-group", group);

  auto row = require_living(rq, in.instance_id);
  if (changes.count() != 1)
    throw Error("InvalidParameterCombination", 400,
                changes.count() == 0 ? "No attributes specified." : "Fields for multiple attributes specified");
  if (changes.shutdown && !find_word<ShutdownBehavior>(*changes.shutdown))
    throw invalid_parameter(
        fmt::format("Invalid value '{}' for instanceInitiatedShutdownBehavior.", *changes.shutdown));
  if ((changes.user_data || changes.type || changes.ebs_optimized) && status_of(row) != Status::kStopped)
    throw incorrect_state(fmt::format("The instance '{}' is not in the 'stopped' state.", row.id));

  if (changes.type) set_type(row, require_instance_type(*changes.type));
  if (changes.ebs_optimized.value_or(false)) require_ebs_optimized(require_instance_type(*row.shape.instance_type));
  if (changes.ebs_optimized) row.shape.ebs_optimized = changes.ebs_optimized;
  if (changes.keep_alive) row.own["keep_alive"] = *changes.keep_alive;
  if (changes.keep_running) row.own["keep_running"] = *changes.keep_running;
  if (changes.shutdown) row.own["shutdown"] = *changes.shutdown;
  if (changes.user_data) row.own["user_data"] = *changes.user_data;
  update(rq.tx, row);
  if (changes.groups || changes.source_dest_check) {
    auto interface = primary_interface(rq.tx, row.id);
    if (changes.groups)
      interface->shape.groups = require_groups(rq.tx, place_of(rq), interface->scope, *changes.groups);
    if (changes.source_dest_check) interface->shape.source_dest_check = *changes.source_dest_check;
    update(rq.tx, *interface);
    touch_vpc(rq.tx, home_.tasks, interface->scope);
  }
  return {};
}

ModifyInstanceMetadataOptionsOutput Ec2::modify_instance_metadata_options(
    Request& rq, const ModifyInstanceMetadataOptionsInput& in) {
  std::optional<std::string> hops;
  if (in.http_put_response_hop_limit) hops = std::to_string(*in.http_put_response_hop_limit);
  authorize(rq, "ModifyInstanceMetadataOptions", "instance", in.instance_id,
            attribute_keys({{"HttpEndpoint", in.http_endpoint},
                            {"HttpTokens", in.http_tokens},
                            {"HttpPutResponseHopLimit", hops},
                            {"HttpProtocolIpv6", in.http_protocol_ipv6},
                            {"InstanceMetadataTags", in.instance_metadata_tags}}));

  if (in.http_protocol_ipv6.value_or("disabled") != "disabled") throw not_done(rq, "HttpProtocolIpv6=enabled");
  auto row = require_living(rq, in.instance_id);
  InstanceMetadataOptionsResponse& options = *row.shape.metadata_options;
  if (in.http_endpoint) options.http_endpoint = in.http_endpoint;
  if (in.http_tokens) options.http_tokens = in.http_tokens;
  if (in.http_put_response_hop_limit)
    options.http_put_response_hop_limit = require_hop_limit(*in.http_put_response_hop_limit);
  if (in.instance_metadata_tags) options.instance_metadata_tags = in.instance_metadata_tags;
  update(rq.tx, row);

  ModifyInstanceMetadataOptionsOutput out;
  out.instance_id = row.id;
  out.instance_metadata_options = options;
  out.instance_metadata_options->state = "pending";
  return out;
}

DescribeInstanceCreditSpecificationsOutput Ec2::describe_instance_credit_specifications(
    Request& rq, const DescribeInstanceCreditSpecificationsInput& in) {
  authorize(rq, "DescribeInstanceCreditSpecifications");
  const region::Pager pager(rq, in, kPageSizes);
  refuse_page_of_named(pager, in.instance_ids, "instancesSet");

  std::vector<Placed<InstanceCreditSpecification>> items;
  for (const auto& row : select<Instance>(rq, in.instance_ids, in.filters, kInstancePaths)) {
    const std::string_view usual = usual_cpu_credits(row.shape.instance_type.value_or(""));
    if (usual.empty()) continue;
    InstanceCreditSpecification& item =
        items.emplace_back(Placed<InstanceCreditSpecification>{region::creation_key(row), {}}).item;
    item.instance_id = row.id;
    const std::string chosen = row.own.text("cpu_credits");
    item.cpu_credits = chosen.empty() ? std::string(usual) : chosen;
  }
  auto page = cut_page(pager, std::move(items));
  DescribeInstanceCreditSpecificationsOutput out;
  out.instance_credit_specifications = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

}  // namespace hanbat::ec2
