// Builds that stand in a VPC of their owner's.
//
// Problem: the interface is a thing of EC2's, made with the service role as CodeBuild makes it on AWS, and must go with
// the build whatever happens and whatever became of the role. So it is made in the transaction that notes it, is handed
// over to CodeBuild by ec2:CreateNetworkInterfacePermission, and CodeBuild itself deletes it when the machine is gone.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "region/region.h"
#include "services/codebuild/store.h"

namespace hanbat::codebuild {

class VpcBuilds {
 public:
  explicit VpcBuilds(region::Region& home) : home_(home) {}

  /// Gives the build its interface, unless it has one, in one of the subnets that its project names. Returns the code
  /// of the error with which EC2 refused it to the role; then the build has none.
  std::optional<std::string> take_interface(store::Tx& tx, const region::Actor& role, BuildRow& row);
  /// Deletes the machine's interface; the machine must be gone.
  void release(store::Tx& tx, const BuildInterface& interface);
  /// Has this process listen for the VPC's builds that ask for credentials. Returns false while the VPC is not in the
  /// kernel. Throws host::HostError.
  bool listen(const std::string& vpc);
  /// Stops listening when no build stands in the VPC any more: a listener would keep its namespace.
  void leave(const std::string& vpc);

 private:
  region::Region& home_;
  std::mutex mutex_;
  std::map<std::string, std::string> listening_;  // VPC → the namespace in which this process listens; by the mutex
};

}  // namespace hanbat::codebuild
