#include "services/ssm/targets/targets.h"

#include "base/text.h"
#include "gen/ec2/client.h"
#include "services/ssm/commands/store.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

std::set<std::string> instances_by_tags(region::Region& home, store::Tx& tx, const Place& place,
                                        const std::vector<Target>& targets) {
  ec2::DescribeInstancesInput in;
  in.filters.emplace();
  ec2::Filter& running = in.filters->emplace_back();
  running.name = "instance-state-name";
  running.values = {"running"};
  for (const Target& target : targets) {
    const std::string key = target.key.value_or("");
    if (!key.starts_with("tag:") && key != "tag-key")
      throw wire::Error("InvalidTarget", 400,
                        "The target isn't valid: " + key + ". Use InstanceIds, tag:<key> or tag-key.");
    ec2::Filter& filter = in.filters->emplace_back();
    filter.name = key;
    filter.values = target.values;
  }
  const auto caller = home.identity().service_caller(place.account, "ssm.amazonaws.com");
  const auto out = ec2::Client(home.as(tx, caller, place.region)).describe_instances(in);
  std::set<std::string> ids;
  if (out.reservations)
    for (const auto& reservation : *out.reservations)
      if (reservation.instances)
        for (const auto& instance : *reservation.instances) ids.insert(*instance.instance_id);
  return ids;
}

}  // namespace

void refuse_resource_groups(std::string_view operation, const std::vector<Target>& targets) {
  for (const Target& target : targets)
    if (const std::string key = target.key.value_or(""); key.starts_with("resource-groups:"))
      throw wire::Error::not_implemented(operation, "Targets with the key " + key);
}

std::set<std::string> targeted_instances(region::Region& home, store::Tx& tx, const Place& place,
                                         const std::vector<Target>& targets) {
  std::set<std::string> ids;
  std::vector<Target> tags;
  for (const Target& target : targets) {
    if (lower(target.key.value_or("")) != "instanceids") {
      tags.push_back(target);
      continue;
    }
    for (const std::string& id : target.values.value_or(std::vector<std::string>{}))
      if (id != "*")
        ids.insert(id);
      else
        for (const InstanceRow& row : region::list<ManagedInstance>(tx, place)) ids.insert(row.id);
  }
  // Instances that SSM does not know are passed over when tags pick them.
  if (!tags.empty())
    for (const std::string& id : instances_by_tags(home, tx, place, tags))
      if (find_instance(tx, place, id)) ids.insert(id);
  return ids;
}

}  // namespace hanbat::ssm
