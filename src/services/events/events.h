// Amazon EventBridge: buses, rules and targets, and the delivery of events from a bus to the targets of the rules that
// want them.
#pragma once

#include <span>
#include <string>

#include "gen/events/operations.h"
#include "region/region.h"
#include "region/tags.h"
#include "services/events/delivery/delivery_task.h"
#include "services/events/delivery/schedule_task.h"
#include "services/events/rules/store.h"

namespace hanbat::events {

class Events final : public Operations {
 public:
  explicit Events(region::Region& home) : home_(home) {}

  std::span<const store::Migration> migrations() const override;
  void start() override;
  /// A bus's policy counts for the bus and for its rules.
  void add_resource_policies(region::Request& rq, region::AccessQuestion& question) const override;

#include "gen/events/methods.inc"

 private:
  /// The bus's policy as callers see it.
  std::optional<std::string> describe_policy(region::Request& rq, const BusKey& bus) const;
  void set_state(region::Request& rq, const BusKey& bus, const std::string& name, RuleState state);
  /// rq.authorize of a rule, with its tags and maker where there is one.
  void authorize_rule(region::Request& rq, std::string_view action, const BusKey& bus, std::string_view name,
                      region::ConditionKeys keys = {});
  void authorize_bus(region::Request& rq, std::string_view action, const BusKey& bus, region::ConditionKeys keys = {});
  /// The same of a bus or rule by an ARN that the caller gave; then throws when it names nothing.
  void authorize_tagged(region::Request& rq, std::string_view action, const std::string& arn,
                        region::ConditionKeys keys = {});

  /// Whether a rule wants an event of a service. Most events of most accounts none does, and then there is no task.
  bool wants(store::Tx& tx, const Json& event) const;
  /// Task events.deliver: finds the rules that want an event and makes one delivery per target.
  void deliver(store::TaskRun& run);
  /// Task events.target: brings one event to one target, as the target's role.
  void deliver_to_target(store::TaskRun& run, const DeliveryTask& delivery);
  /// Task events.schedule: a scheduled rule's time has come.
  void fire(store::TaskRun& run, const ScheduleTask& task);
  /// Makes, moves or drops the rule's next firing.
  void plan(store::Tx& tx, const RuleRow& rule);
  void add_deliveries(store::Tx& tx, const RuleRow& rule, const Json& event);

  region::Region& home_;
};

/// The bus that a name or ARN means, in the request's account and region. Throws ResourceNotFoundException for
/// another's.
BusKey bus_key(const region::Request& rq, const std::optional<std::string>& name_or_arn);
/// The same for where events go: a bus of another account too, if it lies in this region.
BusKey bus_key_of_any_account(const region::Request& rq, const std::optional<std::string>& name_or_arn);
/// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TagResource.html
extern const region::TagRules kTagRules;

}  // namespace hanbat::events
