// The networks of this machine: the edge, and a namespace for each VPC.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <semaphore>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "host/actions.h"
#include "host/count_book.h"
#include "host/networks/plan.h"
#include "os/fd.h"
#include "os/poller.h"

namespace hanbat::host {

/// Brings the kernel to what the specs say, and keeps it there: what was applied is written down beside the spec, so
/// after a restart of this process only the difference is done. Safe from all threads; one change at a time.
class Networks {
 public:
  /// `folder` is the root daemon's own and survives.
  Networks(std::string folder, const EdgeRange& range);
  ~Networks();

  /// Makes the edge, applies all specs known from before, and begins to look out for machines' NICs.
  void start();

  void apply(const VpcSpec& spec);
  void remove(const std::string& id);
  std::vector<std::string> list();
  std::vector<VpcState> states();
  Fd listen(const ListenSpec& spec);
  /// As packet_trial.h's; the VPC goes on meanwhile. Of more than a few at once the last are refused, so that trials
  /// never keep the other actions waiting.
  TrialResult try_packet(const PacketTrial& trial);

  /// What the addresses and NAT gateways of all VPCs have carried, also of VPCs that are gone.
  std::vector<Count> counts();
  void drop_counts(const BookedCounts& booked);

  /// Moves NICs that have appeared in the host's namespace into their VPC. A machine's start calls it; so does a thread
  /// of this object when links change, because a guest may restart by itself.
  enum class Arrival { kAny, kOnlyWithCarrier };
  void adopt_interfaces(Arrival arrival);

  /// Makes again what somebody removed by hand: a VPC's namespace, its link to the edge, its rules, the edge itself.
  /// Removes namespaces of ours that are nobody's.
  /// Called now and then by a thread of this object.
  void restore_lost();
  /// Lets the edge's link through the machine's firewall where something stops it.
  void open_gates();
  /// The links of machines' interfaces that are neither in their VPC nor in the host's namespace: their machine is off,
  /// or they went with a namespace.
  std::set<std::string> missing_links();
  /// Whether each resolver that is wanted runs, and each VPC is in the kernel.
  std::vector<Finding> examine();

  /// Removes everything from the kernel; the specs stay for the next start().
  void down(const std::function<void(const std::string&)>& progress);

 private:
  static constexpr int kMostTrials = 4;
  struct Vpc {
    VpcSpec spec;
    VpcNumbers numbers;
    KernelLines lines;
    std::set<std::string> edge_routes;
    std::string ruleset;
    std::string traffic;  // the rules that count, as this process has given them to the kernel
    DnsmasqFiles dnsmasq;
    std::string rules_seen;                 // how nft lists what ruleset made; "" until it was asked
    std::string saved_spec, saved_applied;  // what lies on the disk
  };

  std::string folder_of(const std::string& id) const { return folder_ + "/vpcs/" + id; }
  void make_edge();
  void apply_locked(const VpcSpec& spec);
  void make_namespace(Vpc& vpc);
  void remove_stray_links(const VpcSpec& spec);
  void number(const VpcSpec& spec, VpcNumbers& numbers);
  void apply_dns(Vpc& vpc, DnsmasqFiles wanted);
  void stop_resolvers(const std::string& id);
  void start_resolver_of_host();
  void tell_host_balancers();
  void adopt_locked(Arrival arrival);
  void place_interface(const Vpc& vpc, const Interface& interface);
  void save(Vpc& vpc);
  void load(const std::string& id);
  void remove_from_kernel(Vpc& vpc);
  void revive_resolvers();
  bool is_whole(Vpc& vpc);
  void watch_links();
  CountBook& book_of(const std::string& vpc_id);
  void count(Vpc& vpc);
  void count_before_its_end(Vpc& vpc);

  const std::string folder_;
  const EdgeRange range_;
  std::mutex mutex_;
  std::mutex trial_mutex_;  // one trial at a time; taken before the other
  std::counting_semaphore<> trials_{kMostTrials};
  std::string edge_rules_seen_, host_rules_seen_;
  std::string failure_;  // of the last look
  bool gates_opened_ = false;
  bool others_forward_ = false;
  std::map<std::string, Vpc> vpcs_;
  std::map<std::string, CountBook> books_;  // by VPC, some of which are gone
  WakeUp stop_;
  std::thread watcher_;
};

}  // namespace hanbat::host
