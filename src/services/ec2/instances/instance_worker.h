// The worker of instances: brings their machines to their states, and watches for machines that stop by themselves.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "region/region.h"
#include "services/ec2/instances/instances.h"
#include "store/tasks.h"

namespace hanbat::ec2 {

class NetworkWorker;

class InstanceWorker {
 public:
  InstanceWorker(region::Region& home, NetworkWorker& networks) : home_(home), networks_(networks) {}

  /// Names the tasks' handlers.
  void start();

 private:
  /// What is there, as the host side says.
  struct Look {
    std::set<std::string> running;
    std::set<std::string> there;
  };

  void apply(store::TaskRun& run);
  void launch(store::TaskRun& run, const Resource<Instance>& row);
  void restart(store::TaskRun& run, const Resource<Instance>& row);
  void halt(store::TaskRun& run, const Resource<Instance>& row);
  void destroy(store::TaskRun& run, const Resource<Instance>& row);
  void give_up(store::Tx& tx, const std::string& id, std::string_view why);

  void watch(store::TaskRun& run);
  Look look(host::Host& host);
  /// Those that should run and did not at the last two looks.
  std::vector<std::string> missed_twice(const Look& look);
  void record_missed(store::Tx& tx, const std::string& id, const Look& look);

  region::Region& home_;
  NetworkWorker& networks_;
  // Machines that this process has seen running; only those can be seen to have stopped by themselves.
  std::set<std::string> seen_running_;
  std::set<std::string> missed_once_;  // should have run at the last look, and did not
};

}  // namespace hanbat::ec2
