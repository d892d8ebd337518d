// The one HAProxy: kept to the spec without losing a request, and asked for the targets' health.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "host/actions.h"
#include "host/balancers/haproxy_config.h"

namespace hanbat::host {

/// Safe from all threads; one change at a time.
class Balancers {
 public:
  explicit Balancers(std::string folder);
  ~Balancers();

  /// Adopts a running HAProxy, or starts one as the spec known from before says.
  void start();
  void apply(const BalancersSpec& spec);
  std::vector<TargetHealth> health();
  int pid() const;
  void down();

 private:
  using Key = std::pair<std::string, std::string>;  // backend, server
  struct Settled {
    std::chrono::steady_clock::time_point first_failure{};
    bool failed_once = false;
  };

  void bring_up(const BalancersSpec& spec);
  void reload();
  void drain_as_wanted(const BalancersSpec& spec);
  std::string ask_worker(std::string_view command) const;
  std::string ask_master(std::string_view command) const;
  std::string ask(const std::string& socket, std::string_view command) const;
  std::map<Key, Row> stat() const;
  void settle();
  void watch();

  const std::string folder_;
  std::mutex mutex_;
  BalancersSpec spec_;
  std::string config_;
  /// Targets whose checks have not yet come to a first result: one passed check makes such a target healthy, as in AWS.
  std::map<Key, Settled> settling_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread watcher_;
};

}  // namespace hanbat::host
