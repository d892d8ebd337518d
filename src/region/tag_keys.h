// Tags as condition keys: those that a call brings, those that it takes away, and those that the resource has.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "region/authorization.h"

namespace hanbat::region {

using TagMap = std::map<std::string, std::string>;

/// aws:RequestTag/<key> and aws:TagKeys of the tags that a call brings; nothing when it brings none.
ConditionKeys request_tag_keys(const TagMap& tags);
/// aws:TagKeys of a call that takes tags away.
ConditionKeys removed_tag_keys(const std::vector<std::string>& keys);
/// Adds aws:ResourceTag/<key> of the resource's tags, and <service>:ResourceTag/<key> where a service has its own.
void add_resource_tags(ConditionKeys& keys, const TagMap& tags, std::string_view service = {});

/// A service's list of {key, value} as a map; the last of equal keys counts.
template <class List>
TagMap tag_map(const List& list) {
  const auto text = [](const auto& value) -> std::string {
    if constexpr (requires { value.value_or(""); })
      return value.value_or("");
    else
      return value;
  };
  TagMap tags;
  for (const auto& tag : list) tags[text(tag.key)] = text(tag.value);
  return tags;
}
/// The same of an optional list.
template <class List>
TagMap tag_map(const std::optional<List>& list) {
  return list ? tag_map(*list) : TagMap{};
}

}  // namespace hanbat::region
