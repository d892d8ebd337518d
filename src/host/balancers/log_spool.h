// The records of balancers' requests until they are asked for. Each VPC's HAProxy sends them to a socket in its own
// root folder; they are kept in a file per balancer, in batches that stay until they are dropped, so neither a restart
// of the daemons nor one between two calls loses or doubles any. What has no room is counted.
//   <folder>/<balancer>/current        the records that come, a line each
//   <folder>/<balancer>/<batch>        those that were closed, named by when and how many had been lost
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "host/balancers/spec.h"
#include "os/fd.h"

namespace hanbat::host {

/// How much is kept of a balancer, and how much makes a batch by itself.
struct SpoolLimits {
  std::int64_t bytes = 64 << 20;
  std::int64_t batch_bytes = 2 << 20;
};

/// Safe from all threads.
class LogSpool {
 public:
  explicit LogSpool(std::string folder, SpoolLimits limits = {});
  ~LogSpool();

  /// Listens for one VPC's HAProxy at `path`, made anew; in the network namespace `space` ("": this one), whose queue
  /// it then makes long. Its records count for the listeners of these balancers alone, and for those that have logs.
  /// Nothing is done anew for what is the same.
  void listen(const std::string& place, const std::string& path, const std::string& space,
              const std::vector<Balancer>& balancers);
  void stop_listening(const std::string& place);

  LogBatch take(const BalancerName& balancer);
  void drop(const LogBatchName& batch);
  /// How many records of each balancer had no room since this began.
  std::map<std::string, std::int64_t> lost();

 private:
  struct Place {
    std::string path;
    std::string space;
    Fd socket;
    std::map<std::string, std::string, std::less<>> balancers;  // by listener; of those with logs
  };
  struct Spool {
    Fd current;
    std::int64_t current_bytes = 0;
    std::int64_t bytes = 0;  // of all
    std::int64_t lost = 0;   // since the last batch
    std::int64_t lost_ever = 0;
  };

  void read(const std::stop_token& stop);
  void receive(Place& place, std::map<std::string, std::string>& gathered);
  void receive_all();
  void keep_what_came(Place& place);
  /// Whole lines, as many as there is room for.
  void append(const std::string& balancer, std::string_view lines);
  Spool& spool_of(const std::string& balancer);
  void close_current(const std::string& balancer, Spool& spool);
  /// The name of the batch to take, or "".
  std::string oldest_or_closed(const std::string& balancer);
  bool is_logged(const std::string& balancer) const;
  void wake() const;

  const std::string folder_;
  const SpoolLimits limits_;
  Fd wakeup_;  // an eventfd
  std::mutex mutex_;
  std::map<std::string, Place> places_;
  std::map<std::string, Spool> spools_;
  std::jthread reader_;  // the last member: it ends first
};

}  // namespace hanbat::host
