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

/// Where a filter looks: "attachment.instance-id" at "Attachment.InstanceId"; lists on the way are walked. A path of ""
/// is of a filter that EC2 has and this region does not; "=false" is the value of every resource here, which answers
/// tell nowhere.
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
/// Throws InvalidParameterValue for a filter that the paths do not name, 501 for one without a path, and
/// FilterLimitExceeded for more than 200 values in all.
void require_known_filters(const std::vector<NamedFilter>& filters, FilterPaths paths);
/// Whether the shape passes all filters. `tag:<key>`, `tag-key` and `tag-value` look into "Tags" (or "TagSet").
bool matches_filters(const Json& shape, const std::vector<NamedFilter>& filters, FilterPaths paths);

}  // namespace hanbat::ec2
