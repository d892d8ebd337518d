// The worker of networks: brings VPCs in the kernel to what their rows say, and listens in each for metadata requests.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "region/region.h"
#include "store/tasks.h"

namespace hanbat::host {
class Host;
struct VpcState;
}  // namespace hanbat::host

namespace hanbat::ec2 {

class NetworkWorker {
 public:
  explicit NetworkWorker(region::Region& home) : home_(home) {}

  /// Names the task's handler.
  void start();
  /// What was made anew gets its listener again; a VPC of an account that has no row for it goes from the kernel.
  /// Called by one thread at a time. Throws host::HostError.
  void watch(host::Host& host);

 private:
  void apply(store::TaskRun& run);
  void tell_waiting(store::Tx& tx, const std::string& id, std::string_view why);
  enum class Endpoints { kNone, kSome };
  /// Listens in the VPC's namespace for its metadata service, and for S3 while the VPC has an endpoint.
  void listen(const host::VpcState& vpc, Endpoints endpoints);
  void stop_listening(const std::string& vpc_id);

  region::Region& home_;
  std::mutex listening_mutex_;
  struct Listening {
    std::string space;  // the namespace
    Endpoints endpoints = Endpoints::kNone;
  };
  std::map<std::string, Listening> listening_;  // VPC → where and for what this process listens; by the mutex
  std::set<std::string> nobodys_once_;          // networks that had no VPC at the last look
};

}  // namespace hanbat::ec2
