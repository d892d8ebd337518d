// The cost limit of an account: what its organization's management account has tagged it with. Once it is reached,
// calls that would begin to spend are refused; what runs goes on, and deleting is free. AWS has budgets that warn and
// no such limit; who hands out accounts has one all the same.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "region/authorization.h"
#include "region/tag_keys.h"
#include "services/ce/charges.h"
#include "services/ce/prices.h"
#include "store/database.h"

namespace hanbat::ce {

/// The tag of an account in its organization that says its limit: "10", "12.50", in USD.
inline constexpr std::string_view kLimitTag = "hanbat:cost-limit";

/// What costs ask of organizations, which another service keeps.
class PayersAndTags {
 public:
  virtual ~PayersAndTags() = default;
  /// The account itself, and, when it manages an organization, all accounts there.
  virtual std::vector<std::string> paid_by(store::Tx& tx, std::string_view account) const = 0;
  /// Who pays for it: the account that manages its organization, else itself.
  virtual std::string payer_of(store::Tx& tx, std::string_view account) const = 0;
  /// The tags that the organization has on the account.
  virtual region::TagMap tags_of_account(store::Tx& tx, std::string_view account) const = 0;
};

/// Where an account stands.
struct Standing {
  std::string limit_text;  // as the tag says it
  double limit = 0;        // USD
  double spent = 0;        // USD, since there is a ledger

  int percent() const { return limit <= 0 ? 100 : static_cast<int>(spent / limit * 100 + 1e-9); }
};

/// Safe from all threads.
class CostLimits {
 public:
  CostLimits(const Clock& clock, const Prices& prices, const PayersAndTags& organization)
      : clock_(clock), prices_(prices), organization_(organization) {}

  std::vector<std::string> paid_by(store::Tx& tx, std::string_view account) const {
    return organization_.paid_by(tx, account);
  }
  std::string payer_of(store::Tx& tx, std::string_view account) const { return organization_.payer_of(tx, account); }
  /// Nothing for an account without a limit. A tag that is no amount is a limit of 0: it was meant to bound something.
  std::optional<Standing> find_standing(store::Tx& tx, const std::string& account) const;
  /// Throws CostLimitExceeded when the account has reached its limit.
  void require_room(store::Tx& tx, const std::string& account) const;

 private:
  /// What an account has spent up to a full hour, in which nothing changes any more.
  struct Settled {
    Timestamp to;
    double usd = 0;
  };
  double spent(store::Tx& tx, const std::string& account) const;
  double spent_in(store::Tx& tx, const std::string& account, const Period& period, Timestamp now) const;

  const Clock& clock_;
  const Prices& prices_;
  const PayersAndTags& organization_;
  // So that a call adds up the last hours and not the account's whole life. It is lost with the process, and made anew.
  mutable std::mutex mutex_;
  mutable std::map<std::string, Settled> settled_;
};

/// Whether the action begins to spend: "ec2:RunInstances".
bool begins_to_spend(std::string_view action);

/// Asks another about a call first, and then whether the account has room for it.
class LimitedAuthorizer final : public region::Authorizer {
 public:
  LimitedAuthorizer(region::Authorizer& inner, const CostLimits& limits) : inner_(inner), limits_(limits) {}

  void authorize(region::Request& rq, const region::AccessQuestion& question) override;

 private:
  region::Authorizer& inner_;
  const CostLimits& limits_;
};

}  // namespace hanbat::ce
