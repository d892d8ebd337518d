// A competitor's account in the region: made fresh, with the competitor's keys and the judge's role in it, and closed
// by the clock.
#pragma once

#include <functional>
#include <string>

#include "main/cli/task/entry.h"

namespace hanbat::cli::task {

/// The region's own account, which makes and enters the others.
class Management {
 public:
  /// Throws Failure when no region runs in the home.
  Management(const Home& home, const std::string& region);

  const std::string& account() const { return account_; }
  RegionApi& api() { return api_; }

  /// Makes sure that there is an organization in which policies bind accounts. Done again it changes nothing.
  void prepare_organization();
  /// The account of that e-mail address: found, or made and waited for (at most two minutes). Its number.
  std::string require_account(const std::string& email, const std::string& name);
  /// Keys with all rights in the account.
  Keys enter(const std::string& account);
  /// Keys of the judge, who reads everything in the account and changes nothing; makes the role when it is missing.
  Keys judge(const std::string& account);
  /// Bounds what the account may spend, in USD: a tag of the organization, which the account cannot change.
  void set_cost_limit(const std::string& account, double usd);
  /// What the account has spent so far, in USD.
  double spent(const std::string& account);
  /// Makes or changes the policy that keeps the account's users out after `end`, and everybody there from the judge's
  /// role. `id` is the policy's, "" when it is to be made under `name`. Returns the policy's id.
  std::string set_clock(const std::string& id, const std::string& name, const std::string& account, Timestamp end);

 private:
  std::string find_policy(const std::string& name);

  std::string region_, account_;
  Keys keys_;
  RegionApi api_;
};

/// Makes the competitor's user with all rights in the account, and a key of it. A key of a start that was cut short is
/// taken away first.
Keys make_competitor_user(RegionApi& owner);

/// The text of the policy that set_clock attaches. What is posted for the account on the board (a bucket) stays to be
/// read when the time is over.
std::string clock_policy(const std::string& account, Timestamp end, const std::string& board);

}  // namespace hanbat::cli::task
