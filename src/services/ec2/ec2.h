// EC2: virtual networks that the kernel enforces and instances that are system containers. A call writes rows; tasks
// bring networks and machines to what the rows say.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "gen/ec2/operations.h"
#include "region/region.h"
#include "services/ec2/calls.h"
#include "services/ec2/instances/metadata.h"

namespace hanbat::http {
class Exchange;
}

namespace hanbat::host {
class Host;
struct VpcState;
}  // namespace hanbat::host

namespace hanbat::ec2 {

class Ec2 final : public Operations {
 public:
  explicit Ec2(region::Region& home);
  ~Ec2() override;

  std::span<const store::Migration> migrations() const override;
  void start() override;

#include "gen/ec2/methods.inc"

  /// AWS's own words, as DescribeVpcs was seen to answer.
  wire::Error invalid_page_token(const wire::OperationModel& operation) const override;
  wire::Error invalid_page_size(const wire::OperationModel& operation, int size,
                                const region::PageSizes& sizes) const override;

 private:
  /// Gives the account and region its default VPC when this is the first call for it.
  void prepare(Request& rq);
  /// The instance's profile by name or ARN, with iam:PassRole asked of the caller. Throws AWS's errors.

  // Networks, in network_tasks.cc.
  void apply_vpc(store::TaskRun& run);
  void listen_for_metadata(const host::VpcState& vpc);
  void watch_networks(host::Host& host);
  void forget(store::TaskRun& run);

  // Machines, in instance_tasks.cc.
  void apply_instance(store::TaskRun& run);
  void launch(store::TaskRun& run, const Resource<Instance>& row);
  void halt(store::TaskRun& run, const Resource<Instance>& row);
  void destroy(store::TaskRun& run, const Resource<Instance>& row);
  void watch_machines(store::TaskRun& run);
  void give_up_instance(store::Tx& tx, const std::string& id, std::string_view why);

  // The instance metadata service, in metadata.cc.
  void serve_metadata(http::Exchange& exchange);
  /// The guest's first question since its start shows that it is up.
  void note_guest_spoke(const Resource<Instance>& row);

  region::Region& home_;
  // VPC → the namespace in which this process listens for its metadata requests.
  std::mutex listening_mutex_;
  std::map<std::string, std::string> listening_;
  // Machines that this process has seen running; only those can be seen to have stopped by themselves.
  std::set<std::string> seen_running_;
  std::set<std::string> missed_once_;   // should have run at the last look, and did not
  std::set<std::string> nobodys_once_;  // networks that had no VPC at the last look
  Metadata metadata_;
};

}  // namespace hanbat::ec2
