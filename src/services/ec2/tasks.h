// EC2's tasks: each is about one thing, whose id is its key, and its body says nothing more.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "store/typed_tasks.h"

namespace hanbat::ec2 {

template <class Task>
struct KeyedTask {
  Json to_json() const { return Json::object(); }
  static Task from_json(const Json&) { return {}; }
};

/// Brings a VPC in the kernel to what its rows say.
struct ApplyVpc : KeyedTask<ApplyVpc> {
  static constexpr std::string_view kKind = "ec2.apply_vpc";
};
/// Brings an instance's machine to the instance's state.
struct ApplyInstance : KeyedTask<ApplyInstance> {
  static constexpr std::string_view kKind = "ec2.instance";
};
/// Looks again and again at what is there: machines that stopped by themselves, what was removed by hand. One for all.
struct WatchMachines : KeyedTask<WatchMachines> {
  static constexpr std::string_view kKind = "ec2.watch";
  static constexpr const char* kKey = "machines";
};
/// Measures every minute what the instances use. One for all.
struct MeasureInstances {
  static constexpr std::string_view kKind = "ec2.metrics";
  static constexpr const char* kKey = "instances";

  Json seen;  // by instance: what its machine had used when its metrics were told last

  Json to_json() const { return seen; }
  static MeasureInstances from_json(const Json& json) { return {json}; }
};
/// Deletes the row of what is over, an hour after its end.
struct Forget : KeyedTask<Forget> {
  static constexpr std::string_view kKind = "ec2.forget";
};

void touch_vpc(store::Tx& tx, store::Tasks& tasks, std::string_view vpc_id);
void touch_instance(store::Tx& tx, store::Tasks& tasks, const std::string& id);
/// `now` is when it ended: DescribeInstances and DescribeNatGateways show it for an hour.
void forget_later(store::Tx& tx, store::Tasks& tasks, const std::string& id, Timestamp now);

}  // namespace hanbat::ec2
