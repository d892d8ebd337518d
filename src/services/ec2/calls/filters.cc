#include "services/ec2/calls/filters.h"

#include <algorithm>

#include <fmt/format.h>

#include "wire/error.h"

namespace hanbat::ec2 {
namespace {

constexpr std::size_t kMostValues = 200;

void collect(const Json& at, std::string_view path, std::vector<std::string>& out) {
  if (at.is_null()) return;
  if (at.is_array()) {
    for (const Json& item : at.items()) collect(item, path, out);
    return;
  }
  if (path.empty()) {
    if (at.is_string())
      out.push_back(at.as_string());
    else if (at.is_bool())
      out.emplace_back(at.as_bool() ? "true" : "false");
    else
      out.push_back(at.dump());
    return;
  }
  const auto dot = path.find('.');
  collect(at[path.substr(0, dot)], dot == std::string_view::npos ? "" : path.substr(dot + 1), out);
}

bool any_matches(const std::vector<std::string>& patterns, const std::vector<std::string>& values) {
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    return std::ranges::any_of(values, [&](const std::string& value) { return filter_value_matches(pattern, value); });
  });
}

std::vector<std::string> tag_values(const Json& shape, std::string_view key) {
  std::vector<std::string> values;
  for (const char* member : {"Tags", "TagSet"})
    if (const Json& tags = shape[member]; tags.is_array())
      for (const Json& tag : tags.items())
        if (tag.text("Key") == key) values.push_back(tag.text("Value"));
  return values;
}

std::vector<std::string> tag_members(const Json& shape, std::string_view member) {
  auto values = values_at(shape["Tags"], member);
  for (auto& value : values_at(shape["TagSet"], member)) values.push_back(value);
  return values;
}

bool is_of_tags(std::string_view name) { return name.starts_with("tag:") || name == "tag-key" || name == "tag-value"; }

std::vector<std::string> filter_values(const Json& shape, std::string_view name, FilterPaths paths) {
  if (name.starts_with("tag:")) return tag_values(shape, name.substr(4));
  if (name == "tag-key") return tag_members(shape, "Key");
  if (name == "tag-value") return tag_members(shape, "Value");
  std::vector<std::string> values;
  for (const FilterPath& path : paths) {
    if (path.name != name) continue;
    if (path.path.starts_with('=')) {
      values.emplace_back(path.path.substr(1));
      continue;
    }
    for (auto& value : values_at(shape, path.path)) values.push_back(std::move(value));
  }
  return values;
}

}  // namespace

std::vector<std::string> values_at(const Json& shape, std::string_view path) {
  std::vector<std::string> values;
  collect(shape, path, values);
  return values;
}

bool filter_value_matches(std::string_view pattern, std::string_view value) {
  std::size_t p = 0, v = 0;
  std::size_t star = std::string_view::npos, resume = 0;
  while (v < value.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = v;
      continue;
    }
    const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
    const std::size_t at = escaped ? p + 1 : p;
    if (at < pattern.size() && (pattern[at] == value[v] || (!escaped && pattern[at] == '?'))) {
      p = at + 1;
      ++v;
      continue;
    }
    if (star == std::string_view::npos) return false;
    p = star + 1;
    v = ++resume;
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

void require_known_filters(const std::vector<NamedFilter>& filters, FilterPaths paths) {
  std::size_t values = 0;
  for (const NamedFilter& filter : filters) {
    values += filter.values.size();
    if (is_of_tags(filter.name)) continue;
    const auto known = std::ranges::find(paths, filter.name, &FilterPath::name);
    if (known == paths.end())
      throw wire::Error("InvalidParameterValue", 400, fmt::format("The filter '{}' is invalid", filter.name));
    if (known->path.empty())
      throw wire::Error("NotImplemented", 501, fmt::format("The filter '{}' is not implemented.", filter.name));
  }
  if (values > kMostValues)
    throw wire::Error("FilterLimitExceeded", 400,
                      fmt::format("The maximum number of filter values specified on a single call is {}", kMostValues));
}

bool matches_filters(const Json& shape, const std::vector<NamedFilter>& filters, FilterPaths paths) {
  return std::ranges::all_of(filters, [&](const NamedFilter& filter) {
    return any_matches(filter.values, filter_values(shape, filter.name, paths));
  });
}

}  // namespace hanbat::ec2
