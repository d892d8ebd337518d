#include "region/policy/public_access.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace hanbat::region::policy {
namespace {

/// Keys whose fixed value names somebody or something in particular.
constexpr std::array<std::string_view, 14> kPinning = {
    "aws:sourcearn",   "aws:sourcevpc",      "aws:sourcevpce",        "aws:sourceowner",          "aws:sourceaccount",
    "aws:userid",      "aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount",     "aws:principalarn",
    "aws:sourceorgid", "aws:sourceorgpaths", "s3:dataaccesspointarn", "s3:dataaccesspointaccount"};

bool is_fixed(const std::string& value) {
  return value.find_first_of("*?") == std::string::npos && value.find("${") == std::string::npos;
}

/// A network that is not as good as everybody: at least /8, or /32 of IPv6.
bool is_narrow(const std::string& block) {
  const bool v6 = block.find(':') != std::string::npos;
  const std::size_t slash = block.find('/');
  if (slash == std::string::npos) return true;
  return parse_int(block.substr(slash + 1)).value_or(0) >= (v6 ? 32 : 8);
}

bool pins_down(const Condition& condition) {
  if (condition.if_exists || condition.quantifier == Quantifier::kForAllValues) return false;
  const std::string key = lower(condition.key);
  if (condition.op == "IpAddress")
    return key == "aws:sourceip" && std::all_of(condition.values.begin(), condition.values.end(), is_narrow);
  const bool positive = condition.op == "StringEquals" || condition.op == "StringEqualsIgnoreCase" ||
                        condition.op == "StringLike" || condition.op == "ArnEquals" || condition.op == "ArnLike";
  return positive && std::find(kPinning.begin(), kPinning.end(), key) != kPinning.end() &&
         std::all_of(condition.values.begin(), condition.values.end(), is_fixed);
}

bool is_public(const Statement& statement) {
  if (statement.effect != Effect::kAllow || !statement.principals || !statement.principals->anyone) return false;
  return std::none_of(statement.conditions.begin(), statement.conditions.end(), pins_down);
}

}  // namespace

bool is_public(const Document& document) {
  return std::any_of(document.statements.begin(), document.statements.end(),
                     [](const Statement& statement) { return is_public(statement); });
}

}  // namespace hanbat::region::policy
