// AWS CodeDeploy: applications, deployment groups, revisions and deployments to EC2 instances in place.
#pragma once

#include <span>
#include <string>

#include "gen/codedeploy/operations.h"
#include "region/region.h"
#include "region/tag_keys.h"
#include "services/codedeploy/deployments/workflow.h"
#include "services/codedeploy/store.h"

namespace hanbat::codedeploy {

class CodeDeploy final : public Operations {
 public:
  explicit CodeDeploy(region::Region& home) : home_(home), workflow_(home, store_) {}

  std::span<const store::Migration> migrations() const override;
  void start() override;

#include "gen/codedeploy/methods.inc"

 private:
  /// rq.authorize of an application or group by its ARN, with its tags.
  void authorize(region::Request& rq, std::string_view action, const std::string& arn, region::ConditionKeys keys = {});
  /// The same of an ARN that the caller gave, for operations about tags; then throws when it names nothing.
  void authorize_tagged(region::Request& rq, std::string_view action, const std::string& arn,
                        region::ConditionKeys keys = {});
  /// Authorizes for the group of a deployment, which its name alone does not tell; then throws when there is none.
  Deployment require_deployment(region::Request& rq, std::string_view action, const std::string& id);
  void check_group(region::Request& rq, DeploymentGroupInfo& group);

  void plan(store::TaskRun& run);
  void move_traffic(store::TaskRun& run);
  void wake(store::TaskRun& run);
  void publish_agent(store::TaskRun& run);

  region::Region& home_;
  Store store_;
  Workflow workflow_;
};

inline Place place_of(const region::Request& rq) { return {rq.account, rq.region}; }

/// A page of a list that is at hand: from the token's place on, and the next token.
struct Paging {
  std::size_t offset = 0;

  /// Throws InvalidNextTokenException.
  explicit Paging(const std::optional<std::string>& token);
  /// Cuts the list to its page; returns the token of the next one.
  template <class T>
  std::optional<std::string> cut(std::vector<T>& items, std::size_t limit = 100) const {
    items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(std::min(offset, items.size())));
    if (items.size() <= limit) return std::nullopt;
    items.resize(limit);
    return token(offset + limit);
  }
  static std::string token(std::size_t offset);
};

}  // namespace hanbat::codedeploy
