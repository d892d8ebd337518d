// Filters of Describe calls, the same for all kinds: a filter names a path into the shape (as JSON), its values are
// alternatives with wildcards, and a resource is answered when every filter finds one of its values there.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace hanbat::ec2 {

/// Where a filter looks: "attachment.instance-id" at "Attachment.InstanceId"; lists on the way are walked.
struct FilterPath {
  std::string_view name;
  std::string_view path;
};
using FilterPaths = std::span<const FilterPath>;

/// A filter as the call names it.
struct NamedFilter {
  std::string name;
  std::vector<std::string> values;
};

/// All values at the path, as the text by which filters name them (true, 22, 2026-…).
std::vector<std::string> values_at(const Json& shape, std::string_view path);
/// EC2's wildcards: '*' any run, '?' one character, '\' takes the next literally.
bool filter_value_matches(std::string_view pattern, std::string_view value);
/// Whether the shape passes all filters. `tag:<key>`, `tag-key` and `tag-value` look into "Tags" (or "TagSet"). Throws
/// InvalidParameterValue for a filter that the paths do not name.
bool matches_filters(const Json& shape, const std::vector<NamedFilter>& filters, FilterPaths paths);

}  // namespace hanbat::ec2
