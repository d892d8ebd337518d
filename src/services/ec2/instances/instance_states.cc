// Starting, stopping, rebooting and terminating instances; their status checks and their console.
#include <algorithm>

#include "base/encoding.h"
#include "host/client.h"
#include "services/ec2/calls/operators.h"
#include "services/ec2/ec2.h"
#include "services/ec2/instances/instance_quota.h"
#include "services/ec2/instances/instance_types.h"
#include "services/ec2/instances/instances.h"
#include "services/ec2/networks/networks.h"
#include "services/ec2/usage.h"

namespace hanbat::ec2 {
namespace {

// A guest that never asks for its metadata is taken as started after this long.
constexpr Milliseconds kLongestStart = std::chrono::minutes(2);

constexpr FilterPath kStatusPaths[] = {{"availability-zone", "AvailabilityZone"},
                                       {"instance-state-code", "InstanceState.Code"},
                                       {"instance-state-name", "InstanceState.Name"},
                                       {"instance-status.reachability", "InstanceStatus.Details.Status"},
                                       {"instance-status.status", "InstanceStatus.Status"},
                                       {"system-status.reachability", "SystemStatus.Details.Status"},
                                       {"system-status.status", "SystemStatus.Status"},
                                       {"availability-zone-id", "AvailabilityZoneId"},
                                       {"event.code", "Events.Code"},
                                       {"event.description", "Events.Description"},
                                       {"event.instance-event-id", "Events.InstanceEventId"},
                                       {"event.not-after", "Events.NotAfter"},
                                       {"event.not-before", "Events.NotBefore"},
                                       {"event.not-before-deadline", "Events.NotBeforeDeadline"},
                                       {"operator.managed", "Operator.Managed"},
                                       {"operator.principal", "Operator.Principal"},
                                       {"attached-ebs-status.status", "AttachedEbsStatus.Status"}};

Why by_user() { return {"Client.UserInitiatedShutdown", "User initiated shutdown"}; }

/// The instances named, all there; asks for permission on each first.
std::vector<Resource<Instance>> require_all(Request& rq, const std::vector<std::string>& ids, std::string_view action) {
  for (const std::string& id : ids) authorize(rq, action, "instance", id);
  if (ids.empty()) throw missing_parameter("InstanceId");
  std::vector<std::string> missing;
  std::vector<Resource<Instance>> rows;
  for (const std::string& id : ids) {
    auto row = find<Instance>(rq.tx, place_of(rq), id);
    if (row)
      rows.push_back(std::move(*row));
    else
      missing.push_back(id);
  }
  if (!missing.empty()) throw_absent(KindOf<Instance>::kKind, missing);
  return rows;
}

InstanceStateChange change_of(const std::string& id, Status before, Status after) {
  InstanceStateChange change;
  change.instance_id = id;
  change.previous_state = state_shape(before);
  change.current_state = state_shape(after);
  return change;
}

std::vector<InstanceMonitoring> set_monitoring(store::Tx& tx, Timestamp now, std::vector<Resource<Instance>> rows,
                                               MonitoringState state) {
  std::vector<InstanceMonitoring> out;
  for (auto& row : rows) {
    row.shape.monitoring.emplace().state = word_of(state);
    update(tx, row);
    meter(tx, now, row);
    out.push_back({.instance_id = row.id, .monitoring = row.shape.monitoring});
  }
  return out;
}

InstanceStatusSummary summary(const char* status, const char* reachability) {
  InstanceStatusSummary out;
  out.status = status;
  if (!reachability) return out;
  InstanceStatusDetails& detail = out.details.emplace().emplace_back();
  detail.name = "reachability";
  detail.status = reachability;
  return out;
}

InstanceStatusSummary guest_status(const Resource<Instance>& row, Timestamp now) {
  if (status_of(row) != Status::kRunning) return summary("not-applicable", nullptr);
  return has_passed_checks(row, now) ? summary("ok", "passed") : summary("initializing", "initializing");
}

/// What an instance's volumes answer; AWS asks them where it runs on Nitro. Source: "Attached EBS status checks" in
/// EC2's user guide.
EbsStatusSummary volumes_status(const Resource<Instance>& row, Timestamp now) {
  const InstanceTypeFacts* type = find_instance_type(row.shape.instance_type.value_or(""));
  const bool asked = status_of(row) == Status::kRunning && type && !type->xen;
  EbsStatusSummary out;
  out.status = !asked ? "not-applicable" : has_passed_checks(row, now) ? "ok" : "initializing";
  if (!asked) return out;
  EbsStatusDetails& detail = out.details.emplace().emplace_back();
  detail.name = "reachability";
  detail.status = has_passed_checks(row, now) ? "passed" : "initializing";
  return out;
}

}  // namespace

bool has_passed_checks(const Resource<Instance>& row, Timestamp now) {
  return row.own.integer("spoke") >= row.own.integer("started") ||
         now - Timestamp{row.own.integer("started")} > kLongestStart;
}

StartInstancesOutput Ec2::start_instances(Request& rq, const StartInstancesInput& in) {
  auto rows = require_all(rq, in.instance_ids, "StartInstances");

  std::vector<const InstanceTypeFacts*> started;
  for (const auto& row : rows)
    if (const Status now = status_of(row); now != Status::kPending && now != Status::kRunning)
      if (const auto* type = find_instance_type(row.shape.instance_type.value_or(""))) started.push_back(type);
  require_quota(rq, started);

  StartInstancesOutput out;
  out.starting_instances.emplace();
  for (auto& row : rows) {
    const Status before = status_of(row);
    if (before == Status::kPending || before == Status::kRunning) {
      out.starting_instances->push_back(change_of(row.id, before, before));
      continue;
    }
    if (!find_next(kInstanceTransitions, before, InstanceEvent::kStart))
      throw incorrect_state(fmt::format("The instance '{}' is not in a state from which it can be started.", row.id));
    home_.require_host();
    row.shape.launch_time = rq.now();
    if (auto interface = primary_interface(rq.tx, row.id); interface && !interface->shape.association)
      if (row.own.flag("public_address")) give_public_address(making(rq), rq.home.settings.edge, *interface);
    pass(home_, rq.tx, row, InstanceEvent::kStart);
    touch_instance(rq.tx, home_.tasks, row.id);
    touch_vpc(rq.tx, home_.tasks, row.scope);
    out.starting_instances->push_back(change_of(row.id, before, status_of(row)));
  }
  return out;
}

StopInstancesOutput Ec2::stop_instances(Request& rq, const StopInstancesInput& in) {
  auto rows = require_all(rq, in.instance_ids, "StopInstances");

  StopInstancesOutput out;
  out.stopping_instances.emplace();
  for (auto& row : rows) {
    const Status before = status_of(row);
    if (before == Status::kStopped || before == Status::kStopping) {
      out.stopping_instances->push_back(change_of(row.id, before, before));
      continue;
    }
    if (!find_next(kInstanceTransitions, before, InstanceEvent::kStop))
      throw incorrect_state(fmt::format("The instance '{}' is not in a state from which it can be stopped.", row.id));
    if (row.own.flag("keep_running"))
      throw Error(
          "OperationNotPermitted", 400,
          fmt::format(
              "The instance '{}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.",
              row.id));
    row.own["force"] = in.force.value_or(false);
    pass(home_, rq.tx, row, InstanceEvent::kStop, by_user());
    touch_instance(rq.tx, home_.tasks, row.id);
    out.stopping_instances->push_back(change_of(row.id, before, status_of(row)));
  }
  return out;
}

RebootInstancesOutput Ec2::reboot_instances(Request& rq, const RebootInstancesInput& in) {
  auto rows = require_all(rq, in.instance_ids, "RebootInstances");

  for (auto& row : rows) {
    if (status_of(row) != Status::kRunning)
      throw incorrect_state(fmt::format("The instance '{}' is not in a state from which it can be rebooted.", row.id));
    row.own["reboot"] = true;
    update(rq.tx, row);
    touch_instance(rq.tx, home_.tasks, row.id);
  }
  return {};
}

TerminateInstancesOutput Ec2::terminate_instances(Request& rq, const TerminateInstancesInput& in) {
  auto rows = require_all(rq, in.instance_ids, "TerminateInstances");

  for (const auto& row : rows)
    if (row.own.flag("keep_alive"))
      throw Error(
          "OperationNotPermitted", 400,
          fmt::format("The instance '{}' may not be terminated. Modify its 'disableApiTermination' instance attribute "
                      "and try again.",
                      row.id));
  TerminateInstancesOutput out;
  out.terminating_instances.emplace();
  for (auto& row : rows) {
    const Status before = status_of(row);
    // One that goes already, or has gone, stays as it is.
    if (pass(home_, rq.tx, row, InstanceEvent::kTerminate, by_user())) touch_instance(rq.tx, home_.tasks, row.id);
    out.terminating_instances->push_back(change_of(row.id, before, status_of(row)));
  }
  return out;
}

MonitorInstancesOutput Ec2::monitor_instances(Request& rq, const MonitorInstancesInput& in) {
  auto rows = require_all(rq, in.instance_ids, "MonitorInstances");
  return {.instance_monitorings = set_monitoring(rq.tx, rq.now(), std::move(rows), MonitoringState::kEnabled)};
}

UnmonitorInstancesOutput Ec2::unmonitor_instances(Request& rq, const UnmonitorInstancesInput& in) {
  auto rows = require_all(rq, in.instance_ids, "UnmonitorInstances");
  return {.instance_monitorings = set_monitoring(rq.tx, rq.now(), std::move(rows), MonitoringState::kDisabled)};
}

DescribeInstanceStatusOutput Ec2::describe_instance_status(Request& rq, const DescribeInstanceStatusInput& in) {
  authorize(rq, "DescribeInstanceStatus");
  const region::Pager pager(rq, in, kPageSizes);
  refuse_page_of_named(pager, in.instance_ids, "instancesSet");

  const auto filters = named_filters(in.filters, kStatusPaths);
  std::vector<Placed<InstanceStatus>> items;
  for (const auto& row : select<Instance>(rq, in.instance_ids, std::nullopt, kInstancePaths)) {
    const Status status = status_of(row);
    if (!in.include_all_instances.value_or(false) && status != Status::kRunning) continue;
    InstanceStatus item;
    item.instance_id = row.id;
    item.availability_zone = row.shape.placement->availability_zone;
    item.availability_zone_id = row.shape.placement->availability_zone_id;
    item.operator_ = own_operator();
    item.instance_state = row.shape.state;
    item.instance_status = guest_status(row, rq.now());
    item.system_status = status == Status::kRunning ? summary("ok", "passed") : summary("not-applicable", nullptr);
    item.attached_ebs_status = volumes_status(row, rq.now());
    if (!matches_filters(wire::to_json(item), filters, kStatusPaths)) continue;
    items.push_back({region::creation_key(row), std::move(item)});
  }
  auto page = cut_page(pager, std::move(items));
  DescribeInstanceStatusOutput out;
  out.instance_statuses = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

GetConsoleOutputOutput Ec2::get_console_output(Request& rq, const GetConsoleOutputInput& in) {
  authorize(rq, "GetConsoleOutput", "instance", in.instance_id);

  const auto row = require<Instance>(rq.tx, place_of(rq), in.instance_id);
  GetConsoleOutputOutput out;
  out.instance_id = row.id;
  out.timestamp = rq.now();
  // The one question that goes to the host from within a handler: what a console says is kept nowhere else, and a
  // reading transaction keeps nobody waiting.
  if (host::Host* host = home_.find_host(); host && status_of(row) != Status::kTerminated) {
    try {
      if (const std::string text = host->console({row.id}); !text.empty()) out.output = to_base64(text);
    } catch (const host::HostError&) {
      // Without a machine there is no console, and then AWS answers without output.
    }
  }
  return out;
}

GetInstanceUefiDataOutput Ec2::get_instance_uefi_data(Request& rq, const GetInstanceUefiDataInput& in) {
  authorize(rq, "GetInstanceUefiData", "instance", in.instance_id);

  const auto row = require<Instance>(rq.tx, place_of(rq), in.instance_id);
  // A machine here boots without firmware, so that it has no store of UEFI variables.
  throw Error("UnsupportedOperation", 400,
              fmt::format("The instance '{}' does not have the UEFI boot mode, and has no UEFI data.", row.id));
}

}  // namespace hanbat::ec2
