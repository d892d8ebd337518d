#include "services/ecr/lifecycle/policy.h"

#include <algorithm>
#include <set>

#include "base/json.h"
#include "base/text.h"
#include "gen/ecr/model.h"

namespace hanbat::ecr {
namespace {

constexpr std::size_t kMostRules = 50;

[[noreturn]] void refuse(const std::string& why) {
  throw InvalidParameterException(
      "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation "
      "failure: " +
      why + "'");
}

void check_members(const Json& object, const std::set<std::string, std::less<>>& known) {
  for (const auto& [name, value] : object.members())
    if (!known.contains(name))
      refuse("instance failed to match: object instance has properties which are not allowed by the schema: [\"" +
             name + "\"]");
}

template <class T>
T require_member(const Json& object, std::string_view name) {
  const auto word = find_word<T>(object.text(name));
  if (!word)
    refuse("instance value (\"" + object.text(name) + "\") of " + std::string(name) + " is not one that may be");
  return *word;
}

int require_positive(const Json& object, std::string_view name) {
  const Json* value = object.find(name);
  if (!value || !value->is_int() || value->as_int() < 1)
    refuse(std::string(name) + " must be an integer of at least 1");
  return static_cast<int>(std::min<std::int64_t>(value->as_int(), 1'000'000'000));
}

void read_tags(const Json& selection, LifecycleRule& rule) {
  const bool prefixes = selection.contains("tagPrefixList"), patterns = selection.contains("tagPatternList");
  if (rule.tags != LifecycleTags::kTagged) {
    if (prefixes || patterns) refuse("only a rule of tagged images names tags");
    return;
  }
  if (prefixes == patterns) refuse("a rule of tagged images has either tagPrefixList or tagPatternList");
  for (const Json& one : selection[prefixes ? "tagPrefixList" : "tagPatternList"].items())
    rule.patterns.push_back(one.as_string() + (prefixes ? "*" : ""));
  if (rule.patterns.empty()) refuse("the list of tags is empty");
}

LifecycleRule read_rule(const Json& object, std::string_view operation) {
  check_members(object, {"rulePriority", "description", "selection", "action"});
  const Json& selection = object["selection"];
  check_members(selection, {"tagStatus", "tagPrefixList", "tagPatternList", "storageClass", "countType", "countUnit",
                            "countNumber"});
  const std::string action = object["action"].text("type");
  if (action == "transition" || selection.contains("storageClass"))
    throw wire::Error::not_implemented(operation, "lifecyclePolicyText with storage classes");
  if (action != "expire") refuse("the action's type must be expire");
  const std::string counted = selection.text("countType");
  if (counted == "sinceImagePulled" || counted == "sinceImageTransitioned")
    throw wire::Error::not_implemented(operation, "lifecyclePolicyText.countType=" + counted);

  LifecycleRule rule;
  rule.priority = require_positive(object, "rulePriority");
  rule.tags = require_member<LifecycleTags>(selection, "tagStatus");
  rule.count_type = require_member<LifecycleCount>(selection, "countType");
  rule.count = require_positive(selection, "countNumber");
  const bool by_age = rule.count_type == LifecycleCount::kSincePushed;
  if (by_age != (selection.text("countUnit") == "days")) refuse("countUnit days goes with countType sinceImagePushed");
  read_tags(selection, rule);
  return rule;
}

void check_together(const std::vector<LifecycleRule>& rules) {
  if (rules.empty() || rules.size() > kMostRules) refuse("a policy has between 1 and 50 rules");
  std::set<int> priorities;
  for (const LifecycleRule& rule : rules) {
    if (!priorities.insert(rule.priority).second) refuse("rulePriority must be unique");
    if (rule.tags == LifecycleTags::kAny && &rule != &rules.back())
      refuse("a rule with tagStatus any must have the highest rulePriority, and be the only one");
  }
}

bool is_of(const LifecycleRule& rule, const LifecycleImage& image) {
  if (rule.tags == LifecycleTags::kAny) return true;
  if (rule.tags == LifecycleTags::kUntagged) return image.tags.empty();
  return std::all_of(rule.patterns.begin(), rule.patterns.end(), [&](const std::string& pattern) {
    return std::any_of(image.tags.begin(), image.tags.end(),
                       [&](const std::string& tag) { return wildcard_match(pattern, tag); });
  });
}

}  // namespace

std::vector<LifecycleRule> parse_lifecycle_policy(std::string_view text, std::string_view operation) {
  std::vector<LifecycleRule> rules;
  try {
    const Json document = Json::parse(text);
    if (!document.is_object() || !document["rules"].is_array()) refuse("the document has no rules");
    check_members(document, {"rules"});
    for (const Json& rule : document["rules"].items()) rules.push_back(read_rule(rule, operation));
  } catch (const JsonError& error) {
    refuse(error.what());
  }
  std::sort(rules.begin(), rules.end(), [](const auto& a, const auto& b) { return a.priority < b.priority; });
  check_together(rules);
  return rules;
}

std::vector<ExpiringImage> expiring_images(const std::vector<LifecycleRule>& rules, std::vector<LifecycleImage> images,
                                           Timestamp now) {
  std::sort(images.begin(), images.end(), [](const auto& a, const auto& b) {
    return std::pair(b.pushed, std::string_view(b.digest)) < std::pair(a.pushed, std::string_view(a.digest));
  });
  std::set<std::string> decided;  // by a rule that comes first: a later one counts them, and leaves them alone
  std::vector<ExpiringImage> out;
  for (const LifecycleRule& rule : rules) {
    int newer = 0;
    std::vector<std::string> mine;
    for (const LifecycleImage& image : images) {
      if (!is_of(rule, image)) continue;
      const bool expires = rule.count_type == LifecycleCount::kMoreThan
                               ? ++newer > rule.count
                               : now - image.pushed > std::chrono::hours(24) * rule.count;
      mine.push_back(image.digest);
      if (expires && !decided.contains(image.digest)) out.push_back({image, rule.priority});
    }
    decided.insert(mine.begin(), mine.end());
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return b.image.pushed < a.image.pushed; });
  return out;
}

}  // namespace hanbat::ecr
