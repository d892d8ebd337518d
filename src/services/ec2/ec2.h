// EC2: virtual networks that the kernel enforces and instances that are system containers. A call writes rows; tasks
// bring networks and machines to what the rows say.
#pragma once

#include <string>
#include <string_view>

#include "gen/ec2/operations.h"
#include "region/entrances.h"
#include "region/region.h"
#include "services/ec2/calls/calls.h"
#include "services/ec2/instances/instance_worker.h"
#include "services/ec2/metadata/metadata.h"
#include "services/ec2/metrics/instance_metrics.h"
#include "services/ec2/networks/network_worker.h"

namespace hanbat::http {
class Exchange;
struct RequestHead;
}  // namespace hanbat::http

namespace hanbat::ec2 {

class Ec2 final : public Operations, public region::EntranceKeeper {
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

  // Of the VPCs' endpoints, in routing/vpc_endpoints.cc.
  std::string_view service_behind(std::string_view listener_tag) const override;
  region::Entrance entrance_of(const http::RequestHead& head) const override;
  std::optional<std::string> policy_of(store::Tx& tx, std::string_view endpoint_id) const override;

 private:
  /// Gives the account and region its default VPC when this is the first call for it.
  void prepare(Request& rq);

  // The instance metadata service, in metadata.cc.
  void serve_metadata(http::Exchange& exchange);
  /// The guest's first question since its start shows that it is up.
  void record_guest_contact(const Resource<Instance>& row);

  region::Region& home_;
  NetworkWorker networks_;
  InstanceWorker instances_;
  InstanceMetrics metrics_;
  Metadata metadata_;
};

}  // namespace hanbat::ec2
