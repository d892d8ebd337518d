// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html
#include "host/balancers/haproxy_conditions.h"

#include <fmt/format.h>

namespace hanbat::host {
namespace {

/// What AWS's wildcards stand for, as regular expressions.
struct Wildcards {
  std::string_view any = ".*";
  std::string_view one = ".";
  bool escapes = false;  // whether a backslash makes the next one mean itself
};
constexpr Wildcards kWhole{};
constexpr Wildcards kQueryKey{.any = "[^&=]*", .one = "[^&=]", .escapes = true};
constexpr Wildcards kQueryValue{.any = "[^&]*", .one = "[^&]", .escapes = true};

std::string pattern_of(std::string_view wildcard, const Wildcards& words) {
  std::string out;
  const auto literally = [&](char c) {
    if (std::string_view(".+()[]{}|^$\\*?").find(c) != std::string_view::npos) out += '\\';
    out += c;
  };
  for (std::size_t at = 0; at < wildcard.size(); ++at) {
    const char c = wildcard[at];
    if (words.escapes && c == '\\' && at + 1 < wildcard.size())
      literally(wildcard[++at]);
    else if (c == '*')
      out += words.any;
    else if (c == '?')
      out += words.one;
    else
      literally(c);
  }
  return out;
}

std::string whole_pattern(std::string_view wildcard) { return '^' + pattern_of(wildcard, kWhole) + '$'; }

/// One of the parameters of a query string; without a key, of any.
std::string parameter_pattern(std::string_view key, std::string_view value) {
  return "(^|&)" + (key.empty() ? "[^&=]*" : pattern_of(key, kQueryKey)) + '=' + pattern_of(value, kQueryValue) +
         "(&|$)";
}

}  // namespace

std::string haproxy_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// "--" ends the flags of an ACL, so that no value is taken for one: "-f" would read a file of the host.
std::string condition_of(const BalancerCondition& condition) {
  std::string plain = " --", patterns = " --", parameters = " --";
  for (std::size_t i = 0; i < condition.values.size(); ++i) {
    const std::string& value = condition.values[i];
    plain += ' ' + haproxy_quoted(value);
    patterns += ' ' + haproxy_quoted(whole_pattern(value));
    parameters +=
        ' ' + haproxy_quoted(parameter_pattern(i < condition.keys.size() ? condition.keys[i] : std::string(), value));
  }
  switch (condition.field) {
    case ConditionField::kSourceIp:
      return "{ src" + plain + " }";
    case ConditionField::kHttpRequestMethod:
      return "{ method -m str" + plain + " }";
    case ConditionField::kPathPattern:
      return "{ path -m reg" + patterns + " }";
    case ConditionField::kHostHeader:
      return "{ req.hdr(host),field(1,:) -m reg -i" + patterns + " }";
    case ConditionField::kHttpHeader:
      // Each line of that header as a whole: a User-Agent has commas.
      return fmt::format("{{ req.fhdr({}) -m reg -i{} }}", condition.header, patterns);
    case ConditionField::kQueryString:
      return "{ query -m reg -i" + parameters + " }";
  }
  return "{ always_false }";
}

}  // namespace hanbat::host
