// The services that the daemon has: one line each in services.cc. What decides about every call and records it is a
// part of the region and made before it; the services by which users change that come after.
#pragma once

#include "services/ce/limits/limits.h"
#include "services/ce/prices.h"
#include "services/cloudtrail/trail.h"
#include "services/iam/authorization/access.h"
#include "services/organizations/memberships.h"

namespace hanbat {
namespace region {
class Region;
struct Parts;
struct Settings;
}  // namespace region

/// What costs ask of organizations.
class Payers final : public ce::PayersAndTags {
 public:
  explicit Payers(const organizations::StoredMemberships& memberships) : memberships_(memberships) {}

  std::vector<std::string> paid_by(store::Tx& tx, std::string_view account) const override {
    return memberships_.paid_by(tx, account);
  }
  std::string payer_of(store::Tx& tx, std::string_view account) const override {
    return memberships_.payer_of(tx, account);
  }
  region::TagMap tags_of_account(store::Tx& tx, std::string_view account) const override {
    return memberships_.tags_of_account(tx, account);
  }

 private:
  const organizations::StoredMemberships& memberships_;
};

/// What is asked at every call, in the order in which one needs the other.
struct Foundations {
  Foundations(const region::Settings& settings, const Clock& clock, store::Database& database,
              const region::Vault& vault);

  organizations::StoredMemberships memberships;
  iam::Access access;
  cloudtrail::StoredTrail trail;
  ce::Prices prices;
  Payers payers;
  ce::CostLimits limits;
  ce::LimitedAuthorizer authorizer;  // IAM's, and then the limit of costs
};

/// Adds all services; their order does not matter.
void add_services(region::Region& home, Foundations& foundations);

/// Where there is a host side, serves the region's own names inside the region, at the edge, ports 443 and 80, also
/// when the edge was made anew. Called before tasks run.
void serve_at_edge(region::Region& home);

}  // namespace hanbat
