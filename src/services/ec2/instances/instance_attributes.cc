// Attributes of instances that can be asked for and changed one by one, and their metadata options.
#include "base/encoding.h"
#include "services/ec2/calls/resource_keys.h"
#include "services/ec2/ec2.h"
#include "services/ec2/instances/instances.h"
#include "services/ec2/metadata/metadata.h"
#include "services/ec2/networks/networks.h"

namespace hanbat::ec2 {
namespace {

bool is_true(const std::string& text) { return lower(text) == "true"; }

/// What a call changes, whether it named it by member or by Attribute and Value.
struct Changes {
  std::optional<bool> keep_alive, keep_running, source_dest_check;
  std::optional<std::string> shutdown, user_data;
  std::optional<std::vector<std::string>> groups;

  int count() const {
    return int{keep_alive.has_value()} + int{keep_running.has_value()} + int{source_dest_check.has_value()} +
           int{shutdown.has_value()} + int{user_data.has_value()} + int{groups.has_value()};
  }
};

Changes changes_of(const Request& rq, const ModifyInstanceAttributeInput& in) {
  Changes changes;
  if (in.disable_api_termination) changes.keep_alive = in.disable_api_termination->value.value_or(false);
  if (in.disable_api_stop) changes.keep_running = in.disable_api_stop->value.value_or(false);
  if (in.source_dest_check) changes.source_dest_check = in.source_dest_check->value.value_or(true);
  if (in.instance_initiated_shutdown_behavior)
    changes.shutdown = in.instance_initiated_shutdown_behavior->value.value_or("");
  if (in.user_data) changes.user_data = to_base64(in.user_data->value.value_or(""));
  if (in.groups) changes.groups = in.groups;
  if (in.attribute) {
    const std::string value = in.value.value_or("");
    if (*in.attribute == "disableApiTermination")
      changes.keep_alive = is_true(value);
    else if (*in.attribute == "disableApiStop")
      changes.keep_running = is_true(value);
    else if (*in.attribute == "sourceDestCheck")
      changes.source_dest_check = is_true(value);
    else if (*in.attribute == "instanceInitiatedShutdownBehavior")
      changes.shutdown = value;
    else if (*in.attribute == "userData")
      changes.user_data = value;
    else
      throw not_done(rq, "Attribute " + *in.attribute);
  }
  return changes;
}

}  // namespace

DescribeInstanceAttributeOutput Ec2::describe_instance_attribute(Request& rq,
                                                                 const DescribeInstanceAttributeInput& in) {
  authorize_call(rq, in, "DescribeInstanceAttribute", "instance", in.instance_id);

  auto row = require<Instance>(rq.tx, place_of(rq), in.instance_id);
  fill_instance(rq.tx, row);
  const Instance& shape = row.shape;
  DescribeInstanceAttributeOutput out;
  out.instance_id = row.id;
  const std::string& name = in.attribute;
  if (name == "instanceType")
    out.instance_type.emplace().value = shape.instance_type;
  else if (name == "userData") {
    out.user_data.emplace();
    if (!row.own.text("user_data").empty()) out.user_data->value = row.own.text("user_data");
  } else if (name == "disableApiTermination")
    out.disable_api_termination.emplace().value = row.own.flag("keep_alive");
  else if (name == "disableApiStop")
    out.disable_api_stop.emplace().value = row.own.flag("keep_running");
  else if (name == "instanceInitiatedShutdownBehavior")
    out.instance_initiated_shutdown_behavior.emplace().value = row.own.text("shutdown", "stop");
  else if (name == "rootDeviceName")
    out.root_device_name.emplace().value = shape.root_device_name;
  else if (name == "blockDeviceMapping")
    out.block_device_mappings = shape.block_device_mappings;
  else if (name == "sourceDestCheck")
    out.source_dest_check.emplace().value = shape.source_dest_check;
  else if (name == "groupSet")
    out.groups = shape.security_groups;
  else if (name == "ebsOptimized")
    out.ebs_optimized.emplace().value = shape.ebs_optimized;
  else if (name == "enaSupport")
    out.ena_support.emplace().value = shape.ena_support;
  else if (name == "enclaveOptions")
    out.enclave_options = shape.enclave_options;
  else if (name == "productCodes")
    out.product_codes.emplace();
  else if (name == "kernel")
    out.kernel_id.emplace();
  else if (name == "ramdisk")
    out.ramdisk_id.emplace();
  else if (name == "sriovNetSupport")
    out.sriov_net_support.emplace();
  else
    throw invalid_parameter(fmt::format("Value ({}) for parameter attribute is invalid. Unknown attribute.", name));
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
                            {"SourceDestCheck", flag(changes.source_dest_check)}}));
  for (const std::string& group : changes.groups.value_or(std::vector<std::string>{}))
    authorize(rq, "ModifyInstanceAttribute", "security-group", group);
  refuse_dry_run(in.dry_run);

  auto row = require_living(rq, in.instance_id);
  if (changes.count() != 1)
    throw Error("InvalidParameterCombination", 400,
                changes.count() == 0 ? "No attributes specified." : "Fields for multiple attributes specified");
  if (changes.shutdown && *changes.shutdown != "stop" && *changes.shutdown != "terminate")
    throw invalid_parameter(
        fmt::format("Invalid value '{}' for instanceInitiatedShutdownBehavior.", *changes.shutdown));
  if (changes.user_data && status_of(row) != Status::kStopped)
    throw incorrect_state(fmt::format("The instance '{}' is not in the 'stopped' state.", row.id));

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
                            {"InstanceMetadataTags", in.instance_metadata_tags}}));
  refuse_dry_run(in.dry_run);

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
  return out;
}

DescribeInstanceCreditSpecificationsOutput Ec2::describe_instance_credit_specifications(
    Request& rq, const DescribeInstanceCreditSpecificationsInput& in) {
  authorize_call(rq, in, "DescribeInstanceCreditSpecifications");
  const region::Pager pager(rq, in, kPageSizes);

  std::vector<Placed<InstanceCreditSpecification>> items;
  for (const auto& row : select<Instance>(rq, in.instance_ids, in.filters, kInstancePaths)) {
    const std::string type = row.shape.instance_type.value_or("");
    if (!type.starts_with("t")) continue;
    InstanceCreditSpecification& item =
        items.emplace_back(Placed<InstanceCreditSpecification>{region::creation_key(row), {}}).item;
    item.instance_id = row.id;
    item.cpu_credits = type.starts_with("t2.") ? "standard" : "unlimited";
  }
  auto page = cut_page(pager, std::move(items));
  DescribeInstanceCreditSpecificationsOutput out;
  out.instance_credit_specifications = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

}  // namespace hanbat::ec2
