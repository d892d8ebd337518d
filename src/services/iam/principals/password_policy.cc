#include "services/iam/principals/password_policy.h"

#include <algorithm>
#include <cctype>

#include "services/iam/iam.h"
#include "wire/json_value.h"

namespace hanbat::iam {
namespace {

constexpr std::string_view kSymbols = "!@#$%^&*()_+-=[]{}|'";
constexpr std::size_t kLeastByDefault = 8;
constexpr int kLeastOfOwnPolicy = 6;

struct PasswordKinds {
  bool upper = false, lower = false, digit = false, symbol = false, other = false;
};

PasswordKinds kinds_in(std::string_view password) {
  PasswordKinds kinds;
  for (const unsigned char c : password) {
    kinds.upper |= c >= 'A' && c <= 'Z';
    kinds.lower |= c >= 'a' && c <= 'z';
    kinds.digit |= c >= '0' && c <= '9';
    kinds.symbol |= kSymbols.find(static_cast<char>(c)) != std::string_view::npos;
    kinds.other |= !std::isalnum(c);
  }
  return kinds;
}

NoSuchEntityException no_policy(const std::string& account) {
  return NoSuchEntityException("The Password Policy with domain name " + account + " cannot be found.");
}

}  // namespace

std::optional<std::string> password_fault(const std::optional<PasswordPolicy>& policy, std::string_view password,
                                          std::string_view account) {
  const PasswordKinds kinds = kinds_in(password);
  if (!policy) {
    const int different = kinds.upper + kinds.lower + kinds.digit + kinds.other;
    if (password.size() < kLeastByDefault || different < 3 || password == account)
      return "Password does not conform to the account password policy.";
    return std::nullopt;
  }
  const int least = policy->minimum_password_length.value_or(kLeastOfOwnPolicy);
  if (password.size() < static_cast<std::size_t>(least))
    return "Password should have a minimum length of " + std::to_string(least);
  if (policy->require_uppercase_characters.value_or(false) && !kinds.upper)
    return "Password should have at least one uppercase letter";
  if (policy->require_lowercase_characters.value_or(false) && !kinds.lower)
    return "Password should have at least one lowercase letter";
  if (policy->require_numbers.value_or(false) && !kinds.digit) return "Password should have at least one number";
  if (policy->require_symbols.value_or(false) && !kinds.symbol) return "Password should have at least one symbol";
  return std::nullopt;
}

std::optional<PasswordPolicy> Iam::find_password_policy(Request& rq) const {
  const auto kept = rows::find_password_policy(rq.tx, rq.account);
  if (!kept) return std::nullopt;
  return wire::from_json<PasswordPolicy>(*kept);
}

GetAccountPasswordPolicyOutput Iam::get_account_password_policy(Request& rq, const GetAccountPasswordPolicyInput&) {
  rq.authorize("iam:GetAccountPasswordPolicy", "*");

  const auto policy = find_password_policy(rq);
  if (!policy) throw no_policy(rq.account);

  GetAccountPasswordPolicyOutput out;
  out.password_policy = *policy;
  return out;
}

UpdateAccountPasswordPolicyOutput Iam::update_account_password_policy(Request& rq,
                                                                      const UpdateAccountPasswordPolicyInput& in) {
  rq.authorize("iam:UpdateAccountPasswordPolicy", "*");

  // What is left out goes back to its default; it does not keep the value that it had.
  const PasswordPolicy policy{.allow_users_to_change_password = in.allow_users_to_change_password.value_or(false),
                              .expire_passwords = in.max_password_age.has_value(),
                              .hard_expiry = in.hard_expiry,
                              .max_password_age = in.max_password_age,
                              .minimum_password_length = in.minimum_password_length.value_or(kLeastOfOwnPolicy),
                              .password_reuse_prevention = in.password_reuse_prevention,
                              .require_lowercase_characters = in.require_lowercase_characters.value_or(false),
                              .require_numbers = in.require_numbers.value_or(false),
                              .require_symbols = in.require_symbols.value_or(false),
                              .require_uppercase_characters = in.require_uppercase_characters.value_or(false)};

  rows::set_password_policy(rq.tx, rq.account, wire::to_json(policy));

  return {};
}

DeleteAccountPasswordPolicyOutput Iam::delete_account_password_policy(Request& rq,
                                                                      const DeleteAccountPasswordPolicyInput&) {
  rq.authorize("iam:DeleteAccountPasswordPolicy", "*");

  if (!rows::remove_password_policy(rq.tx, rq.account)) throw no_policy(rq.account);

  return {};
}

}  // namespace hanbat::iam
