#include "services/elasticloadbalancing/load_balancers/conditions.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "host/balancers/spec.h"
#include "host/client.h"
#include "host/ipv4.h"
#include "os/sockets.h"
#include "wire/operation.h"

namespace hanbat::elasticloadbalancing {
namespace {

// Of a rule with all its conditions. Source: "Quotas for your Application Load Balancers" of the user guide.
constexpr std::size_t kMostValues = 5;
constexpr std::ptrdiff_t kMostWildcards = 6;
constexpr std::size_t kLongestValue = 128;
constexpr std::size_t kLongestToken = 40;

constexpr std::string_view kAlphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kOfHosts = "-.*?";
constexpr std::string_view kOfPaths = "_-.$/~\"'@:+&*?";
constexpr std::string_view kOfHeaderNames = "!#$%&'*+-.^_`|~";  // RFC 7230's token

bool holds(std::string_view text, char c) { return text.find(c) != std::string_view::npos; }

wire::Error condition_not_built(const Request& rq, std::string_view what) {
  return wire::Error::not_implemented(rq.operation.name, what);
}

void check_characters(std::string_view value, std::string_view beside_alphanumeric) {
  for (const char c : value)
    if (!holds(kAlphanumeric, c) && !holds(beside_alphanumeric, c))
      throw validation_error(fmt::format("Condition value '{}' contains a character that is not valid", value));
}

void check_length(std::string_view value, std::string_view field) {
  if (value.empty()) throw validation_error("A condition value must be specified");
  if (value.size() > kLongestValue)
    throw validation_error(fmt::format("The '{}' value is too long; the limit is '{}'", field, kLongestValue));
}

/// What AWS takes and HAProxy's configuration, too: printable characters of ASCII.
void check_printable(std::string_view value) {
  for (const unsigned char c : value)
    if (c < 0x20 || c > 0x7e)
      throw validation_error(fmt::format("Condition value '{}' contains a character that is not valid", value));
}

void check_host(std::string_view value) {
  check_characters(value, kOfHosts);
  const std::size_t dot = value.rfind('.');
  if (dot == std::string_view::npos)
    throw validation_error(fmt::format("Condition value '{}' must contain at least one '.' character", value));
  for (const unsigned char c : value.substr(dot + 1))
    if (!std::isalpha(c) && c != '*' && c != '?')
      throw validation_error(
          fmt::format("Condition value '{}' can only contain alphabetical characters after the final '.'", value));
}

void check_method(std::string_view value) {
  if (value.empty() || value.size() > kLongestToken ||
      value.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ-_") != std::string_view::npos)
    throw validation_error(fmt::format("'{}' is not a valid HTTP request method", value));
}

/// A block in CIDR form.
void check_source(std::string_view value) {
  const std::size_t slash = value.find('/');
  bool valid = slash != std::string_view::npos && value != "255.255.255.255/32";
  try {
    if (valid && holds(value, ':')) {
      const auto bits = parse_int(value.substr(slash + 1));
      valid = is_ip_address(std::string(value.substr(0, slash))) && bits && *bits >= 0 && *bits <= 128;
    } else if (valid) {
      host::require_address(value.substr(0, slash), "source-ip");
      host::require_range("0.0.0.0" + std::string(value.substr(slash)), "source-ip");
    }
  } catch (const host::HostError&) {
    valid = false;
  }
  if (!valid) throw validation_error(fmt::format("'{}' is not a valid CIDR block", value));
}

void check_header_name(const Request& rq, const std::optional<std::string>& name) {
  if (!name || name->empty()) throw validation_error("An HTTP header name must be specified");
  if (name->size() > kLongestToken)
    throw validation_error(fmt::format("The HTTP header name is too long; the limit is '{}'", kLongestToken));
  check_characters(*name, kOfHeaderNames);
  if (iequals(*name, "host"))
    throw validation_error("The 'http-header' condition cannot be used for the host header; use 'host-header'");
  for (const char c : *name)
    if (!holds(kAlphanumeric, c) && c != '-')
      throw condition_not_built(rq, "Conditions.HttpHeaderConfig.HttpHeaderName=" + *name);
}

/// Values from the condition's own config, or from the old spelling.
template <class Config>
void complete_values(RuleCondition& condition, std::optional<Config>& config, std::string_view config_name) {
  const bool old_spelling = condition.values && !condition.values->empty();
  if (config && config->values && old_spelling)
    throw validation_error(fmt::format("You cannot provide both Values and '{}' for a condition of type '{}'",
                                       config_name, *condition.field));
  if (!config) config.emplace();
  if (!config->values) config->values = condition.values;
  if (!config->values || config->values->empty()) throw validation_error("A condition value must be specified");
  for (const std::string& value : *config->values) check_length(value, *condition.field);
}

void complete_query(RuleCondition& condition) {
  if (!condition.query_string_config || !condition.query_string_config->values ||
      condition.query_string_config->values->empty() || (condition.values && !condition.values->empty()))
    throw validation_error("A condition of field 'query-string' must have values in 'QueryStringConfig'");
  for (QueryStringKeyValuePair& one : *condition.query_string_config->values) {
    check_length(one.value.value_or(""), "query-string");
    check_printable(*one.value);
    if (one.key && one.key->empty()) one.key.reset();
    if (!one.key) continue;
    check_length(*one.key, "query-string");
    check_printable(*one.key);
  }
}

host::ConditionField require_field(const std::string& word) {
  if (word.empty()) throw validation_error("A condition field must be specified");
  if (const auto field = find_word<host::ConditionField>(word)) return *field;
  throw validation_error(
      fmt::format("Condition field '{}' must be one of '[http-request-method, source-ip, host-header, "
                  "query-string, http-header, path-pattern]'",
                  word));
}

void complete_condition(const Request& rq, RuleCondition& condition, host::ConditionField field) {
  switch (field) {
    case host::ConditionField::kHostHeader:
      complete_values(condition, condition.host_header_config, "HostHeaderConfig");
      for (const std::string& value : *condition.host_header_config->values) check_host(value);
      condition.values = condition.host_header_config->values;
      return;
    case host::ConditionField::kPathPattern:
      complete_values(condition, condition.path_pattern_config, "PathPatternConfig");
      for (const std::string& value : *condition.path_pattern_config->values) check_characters(value, kOfPaths);
      condition.values = condition.path_pattern_config->values;
      return;
    case host::ConditionField::kHttpHeader:
      complete_values(condition, condition.http_header_config, "HttpHeaderConfig");
      check_header_name(rq, condition.http_header_config->http_header_name);
      for (const std::string& value : *condition.http_header_config->values) check_printable(value);
      return;
    case host::ConditionField::kHttpRequestMethod:
      complete_values(condition, condition.http_request_method_config, "HttpRequestMethodConfig");
      for (const std::string& value : *condition.http_request_method_config->values) check_method(value);
      return;
    case host::ConditionField::kSourceIp:
      complete_values(condition, condition.source_ip_config, "SourceIpConfig");
      for (const std::string& value : *condition.source_ip_config->values) check_source(value);
      return;
    case host::ConditionField::kQueryString:
      complete_query(condition);
      return;
  }
}

/// The texts of a completed condition that may hold wildcards, or only count.
std::vector<std::string> texts_of(const RuleCondition& condition) {
  std::vector<std::string> texts;
  const auto take = [&](const auto& config) {
    if (config && config->values) texts.insert(texts.end(), config->values->begin(), config->values->end());
  };
  take(condition.host_header_config);
  take(condition.path_pattern_config);
  take(condition.http_header_config);
  take(condition.http_request_method_config);
  take(condition.source_ip_config);
  if (condition.query_string_config)
    for (const QueryStringKeyValuePair& one : *condition.query_string_config->values)
      texts.push_back(one.key.value_or("") + '=' + *one.value);
  return texts;
}

void check_limits(const std::vector<RuleCondition>& conditions) {
  std::size_t values = 0;
  std::ptrdiff_t wildcards = 0;
  std::set<std::string> once;
  for (const RuleCondition& condition : conditions) {
    const auto texts = texts_of(condition);
    values += texts.size();
    for (const std::string& text : texts)
      wildcards += std::count_if(text.begin(), text.end(), [](char c) { return c == '*' || c == '?'; });
    const auto field = require_word<host::ConditionField>(*condition.field);
    if (field == host::ConditionField::kHttpHeader || field == host::ConditionField::kQueryString) continue;
    if (!once.insert(*condition.field).second)
      throw validation_error(fmt::format("A rule can only have one '{}' condition", *condition.field));
  }
  if (values > kMostValues)
    throw validation_error(fmt::format("A rule can only have '{}' condition values", kMostValues));
  if (wildcards > kMostWildcards)
    throw validation_error(fmt::format("A rule can only have '{}' condition wildcards", kMostWildcards));
}

}  // namespace

std::vector<RuleCondition> checked_conditions(Request& rq, const std::vector<RuleCondition>& in) {
  std::vector<RuleCondition> conditions = in;
  if (conditions.empty()) throw validation_error("A condition must be specified");
  for (RuleCondition& condition : conditions) {
    if (condition.regex_values || (condition.host_header_config && condition.host_header_config->regex_values) ||
        (condition.path_pattern_config && condition.path_pattern_config->regex_values) ||
        (condition.http_header_config && condition.http_header_config->regex_values))
      throw condition_not_built(rq, "Conditions.RegexValues");
    complete_condition(rq, condition, require_field(condition.field.value_or("")));
  }
  check_limits(conditions);
  return conditions;
}

}  // namespace hanbat::elasticloadbalancing
