#include "services/s3/website/routing.h"

#include "base/encoding.h"
#include "base/text.h"

namespace hanbat::s3 {
namespace {

bool holds(const RoutingRule& rule, const Visit& visit, std::optional<int> error) {
  const Condition condition = rule.condition.value_or(Condition{});
  const auto& code = condition.http_error_code_returned_equals;
  if (code.has_value() != error.has_value()) return false;
  if (code && parse_int(*code) != *error) return false;
  return visit.key.starts_with(condition.key_prefix_equals.value_or(""));
}

std::string key_of(const RoutingRule& rule, const Visit& visit) {
  const Redirect& to = rule.redirect;
  if (to.replace_key_with) return *to.replace_key_with;
  if (!to.replace_key_prefix_with) return visit.key;
  const std::size_t prefix = rule.condition ? rule.condition->key_prefix_equals.value_or("").size() : 0;
  return *to.replace_key_prefix_with + visit.key.substr(prefix);
}

}  // namespace

std::optional<std::string> website_bucket_of_host(std::string_view host) {
  host = host.substr(0, host.rfind(':'));
  static constexpr std::string_view kLabel = ".s3-website";
  const std::size_t at = host.rfind(kLabel);
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  // What follows is a region or a domain; and a bucket's own name may hold all of this, as may one of S3's own hosts.
  const std::string_view rest = host.substr(at + kLabel.size());
  if (rest.size() < 2 || (rest.front() != '.' && rest.front() != '-') || rest.find(".s3.") != std::string_view::npos)
    return std::nullopt;
  return std::string(host.substr(0, at));
}

Redirection redirect_all(const RedirectAllRequestsTo& to, const Visit& visit) {
  return {301, to.protocol.value_or(visit.protocol) + "://" + to.host_name + visit.path +
                   (visit.query.empty() ? "" : "?" + visit.query)};
}

std::optional<Redirection> find_redirection(const WebsiteConfiguration& website, const Visit& visit,
                                            std::optional<int> error) {
  if (!website.routing_rules) return std::nullopt;
  for (const RoutingRule& rule : *website.routing_rules) {
    if (!holds(rule, visit, error)) continue;
    const Redirect& to = rule.redirect;
    const auto status = to.http_redirect_code ? parse_int(*to.http_redirect_code) : std::nullopt;
    return Redirection{static_cast<int>(status.value_or(301)), to.protocol.value_or(visit.protocol) + "://" +
                                                                   to.host_name.value_or(visit.host) + "/" +
                                                                   percent_encode(key_of(rule, visit), "/")};
  }
  return std::nullopt;
}

}  // namespace hanbat::s3
