// Elastic Load Balancing v2: application load balancers, on HAProxy. A call writes rows; a task hands the whole wanted
// set of balancers to the host side; an observer keeps what the balancers see of their targets' health.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "gen/elasticloadbalancing/operations.h"
#include "host/actions.h"
#include "region/region.h"
#include "services/elasticloadbalancing/store.h"
#include "services/elasticloadbalancing/target_groups/store.h"
#include "services/elasticloadbalancing/workers/tasks.h"
#include "services/elasticloadbalancing/workers/traffic.h"

namespace hanbat::elasticloadbalancing {

class ElasticLoadBalancing final : public Operations {
 public:
  explicit ElasticLoadBalancing(region::Region& home) : home_(home) {}

  std::span<const store::Migration> migrations() const override;
  void start() override;

#include "gen/elasticloadbalancing/methods.inc"

  wire::Error invalid_page_token(const wire::OperationModel& operation) const override;
  wire::Error invalid_page_size(const wire::OperationModel& operation, int size,
                                const region::PageSizes& sizes) const override;

 private:
  using HealthKey = TargetKey;

  /// With the request's commit: bring the balancers to what the rows say.
  void touch(Request& rq);

  // Workers, in workers.cc.
  void apply(store::TaskRun& run);
  void tell_waiting(store::Tx& tx, std::string_view why);
  void drain(store::TaskRun& run, const DrainTarget& task);
  void measure(store::TaskRun& run);
  void observe(const std::stop_token& stop);
  /// Asks the host side once; whether nothing is likely to change soon.
  bool look_at_targets();
  /// What was seen of a target before it was registered says nothing of it any more.
  void forget(const TargetRow& target);
  void follow_instances();
  TargetHealth health_of(const Resource<TargetGroup>& group, const TargetRow& target, std::string_view unused_because);

  region::Region& home_;
  std::mutex applying_;  // so that an older state never goes out after a newer one
  std::mutex health_mutex_;
  std::map<HealthKey, host::TargetHealth> health_;  // guarded by health_mutex_
  std::set<HealthKey> forgotten_;                   // likewise: since the host side was asked last
  Traffic traffic_;
  bool times_are_of_the_minute_ = false;  // of measure() alone
  std::jthread observer_;                 // the last member: it ends first
};

}  // namespace hanbat::elasticloadbalancing
