#include "services/ec2/calls.h"

#include "base/arn.h"
#include "base/encoding.h"
#include "services/ec2/resource_keys.h"
#include "wire/operation.h"

namespace hanbat::ec2 {
namespace {

constexpr std::size_t kMostTags = 50;

std::string fingerprint(const Json& input) { return input.dump(); }

}  // namespace

std::string arn_of(const Request& rq, std::string_view type, std::string_view id) {
  const std::string resource = fmt::format("{}/{}", type, id);
  return make_arn("ec2", rq.region, type == "image" ? "" : rq.account, resource);
}

void may(Request& rq, std::string_view action, std::string_view type, std::string_view id, region::ConditionKeys keys) {
  keys.merge(resource_keys(rq.tx, place_of(rq), type, id));
  keys["ec2:Region"] = {rq.region};
  rq.authorize(fmt::format("ec2:{}", action), arn_of(rq, type, id), keys);
}

void may(Request& rq, std::string_view action) {
  rq.authorize(fmt::format("ec2:{}", action), "*", {{"ec2:Region", {rq.region}}});
}

void end_dry_run(const std::optional<bool>& dry_run) {
  if (dry_run.value_or(false))
    throw Error("DryRunOperation", 412, "Request would have succeeded, but DryRun flag is set.");
}

void check_tags(const Tags& tags, const Tags& present) {
  Tags all = present;
  for (const auto& [key, value] : tags) {
    if (key.empty()) throw invalid_parameter("Tag key cannot be empty");
    if (key.size() > 127)
      throw invalid_parameter(fmt::format("Tag key exceeds the maximum length of 127 characters: {}", key));
    if (value.size() > 255) throw invalid_parameter("Tag value exceeds the maximum length of 255 characters");
    if (lower(key).starts_with("aws:"))
      throw invalid_parameter("Tag keys starting with 'aws:' are reserved for internal use");
    all[key] = value;
  }
  if (all.size() > kMostTags)
    throw Error("TagLimitExceeded", 400, fmt::format("The maximum number of tags per resource is {}.", kMostTags));
}

void may_make(Request& rq, std::string_view action, std::string_view type, const Tags& tags, region::ConditionKeys keys,
              std::string_view id) {
  keys.merge(region::request_tag_keys(tags));
  keys["ec2:Region"] = {rq.region};
  rq.authorize(fmt::format("ec2:{}", action), arn_of(rq, type, id), keys);
}

void may_tag(Request& rq, std::string_view type, const Tags& tags) {
  if (tags.empty()) return;
  may_make(rq, "CreateTags", type, tags, {{"ec2:CreateAction", {std::string(rq.operation.name)}}});
}

Tags requested_tags(const std::optional<std::vector<TagSpecification>>& specifications, std::string_view type,
                    std::initializer_list<std::string_view> types) {
  Tags tags;
  if (!specifications) return tags;
  for (const TagSpecification& one : *specifications) {
    const std::string wanted = one.resource_type.value_or("");
    if (wanted.empty()) throw invalid_parameter("Tag specification resource type must have a value");
    if (std::ranges::find(types, wanted) == types.end())
      throw invalid_parameter(fmt::format("'{}' is not a valid taggable resource type for this operation.", wanted));
    if (wanted != type || !one.tags) continue;
    for (const Tag& tag : *one.tags)
      if (!tags.emplace(tag.key.value_or(""), tag.value.value_or("")).second)
        throw invalid_parameter(fmt::format("Duplicate tag key '{}' specified.", tag.key.value_or("")));
  }
  check_tags(tags, {});
  return tags;
}

std::vector<Tag> tag_list(const Tags& tags) {
  std::vector<Tag> list;
  for (const auto& [key, value] : tags) {
    Tag& tag = list.emplace_back();
    tag.key = key;
    tag.value = value;
  }
  return list;
}

std::vector<NamedFilter> named_filters(const std::optional<std::vector<Filter>>& filters) {
  std::vector<NamedFilter> named;
  if (!filters) return named;
  for (const Filter& filter : *filters) {
    if (!filter.name) throw Error("InvalidRequest", 400, "The request received was invalid: a filter has no name");
    if (!filter.values || filter.values->empty()) throw invalid_parameter("The filter 'null' is invalid");
    named.push_back({*filter.name, *filter.values});
  }
  return named;
}

void throw_missing(const Kind& kind, const std::vector<std::string>& ids) {
  for (const std::string& id : ids)
    if (!id.starts_with(std::string(kind.prefix) + "-"))
      throw Error(std::string(kind.malformed), 400,
                  fmt::format("Invalid id: \"{}\" (expecting \"{}-...\")", id, kind.prefix));
  if (ids.size() > 1 && kind.type == "instance")
    throw Error(std::string(kind.not_found), 400, fmt::format("The instance IDs '{}' do not exist", join(ids, ", ")));
  throw Error(std::string(kind.not_found), 400, fmt::format(fmt::runtime(kind.message), join(ids, ", ")));
}

std::pair<std::size_t, std::size_t> page_bounds(const std::vector<std::string>& keys, const Paging& paging,
                                                std::optional<std::string>& next_token) {
  std::size_t from = 0;
  if (paging.next_token && !paging.next_token->empty()) {
    const auto key = from_base64(*paging.next_token);
    const auto at = key ? std::ranges::find(keys, *key) : keys.end();
    if (at == keys.end()) throw invalid_parameter("Invalid value for nextToken");
    from = static_cast<std::size_t>(at - keys.begin());
  }
  const auto most = static_cast<std::size_t>(std::max(paging.max_results.value_or(1000), 1));
  const std::size_t to = std::min(keys.size(), from + most);
  if (to < keys.size()) next_token = to_base64(keys[to]);
  return {from, to};
}

std::optional<std::string> earlier_result(Request& rq, const std::optional<std::string>& token, const Json& input) {
  if (!token || token->empty()) return std::nullopt;
  const auto row = rq.tx.find(
      "SELECT fingerprint, result FROM ec2_client_tokens WHERE account = ? AND region = ? AND operation = ? AND token "
      "= ?",
      rq.account, rq.region, rq.operation.name, *token);
  if (!row) return std::nullopt;
  if (row->text(0) != fingerprint(input))
    throw Error("IdempotentParameterMismatch", 400,
                "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).");
  return row->text(1);
}

void remember_result(Request& rq, const std::optional<std::string>& token, const Json& input, std::string_view result) {
  if (!token || token->empty()) return;
  rq.tx.exec(
      "INSERT INTO ec2_client_tokens(account, region, operation, token, fingerprint, result, created) "
      "VALUES (?, ?, ?, ?, ?, ?, ?)",
      rq.account, rq.region, rq.operation.name, *token, fingerprint(input), result, rq.now());
}

Error invalid_parameter(std::string_view message) { return Error("InvalidParameterValue", 400, std::string(message)); }

Error missing_parameter(std::string_view name) {
  return Error("MissingParameter", 400, fmt::format("The request must contain the parameter {}", name));
}

Error dependency_violation(std::string_view message) { return Error("DependencyViolation", 400, std::string(message)); }

Error not_done(const Request& rq, std::string_view what) { return Error::not_implemented(rq.operation.name, what); }

}  // namespace hanbat::ec2
