#include "region/tag_keys.h"

namespace hanbat::region {

ConditionKeys request_tag_keys(const TagMap& tags) {
  ConditionKeys keys;
  for (const auto& [key, value] : tags) {
    keys["aws:RequestTag/" + key] = {value};
    keys["aws:TagKeys"].push_back(key);
  }
  return keys;
}

ConditionKeys removed_tag_keys(const std::vector<std::string>& removed) {
  ConditionKeys keys;
  if (!removed.empty()) keys["aws:TagKeys"] = removed;
  return keys;
}

void add_resource_tags(ConditionKeys& keys, const TagMap& tags, std::string_view service) {
  for (const auto& [key, value] : tags) {
    keys["aws:ResourceTag/" + key] = {value};
    if (!service.empty()) keys[std::string(service) + ":ResourceTag/" + key] = {value};
  }
}

}  // namespace hanbat::region
