#include "services/s3/lifecycle/transitions.h"

#include <algorithm>

#include "base/text.h"
#include "services/s3/lifecycle/rules.h"
#include "wire/error.h"

namespace hanbat::s3 {
namespace {

constexpr std::uint64_t kSmall = 128u << 10;
constexpr std::int64_t kMsOfDay = 24LL * 3600 * 1000;
/// Before that many days nothing goes into a class of infrequent access, nor out of it again.
constexpr int kLeastInfrequentDays = 30;
/// As long it stays in GLACIER_IR at least.
constexpr int kLeastInstantDays = 90;
constexpr int kMostKeptVersions = 100;

wire::Error malformed_rule() {
  return {"MalformedXML", 400,
          "The XML you provided was not well-formed or did not validate against our published schema"};
}
wire::Error invalid_days(std::string message) { return {"InvalidArgument", 400, std::move(message)}; }
wire::Error contradicts(std::string message) { return {"InvalidRequest", 400, std::move(message)}; }

bool is_infrequent(StorageClass kept_in) {
  return kept_in == StorageClass::kStandardIa || kept_in == StorageClass::kOnezoneIa;
}

/// How far down AWS's waterfall a class is: objects go down only.
int depth_of(StorageClass kept_in) {
  switch (kept_in) {
    case StorageClass::kStandard:
    case StorageClass::kReducedRedundancy:
      return 0;
    case StorageClass::kStandardIa:
      return 1;
    case StorageClass::kIntelligentTiering:
      return 2;
    case StorageClass::kOnezoneIa:
      return 3;
    case StorageClass::kGlacierIr:
      return 4;
    case StorageClass::kGlacier:
      return 5;
    case StorageClass::kDeepArchive:
      return 6;
  }
  return 0;
}

bool leads_to(StorageClass from, StorageClass to) {
  if (from == StorageClass::kOnezoneIa && to == StorageClass::kGlacierIr) return false;
  return depth_of(from) < depth_of(to);
}

/// The class that a transition names; STANDARD and REDUCED_REDUNDANCY are none that anything goes into.
StorageClass class_of(const std::optional<std::string>& named) {
  const auto found = named ? find_word<StorageClass>(*named) : std::nullopt;
  if (!found || depth_of(*found) == 0) throw malformed_rule();
  return *found;
}

/// How AWS's errors name the rule: "filter '(prefix=logs/)'", or "prefix 'logs/'" of the old form.
std::string name_of(const LifecycleRule& rule) {
  const LifecycleRuleAndOperator all = conditions_of(rule);
  if (!rule.filter) return "prefix '" + all.prefix.value_or("") + "'";
  std::vector<std::string> parts;
  const bool bare = !all.object_size_greater_than && !all.object_size_less_than && !all.tags;
  if (all.prefix || bare) parts.push_back("prefix=" + all.prefix.value_or(""));
  for (const Tag& tag : all.tags.value_or(std::vector<Tag>{}))
    parts.push_back("tag: key=" + tag.key + ", value=" + tag.value);
  if (all.object_size_greater_than)
    parts.push_back("objectsizegreaterthan=" + std::to_string(*all.object_size_greater_than));
  if (all.object_size_less_than) parts.push_back("objectsizelessthan=" + std::to_string(*all.object_size_less_than));
  return "filter '(" + join(parts, " and ") + ")'";
}

/// A transition of either kind, as far as both are alike.
struct Planned {
  StorageClass to;
  std::int64_t days;  // of a date: of the epoch
};

/// How the two kinds are called in errors.
struct TransitionKind {
  const char* action;
  const char* days;
};
constexpr TransitionKind kCurrent{"Transition", "Days"};
constexpr TransitionKind kNoncurrent{"NoncurrentVersionTransition", "NoncurrentDays"};

void check_transition_days(const TransitionKind& kind, std::int64_t days, StorageClass to) {
  const std::string which = std::string("'") + kind.days + "' in " + kind.action + " action must be ";
  if (days < 0) throw invalid_days(which + "nonnegative");
  if (is_infrequent(to) && days < kLeastInfrequentDays)
    throw invalid_days(which + "greater than or equal to " + std::to_string(kLeastInfrequentDays) +
                       " for storageClass '" + std::string(word_of(to)) + "'");
}

/// Each class once, and each colder one later, by as long as the warmer one is paid for at least.
void check_order(const LifecycleRule& rule, const TransitionKind& kind, std::vector<Planned> all, const char* unit) {
  std::ranges::stable_sort(all, {}, [](const Planned& one) { return depth_of(one.to); });
  for (std::size_t i = 1; i < all.size(); ++i) {
    const Planned &warm = all[i - 1], &cold = all[i];
    if (warm.to == cold.to)
      throw contradicts(std::string("'StorageClass' must be different for '") + kind.action +
                        "' actions in same 'Rule' with " + name_of(rule));
    int between = 0;
    if (is_infrequent(warm.to)) between = kLeastInfrequentDays;
    if (warm.to == StorageClass::kGlacierIr) between = kLeastInstantDays;
    if (cold.days > warm.days && cold.days - warm.days >= between) continue;
    const auto which = [&](const Planned& one) {
      return std::string("'") + unit + "' in the " + kind.action + " action for StorageClass '" +
             std::string(word_of(one.to)) + "' for " + name_of(rule);
    };
    throw invalid_days(which(cold) + " must be " +
                       (between ? std::to_string(between) + " days more than " : std::string("greater than ")) +
                       which(warm));
  }
}

void check_current(const LifecycleRule& rule) {
  std::vector<Planned> all;
  bool by_days = false, by_date = false;
  for (const Transition& one : *rule.transitions) {
    if (one.days.has_value() == one.date.has_value()) throw malformed_rule();
    const StorageClass to = class_of(one.storage_class);
    if (one.days) check_transition_days(kCurrent, *one.days, to);
    if (one.date && one.date->ms % kMsOfDay != 0) throw invalid_days("'Date' must be at midnight GMT");
    (one.days ? by_days : by_date) = true;
    all.push_back({to, one.days ? *one.days : one.date->ms / kMsOfDay});
  }
  if (by_days && by_date)
    throw contradicts("Found mixed 'Date' and 'Days' based Transition actions in lifecycle rule for " + name_of(rule));
  const char* unit = by_days ? "Days" : "Date";
  check_order(rule, kCurrent, all, unit);
  const auto& expiration = rule.expiration;
  if (!expiration || (!expiration->days && !expiration->date)) return;
  if (expiration->days.has_value() != by_days)
    throw contradicts("Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule for " +
                      name_of(rule));
  const std::int64_t ends = by_days ? *expiration->days : expiration->date->ms / kMsOfDay;
  if (std::ranges::any_of(all, [&](const Planned& one) { return one.days >= ends; }))
    throw invalid_days(std::string("'") + unit + "' in the Expiration action for " + name_of(rule) +
                       " must be greater than '" + unit + "' in the Transition action");
}

void check_noncurrent(const LifecycleRule& rule) {
  std::vector<Planned> all;
  for (const NoncurrentVersionTransition& one : *rule.noncurrent_version_transitions) {
    if (!one.noncurrent_days) throw malformed_rule();
    const StorageClass to = class_of(one.storage_class);
    check_transition_days(kNoncurrent, *one.noncurrent_days, to);
    if (one.newer_noncurrent_versions &&
        (*one.newer_noncurrent_versions < 1 || *one.newer_noncurrent_versions > kMostKeptVersions))
      throw invalid_days("'NewerNoncurrentVersions' for NoncurrentVersionTransition action must be between 1 and " +
                         std::to_string(kMostKeptVersions));
    all.push_back({to, *one.noncurrent_days});
  }
  check_order(rule, kNoncurrent, all, "NoncurrentDays");
  const auto& older = rule.noncurrent_version_expiration;
  if (!older || !older->noncurrent_days) return;
  if (std::ranges::any_of(all, [&](const Planned& one) { return one.days >= *older->noncurrent_days; }))
    throw invalid_days("'NoncurrentDays' in the NoncurrentVersionExpiration action for " + name_of(rule) +
                       " must be greater than 'NoncurrentDays' in the NoncurrentVersionTransition action");
}

bool may_go(const LifecycleRule& rule, const ObjectRow& version, StorageClass to, SmallObjects small) {
  if (!leads_to(storage_class_of(version), to)) return false;
  // What the rule itself says of sizes goes before the usual least size.
  const LifecycleRuleAndOperator all = conditions_of(rule);
  if (version.size >= kSmall || all.object_size_greater_than || all.object_size_less_than) return true;
  switch (small) {
    case SmallObjects::kStay:
      return false;
    case SmallObjects::kGoWhereArchived:
      return to == StorageClass::kGlacier || to == StorageClass::kDeepArchive;
  }
  return false;
}

}  // namespace

void check_transitions(const LifecycleRule& rule) {
  if (rule.transitions && !rule.transitions->empty()) check_current(rule);
  if (rule.noncurrent_version_transitions && !rule.noncurrent_version_transitions->empty()) check_noncurrent(rule);
}

std::vector<Transitioned> transitions_of(std::span<const LifecycleRule> rules, std::span<const ObjectRow> versions,
                                         SmallObjects small, Timestamp now) {
  std::vector<Transitioned> out;
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const ObjectRow& version = versions[i];
    if (version.delete_marker) continue;
    std::optional<StorageClass> to;
    const auto due = [&](const LifecycleRule& rule, const std::optional<std::string>& named, bool in_time) {
      if (!in_time) return;
      const StorageClass into = class_of(named);
      if (may_go(rule, version, into, small) && (!to || depth_of(*to) < depth_of(into))) to = into;
    };
    for (const LifecycleRule& rule : rules) {
      if (!is_in_force(rule, version)) continue;
      if (i == 0) {
        for (const Transition& one : rule.transitions.value_or(std::vector<Transition>{}))
          due(rule, one.storage_class,
              one.date ? now >= *one.date : now >= lifecycle_time(version.modified, one.days.value_or(0)));
      } else {
        for (const auto& one : rule.noncurrent_version_transitions.value_or(std::vector<NoncurrentVersionTransition>{}))
          due(rule, one.storage_class,
              static_cast<int>(i) - 1 >= one.newer_noncurrent_versions.value_or(0) &&
                  now >= lifecycle_time(versions[i - 1].modified, one.noncurrent_days.value_or(0)));
      }
    }
    if (to) out.push_back({version, *to});
  }
  return out;
}

}  // namespace hanbat::s3
