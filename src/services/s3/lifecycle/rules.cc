#include "services/s3/lifecycle/rules.h"

#include <algorithm>
#include <set>

#include "base/encoding.h"
#include "base/ids.h"
#include "base/time.h"
#include "base/words.h"
#include "services/s3/lifecycle/transitions.h"
#include "wire/error.h"

namespace hanbat::s3 {
namespace {

enum class RuleStatus { kEnabled, kDisabled };

}  // namespace
}  // namespace hanbat::s3

namespace hanbat {

template <>
constexpr auto kWords<s3::RuleStatus> = std::to_array<Word<s3::RuleStatus>>(
    {{s3::RuleStatus::kEnabled, "Enabled"}, {s3::RuleStatus::kDisabled, "Disabled"}});

}  // namespace hanbat

namespace hanbat::s3 {
namespace {

constexpr std::size_t kMostRules = 1000;
constexpr std::size_t kLongestRuleId = 255;
constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;

wire::Error malformed() {
  return wire::Error("MalformedXML", 400,
                     "The XML you provided was not well-formed or did not validate against our published schema");
}
wire::Error invalid(const std::string& message) { return wire::Error("InvalidArgument", 400, message); }

void check_days(const std::optional<int>& days, const char* action) {
  if (days && *days < 1) throw invalid(std::string("'Days' for ") + action + " action must be a positive integer");
}

bool acts(const LifecycleRule& rule) {
  const auto some = [](const auto& list) { return list && !list->empty(); };
  return rule.expiration || rule.noncurrent_version_expiration || rule.abort_incomplete_multipart_upload ||
         some(rule.transitions) || some(rule.noncurrent_version_transitions);
}

/// Several conditions stand in an And.
void check_filter(const LifecycleRuleFilter& filter) {
  if (filter.prefix.has_value() + filter.tag.has_value() + filter.and_.has_value() +
          filter.object_size_greater_than.has_value() + filter.object_size_less_than.has_value() >
      1)
    throw malformed();
}

void check_rule(const LifecycleRule& rule) {
  if (!find_word<RuleStatus>(rule.status)) throw malformed();
  if (rule.filter) check_filter(*rule.filter);
  const LifecycleRuleAndOperator which = conditions_of(rule);
  if (which.object_size_greater_than.value_or(0) < 0 || which.object_size_less_than.value_or(0) < 0) throw malformed();
  // One of the two says which keys are meant; the old form has no filter.
  if (rule.filter.has_value() == rule.prefix.has_value()) throw malformed();
  if (rule.id && rule.id->size() > kLongestRuleId)
    throw invalid("ID length should not exceed allowed limit of " + std::to_string(kLongestRuleId));
  if (!acts(rule)) throw wire::Error("InvalidRequest", 400, "At least one action needs to be specified in a rule.");
  if (const auto& expiration = rule.expiration) {
    if (expiration->days.has_value() + expiration->date.has_value() +
            expiration->expired_object_delete_marker.has_value() !=
        1)
      throw malformed();
    check_days(expiration->days, "Expiration");
    if (expiration->date && expiration->date->ms % kDayMs != 0) throw invalid("'Date' must be at midnight GMT");
  }
  if (const auto& older = rule.noncurrent_version_expiration) {
    if (!older->noncurrent_days) throw malformed();
    if (!rule.filter && older->newer_noncurrent_versions)
      throw wire::Error("InvalidRequest", 400, "NewerNoncurrentVersions element can only be used in Lifecycle V2.");
    if (*older->noncurrent_days < 1)
      throw invalid("'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer");
    if (older->newer_noncurrent_versions.value_or(1) < 1)
      throw invalid("'NewerNoncurrentVersions' for NoncurrentVersionExpiration action must be a positive integer");
  }
  if (const auto& uploads = rule.abort_incomplete_multipart_upload) {
    if (!uploads->days_after_initiation) throw malformed();
    if (*uploads->days_after_initiation < 1)
      throw invalid("'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer");
  }
  check_transitions(rule);
}

bool has_tag(const ObjectRow& object, const Tag& tag) {
  const Json* tags = object.body.find("tags");
  return tags && std::any_of(tags->items().begin(), tags->items().end(), [&](const Json& one) {
           return one.text("Key") == tag.key && one.text("Value") == tag.value;
         });
}

bool is_on(const LifecycleRule& rule) { return require_word<RuleStatus>(rule.status) == RuleStatus::kEnabled; }

bool covers(const LifecycleRule& rule, const ObjectRow& object) {
  const LifecycleRuleAndOperator all = conditions_of(rule);
  if (!object.key.starts_with(all.prefix.value_or(""))) return false;
  const auto size = static_cast<std::int64_t>(object.size);
  if (all.object_size_greater_than && size <= *all.object_size_greater_than) return false;
  if (all.object_size_less_than && size >= *all.object_size_less_than) return false;
  for (const Tag& tag : all.tags.value_or(std::vector<Tag>{}))
    if (!has_tag(object, tag)) return false;
  return true;
}

bool expires_latest(const LifecycleRule& rule, const ObjectRow& latest, Timestamp now) {
  if (!rule.expiration || latest.delete_marker) return false;
  if (rule.expiration->date) return now >= *rule.expiration->date;
  return rule.expiration->days && now >= lifecycle_time(latest.modified, *rule.expiration->days);
}

/// A delete marker that hides nothing: a rule for such, or one that would expire objects of its age, takes it away.
bool expires_lone_marker(const LifecycleRule& rule, const ObjectRow& marker, Timestamp now) {
  if (!rule.expiration) return false;
  if (rule.expiration->expired_object_delete_marker.value_or(false)) return true;
  return rule.expiration->days && now >= lifecycle_time(marker.modified, *rule.expiration->days);
}

/// `newer`: how many noncurrent versions of the key are newer. It became noncurrent when its successor came.
bool expires_noncurrent(const LifecycleRule& rule, const ObjectRow& successor, int newer, Timestamp now) {
  const auto& older = rule.noncurrent_version_expiration;
  if (!older || newer < older->newer_noncurrent_versions.value_or(0)) return false;
  return now >= lifecycle_time(successor.modified, *older->noncurrent_days);
}

}  // namespace

LifecycleRuleAndOperator conditions_of(const LifecycleRule& rule) {
  if (!rule.filter) return {.prefix = rule.prefix};
  const LifecycleRuleFilter& filter = *rule.filter;
  if (filter.and_) return *filter.and_;
  LifecycleRuleAndOperator out{.object_size_greater_than = filter.object_size_greater_than,
                               .object_size_less_than = filter.object_size_less_than,
                               .prefix = filter.prefix};
  if (filter.tag) out.tags = {*filter.tag};
  return out;
}

bool is_in_force(const LifecycleRule& rule, const ObjectRow& object) { return is_on(rule) && covers(rule, object); }

void check_lifecycle(std::vector<LifecycleRule>& rules) {
  if (rules.empty() || rules.size() > kMostRules) throw malformed();
  std::set<std::string> ids;
  for (LifecycleRule& rule : rules) {
    check_rule(rule);
    if (rule.id.value_or("").empty()) rule.id = to_base64(random_bytes(36));
    if (!ids.insert(*rule.id).second) throw invalid("Rule ID must be unique. Found same ID for more than one rule");
  }
}

Timestamp lifecycle_time(Timestamp then, int days) {
  const std::int64_t due = then.ms + days * kDayMs;
  return {(due + kDayMs - 1) / kDayMs * kDayMs};
}

Expired expired_of(std::span<const LifecycleRule> rules, std::span<const ObjectRow> versions, Timestamp now) {
  Expired out;
  const auto any = [&](const ObjectRow& version, auto&& expires) {
    return std::any_of(rules.begin(), rules.end(),
                       [&](const LifecycleRule& rule) { return is_in_force(rule, version) && expires(rule); });
  };
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const ObjectRow& version = versions[i];
    if (i == 0) {
      out.latest = any(version, [&](const auto& rule) { return expires_latest(rule, version, now); });
      if (version.delete_marker && versions.size() == 1 &&
          any(version, [&](const auto& rule) { return expires_lone_marker(rule, version, now); }))
        out.versions.push_back(version);
    } else if (any(version, [&](const auto& rule) {
                 return expires_noncurrent(rule, versions[i - 1], static_cast<int>(i) - 1, now);
               })) {
      out.versions.push_back(version);
    }
  }
  return out;
}

std::optional<std::string> expiration_header(std::span<const LifecycleRule> rules, const ObjectRow& latest) {
  std::optional<std::pair<Timestamp, std::string>> first;
  for (const LifecycleRule& rule : rules) {
    if (!rule.expiration || !is_in_force(rule, latest)) continue;
    std::optional<Timestamp> at = rule.expiration->date;
    if (rule.expiration->days) at = lifecycle_time(latest.modified, *rule.expiration->days);
    if (at && (!first || *at < first->first)) first.emplace(*at, rule.id.value_or(""));
  }
  if (!first) return std::nullopt;
  return "expiry-date=\"" + http_date(first->first) + "\", rule-id=\"" + percent_encode(first->second, "") + "\"";
}

std::optional<UploadsEnd> find_end(std::span<const LifecycleRule> rules, const UploadRow& upload) {
  std::optional<UploadsEnd> first;
  for (const LifecycleRule& rule : rules) {
    const auto& end = rule.abort_incomplete_multipart_upload;
    if (!is_on(rule) || !end || !upload.key.starts_with(conditions_of(rule).prefix.value_or(""))) continue;
    const Timestamp at = lifecycle_time(upload.initiated, *end->days_after_initiation);
    if (!first || at < first->at) first = {at, rule.id.value_or("")};
  }
  return first;
}

bool is_expired(std::span<const LifecycleRule> rules, const UploadRow& upload, Timestamp now) {
  const auto end = find_end(rules, upload);
  return end && now >= end->at;
}

}  // namespace hanbat::s3
