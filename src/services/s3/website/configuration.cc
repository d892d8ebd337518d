#include "services/s3/website/configuration.h"

#include "base/text.h"
#include "base/words.h"
#include "services/s3/objects/object_parts.h"
#include "services/s3/s3.h"

namespace hanbat::s3 {
namespace {

constexpr const char* kWebsiteSetting = "website";
constexpr std::size_t kMostRoutingRules = 50;
constexpr std::size_t kLongestRedirectLocation = 2048;

wire::Error malformed_website() {
  return {"MalformedXML", 400,
          "The XML you provided was not well-formed or did not validate against our published schema"};
}
wire::Error invalid_website(std::string message) { return {"InvalidRequest", 400, std::move(message)}; }

void check_protocol(const std::optional<std::string>& protocol) {
  if (protocol && *protocol != "http" && *protocol != "https")
    throw invalid_website(
        "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.");
}

/// A status of HTTP that lies between the two.
void check_status(const std::optional<std::string>& status, int least, int most, const std::string& what,
                  const std::string& valid) {
  if (!status) return;
  const auto code = parse_int(*status);
  if (!code || *code < least || *code > most)
    throw invalid_website("The provided HTTP " + what + " code (" + *status + ") is not valid. Valid codes are " +
                          valid + ".");
}

void check_routing_rule(const RoutingRule& rule) {
  const Redirect& to = rule.redirect;
  if (!to.host_name && !to.http_redirect_code && !to.protocol && !to.replace_key_prefix_with && !to.replace_key_with)
    throw malformed_website();
  if (to.replace_key_prefix_with && to.replace_key_with)
    throw invalid_website("You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
  if (to.host_name && to.host_name->empty())
    throw invalid_website(
        "The HostName cannot be blank. To redirect within the same domain, the element shouldn't be present.");
  check_protocol(to.protocol);
  check_status(to.http_redirect_code, 301, 399, "redirect", "3XX except 300");
  if (!rule.condition) return;
  if (!rule.condition->http_error_code_returned_equals && !rule.condition->key_prefix_equals)
    throw invalid_website(
        "Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't be "
        "present.");
  check_status(rule.condition->http_error_code_returned_equals, 400, 599, "error", "4XX or 5XX");
}

}  // namespace

void check_website(const WebsiteConfiguration& configuration) {
  if (const auto& all = configuration.redirect_all_requests_to) {
    if (configuration.index_document || configuration.error_document || configuration.routing_rules)
      throw invalid_argument("RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.",
                             "RedirectAllRequestsTo", "not null");
    if (all->host_name.empty())
      throw invalid_argument("A host name must be provided to redirect all requests (e.g. \"example.com\").",
                             "HostName", "null");
    return check_protocol(all->protocol);
  }
  if (!configuration.index_document)
    throw invalid_argument("A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
                           "IndexDocument", "null");
  const std::string& suffix = configuration.index_document->suffix;
  if (suffix.empty() || suffix.find('/') != std::string::npos)
    throw invalid_argument("The IndexDocument Suffix is not well formed", "IndexDocument", suffix);
  if (configuration.error_document && configuration.error_document->key.empty()) throw malformed_website();
  if (!configuration.routing_rules) return;
  const auto& rules = *configuration.routing_rules;
  if (rules.empty()) throw malformed_website();
  if (rules.size() > kMostRoutingRules)
    throw invalid_website(std::to_string(rules.size()) +
                          " routing rules provided, the number of routing rules in a website configuration is limited "
                          "to " +
                          std::to_string(kMostRoutingRules) + ".");
  for (const RoutingRule& rule : rules) check_routing_rule(rule);
}

std::optional<WebsiteConfiguration> website_of(const BucketRow& bucket) {
  const Json* setting = bucket.own.find(kWebsiteSetting);
  if (!setting) return std::nullopt;
  return wire::from_json<WebsiteConfiguration>(*setting);
}

void check_redirect_location(const std::optional<std::string>& location) {
  if (!location) return;
  if (!location->starts_with('/') && !location->starts_with("http://") && !location->starts_with("https://"))
    throw wire::Error("InvalidRedirectLocation", 400,
                      "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.");
  if (location->size() > kLongestRedirectLocation)
    throw wire::Error("InvalidRedirectLocation", 400,
                      "The length of website redirect location cannot exceed 2,048 characters.");
}

GetBucketWebsiteOutput S3::get_bucket_website(region::Request& rq, const GetBucketWebsiteInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:GetBucketWebsite", in.bucket, terms_of(in));
  const auto website = website_of(bucket);
  if (!website)
    throw wire::Error("NoSuchWebsiteConfiguration", 404, "The specified bucket does not have a website configuration")
        .with("BucketName", bucket.id);
  return {.error_document = website->error_document,
          .index_document = website->index_document,
          .redirect_all_requests_to = website->redirect_all_requests_to,
          .routing_rules = website->routing_rules};
}

PutBucketWebsiteOutput S3::put_bucket_website(region::Request& rq, const PutBucketWebsiteInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:PutBucketWebsite", in.bucket, terms_of(in));
  check_website(in.website_configuration);
  put_setting(rq, bucket, kWebsiteSetting, wire::to_json(in.website_configuration));
  return {};
}

DeleteBucketWebsiteOutput S3::delete_bucket_website(region::Request& rq, const DeleteBucketWebsiteInput& in) {
  put_setting(rq, require_bucket(rq, "s3:DeleteBucketWebsite", in.bucket, terms_of(in)), kWebsiteSetting, Json());
  return {};
}

}  // namespace hanbat::s3
