#include "services/ec2/calls/calls.h"

#include <iterator>
#include <stdexcept>

#include "base/arn.h"
#include "region/tag_refusals.h"
#include "services/ec2/calls/resource_keys.h"
#include "services/ec2/ec2.h"
#include "wire/operation.h"

namespace hanbat::ec2 {
namespace {

constexpr region::TagRefusals kTagRefusals{
    .too_many = {"TagLimitExceeded", "The maximum number of tags per resource is 50."},
    .reserved = {"InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use"},
    .duplicate = {"InvalidParameterValue", "Duplicate tag key '{key}' specified."},
    .empty_key = {"InvalidParameterValue", "Tag key cannot be empty"},
    .long_key = {"InvalidParameterValue", "Tag key exceeds the maximum length of 127 characters: {key}"},
    .long_value = {"InvalidParameterValue", "Tag value exceeds the maximum length of 256 characters"},
    .key_character = {"InvalidParameterValue", "Tag key or value has invalid characters"},
    .value_character = {"InvalidParameterValue", "Tag key or value has invalid characters"}};

std::string fingerprint(const Json& input) { return input.dump(); }

}  // namespace

const region::TagRules kTagRules{.error = region::refuse_by<kTagRefusals>,
                                 .most = 50,
                                 .characters = region::TagRules::Characters::kAny,
                                 .longest_key = 127,
                                 .longest_value = 256};

std::string arn_of(const Request& rq, std::string_view type, std::string_view id) {
  const std::string resource = fmt::format("{}/{}", type, id);
  return make_arn("ec2", rq.region, type == "image" ? "" : rq.account, resource);
}

void authorize(Request& rq, std::string_view action, std::string_view type, std::string_view id,
               region::ConditionKeys keys) {
  keys.merge(resource_keys(rq.tx, place_of(rq), type, id));
  keys["ec2:Region"] = {rq.region};
  rq.authorize(fmt::format("ec2:{}", action), arn_of(rq, type, id), keys);
}

void authorize(Request& rq, std::string_view action) {
  rq.authorize(fmt::format("ec2:{}", action), "*", {{"ec2:Region", {rq.region}}});
}

void authorize_making(Request& rq, std::string_view action, std::string_view type, const Tags& tags,
                      region::ConditionKeys keys, std::string_view id) {
  keys.merge(region::request_tag_keys(tags));
  keys["ec2:Region"] = {rq.region};
  rq.authorize(fmt::format("ec2:{}", action), arn_of(rq, type, id), keys);
}

void authorize_tagging(Request& rq, std::string_view type, const Tags& tags) {
  if (tags.empty()) return;
  authorize_making(rq, "CreateTags", type, tags, {{"ec2:CreateAction", {std::string(rq.operation.name)}}});
}

Tags requested_tags(const std::optional<std::vector<TagSpecification>>& specifications, std::string_view type,
                    std::initializer_list<std::string_view> types) {
  region::TagPairs tags;
  if (!specifications) return {};
  for (const TagSpecification& one : *specifications) {
    const std::string wanted = one.resource_type.value_or("");
    if (wanted.empty()) throw invalid_parameter("Tag specification resource type must have a value");
    if (std::ranges::find(types, wanted) == types.end())
      throw invalid_parameter(fmt::format("'{}' is not a valid taggable resource type for this operation.", wanted));
    if (wanted == type) std::ranges::move(region::tag_pairs(one.tags), std::back_inserter(tags));
  }
  return region::merged_tags({}, tags, kTagRules);
}

std::vector<NamedFilter> named_filters(const std::optional<std::vector<Filter>>& filters, FilterPaths paths) {
  std::vector<NamedFilter> named;
  if (!filters) return named;
  for (const Filter& filter : *filters) {
    if (!filter.name) throw Error("InvalidRequest", 400, "The request received was invalid: a filter has no name");
    if (!filter.values || filter.values->empty()) throw invalid_parameter("The filter 'null' is invalid");
    named.push_back({*filter.name, *filter.values});
  }
  require_known_filters(named, paths);
  return named;
}

wire::Error Ec2::invalid_page_token(const wire::OperationModel&) const {
  return invalid_parameter("Value for parameter NextToken is invalid. The token is invalid.");
}

wire::Error Ec2::invalid_page_size(const wire::OperationModel&, int size, const region::PageSizes& sizes) const {
  return invalid_parameter(fmt::format(
      "Value ( {} ) for parameter maxResults is invalid. Expecting a value {}.", size,
      size < sizes.least ? fmt::format("greater than {}", sizes.least) : fmt::format("less than {}", sizes.most)));
}

void refuse_page_of_named(const region::Pager& pager, const Strings& ids, std::string_view ids_parameter) {
  if (pager.asked() && ids && !ids->empty())
    throw Error("InvalidParameterCombination", 400,
                fmt::format("The parameter {} cannot be used with the parameter maxResults", ids_parameter));
}

std::optional<std::string> earlier_result(Request& rq, const std::optional<std::string>& token, const Json& input) {
  if (!token || token->empty()) return std::nullopt;
  const auto use = find_token_use(rq.tx, place_of(rq), rq.operation.name, *token);
  if (!use) return std::nullopt;
  if (use->fingerprint != fingerprint(input))
    throw Error("IdempotentParameterMismatch", 400,
                "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).");
  return use->result;
}

void record_result(Request& rq, const std::optional<std::string>& token, const Json& input, std::string_view result) {
  if (!token || token->empty()) return;
  insert_token_use(rq.tx, place_of(rq), rq.operation.name, *token, {fingerprint(input), std::string(result)}, rq.now());
}

Error invalid_parameter(std::string_view message) { return Error("InvalidParameterValue", 400, std::string(message)); }

Error not_together(std::string_view one, std::string_view other) {
  return Error("InvalidParameterCombination", 400,
               fmt::format("The parameter '{}' may not be used in combination with '{}'", one, other));
}

Error missing_parameter(std::string_view name) {
  return Error("MissingParameter", 400, fmt::format("The request must contain the parameter {}", name));
}

Error dependency_violation(std::string_view message) { return Error("DependencyViolation", 400, std::string(message)); }

Error not_done(const Request& rq, std::string_view what) { return Error::not_implemented(rq.operation.name, what); }

}  // namespace hanbat::ec2
