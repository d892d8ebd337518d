// Load balancing: an HAProxy inside each VPC that has balancers, and one in the host's namespace for names under
// localhost; kept to the spec without losing a request, and asked for the targets' health.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "host/actions.h"
#include "host/balancers/haproxy.h"
#include "host/balancers/haproxy_config.h"
#include "host/balancers/haproxy_states.h"
#include "host/balancers/log_spool.h"
#include "host/balancers/response_times.h"
#include "host/count_book.h"
#include "host/tally.h"

namespace hanbat::host {

/// Safe from all threads; one change at a time.
class Balancers {
 public:
  explicit Balancers(std::string folder);
  ~Balancers();

  /// Adopts what runs, and starts what the spec known from before names.
  void start();
  void apply(const BalancersSpec& spec);
  std::vector<TargetHealth> health();
  /// How long targets took to answer since this was asked last.
  std::vector<ResponseTimes> take_times();
  /// The records of requests, of balancers that have logs.
  LogSpool& logs() { return logs_; }
  /// What the listeners of all balancers have served, also of those that are gone.
  std::vector<Count> counts();
  void drop_counts(const BookedCounts& booked);
  /// Whether each HAProxy that is wanted runs, the host's among them.
  std::vector<Finding> examine();
  /// The first HAProxy's; 0 when none runs.
  int pid();
  void down();

 private:
  using Key = std::pair<std::string, std::string>;  // backend, server
  struct Settling {
    std::chrono::steady_clock::time_point first_failure{};
    bool failed_once = false;
  };
  /// The balancers of one VPC.
  struct Place {
    std::unique_ptr<Haproxy> haproxy;
    BalancersSpec spec;
    /// Targets whose checks have not yet come to a first result: one passed check makes such a target healthy, as in
    /// AWS.
    std::map<Key, Settling> settling;
    Tally asked;  // of targets, by worker; see asked_name()
    bool has_old_workers = false;
  };

  Place& place_of(const std::string& vpc_id);
  void bring_up(const BalancersSpec& spec);
  void adopt_logs();
  void examine_logs(std::vector<Finding>& findings);
  void listen_for_logs(const std::string& vpc_id, const BalancersSpec& part);
  void start_host_side(const BalancersSpec& spec);
  void start_place(const std::string& vpc_id, Place& place, const BalancersSpec& spec);
  void cut_off(Place& place, const BalancersSpec& spec);
  static void drain_as_wanted(Place& place);
  CountBook& book_of(const std::string& vpc_id);
  /// What the newest worker tells. On the way, what all of them have counted is read.
  std::map<Key, Row> look(const std::string& vpc_id, Place& place);
  void count(const std::string& vpc_id, Place& place, const std::string& worker, const std::map<Key, Row>& rows);
  void read_times(const std::string& vpc_id, const Place& place, const std::string& worker,
                  const std::map<Key, Row>& rows);
  void begin_times_anew(const std::string& vpc_id);
  void count_before_its_end(const std::string& vpc_id, Place& place);
  static TargetCounters counters_of(const Place& place, const TargetGroup& group, const Target& target);
  static void forget_gone_targets(Place& place);
  static std::map<Key, Row> stat(const Place& place);
  static void settle(Place& place);
  void watch();

  const std::string folder_;
  const std::string cookie_key_;
  LogSpool logs_;
  std::mutex mutex_;
  BalancersSpec spec_;
  // Not when an older version's word of it cannot be read, nor before hanbatd has brought the certificates again.
  bool wanted_is_known_ = true;
  std::string failure_;            // of the last look
  std::string host_side_failure_;  // of the last look at the host's own HAProxy
  bool host_side_wanted_ = false;
  std::map<std::string, Place> places_;     // by VPC; "" is the host's
  std::map<std::string, CountBook> books_;  // by VPC, some of which have no balancers any more
  ResponseTimesBook times_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread watcher_;
};

}  // namespace hanbat::host
