#include "services/ssm/parameters/parameter_filters.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "base/words.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

/// What a filter looks at beside tags, and how.
enum class FilterKey { kPath, kName, kType, kKeyId, kTier, kDataType, kLabel };
/// Which list they choose from.
enum class FilteredList { kAll, kHierarchy };
enum class FilterOption { kRecursive, kOneLevel, kBeginsWith, kEquals, kContains };

}  // namespace
}  // namespace hanbat::ssm

namespace hanbat {

template <>
constexpr auto kWords<ssm::FilterKey> = std::to_array<Word<ssm::FilterKey>>({{ssm::FilterKey::kPath, "Path"},
                                                                             {ssm::FilterKey::kName, "Name"},
                                                                             {ssm::FilterKey::kType, "Type"},
                                                                             {ssm::FilterKey::kKeyId, "KeyId"},
                                                                             {ssm::FilterKey::kTier, "Tier"},
                                                                             {ssm::FilterKey::kDataType, "DataType"},
                                                                             {ssm::FilterKey::kLabel, "Label"}});
template <>
constexpr auto kWords<ssm::FilterOption> =
    std::to_array<Word<ssm::FilterOption>>({{ssm::FilterOption::kRecursive, "Recursive"},
                                            {ssm::FilterOption::kOneLevel, "OneLevel"},
                                            {ssm::FilterOption::kBeginsWith, "BeginsWith"},
                                            {ssm::FilterOption::kEquals, "Equals"},
                                            {ssm::FilterOption::kContains, "Contains"}});

}  // namespace hanbat

namespace hanbat::ssm {
namespace {

// As AWS's error lists them.
constexpr std::string_view kKeys = "Path, Name, Type, KeyId, Tier", kKeysOfHierarchy = "Type, KeyId";

bool contains(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// The name with its leading slash, or without: they are one.
std::string other_form(const std::string& name) { return name.starts_with('/') ? name.substr(1) : "/" + name; }

/// What the filter looks at; nothing for a tag.
std::optional<FilterKey> key_of(const ParameterStringFilter& filter) { return find_word<FilterKey>(filter.key); }

FilterOption option_of(const ParameterStringFilter& filter) {
  return require_word(filter.option,
                      key_of(filter) == FilterKey::kPath ? FilterOption::kOneLevel : FilterOption::kEquals);
}

std::vector<FilterOption> options_of(std::optional<FilterKey> key) {
  if (key == FilterKey::kPath) return {FilterOption::kRecursive, FilterOption::kOneLevel};
  if (key == FilterKey::kName) return {FilterOption::kBeginsWith, FilterOption::kEquals, FilterOption::kContains};
  return {FilterOption::kBeginsWith, FilterOption::kEquals};
}

void check_option(const ParameterStringFilter& filter) {
  std::vector<std::string> options;
  for (const FilterOption option : options_of(key_of(filter))) options.emplace_back(word_of(option));
  if (filter.option && !contains(options, *filter.option))
    throw InvalidFilterOption("The following filter option is not valid: " + *filter.option +
                              ". Valid options include: [" + join(options, ", ") + "].");
}

template <class Enum>
std::vector<std::string> all_words() {
  std::vector<std::string> words;
  for (const auto& entry : kWords<Enum>) words.emplace_back(entry.word);
  return words;
}

/// A listing of all has the account's own parameters alone.
void check_filtered_path(const std::string& path) {
  if (const std::string plain = lower(path); plain.starts_with("/aws") || plain.starts_with("/ssm"))
    throw wire::Error("ValidationException", 400,
                      "Filters for common parameters can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). "
                      "When using global parameters, please specify within a global namespace.");
  check_path(path);
}

void check_values(FilterKey key, const std::vector<std::string>& values) {
  const auto among = [&](const std::vector<std::string>& known) {
    for (const std::string& value : values)
      if (!contains(known, value))
        throw InvalidFilterOption("The following filter value is not valid: " + value + ". Valid values include: [" +
                                  join(known, ", ") + "].");
  };
  switch (key) {
    case FilterKey::kPath:
      for (const std::string& path : values) check_filtered_path(path);
      return;
    case FilterKey::kType:
      return among(all_words<ParameterType>());
    case FilterKey::kTier:
      return among(all_words<ParameterTier>());
    case FilterKey::kName:
    case FilterKey::kKeyId:
    case FilterKey::kDataType:
    case FilterKey::kLabel:
      return;
  }
}

bool is_known(const ParameterStringFilter& filter, FilteredList list) {
  const auto key = key_of(filter);
  const bool of_hierarchy = key == FilterKey::kType || key == FilterKey::kKeyId || key == FilterKey::kLabel;
  if (list == FilteredList::kHierarchy) return of_hierarchy;
  return filter.key.starts_with("tag:") || (key && key != FilterKey::kLabel);
}

void check(const ParameterStringFilter& filter, FilteredList list) {
  const bool tag = filter.key.starts_with("tag:");
  const auto key = key_of(filter);
  if (!is_known(filter, list))
    throw InvalidFilterKey("The following filter key is not valid: " + filter.key + ". Valid filter keys include: [" +
                           std::string(list == FilteredList::kAll ? kKeys : kKeysOfHierarchy) + "].");
  // A tag alone asks for whatever has it.
  if (!tag && (!filter.values || filter.values->empty()))
    throw InvalidFilterValue("The following filter values are missing : null for filter key " + filter.key + ".");
  check_option(filter);
  if (key) check_values(*key, *filter.values);
}

void check_all(const std::vector<ParameterStringFilter>& filters, FilteredList list) {
  std::set<std::string> seen;
  for (const ParameterStringFilter& filter : filters) {
    if (!seen.insert(filter.key).second)
      throw InvalidFilterKey("The following filter is duplicated in the request: " + filter.key +
                             ". A request can contain only one occurrence of a specific filter.");
    check(filter, list);
  }
}

}  // namespace

void check_path(const std::string& path) {
  if (path.starts_with('/') && path.find("//") == std::string::npos) return;
  throw wire::Error(
      "ValidationException", 400,
      "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward "
      "slash \"/\". It can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). It must use only letters, "
      "numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not "
      "allowed. All sub-paths, if specified, must use the forward slash symbol \"/\". Valid example: "
      "/get/parameters2-/by1./path0_.");
}

std::string prefix_below(const std::string& path) {
  // A name without a slash lies below "/" as well.
  if (path == "/") return "";
  return path.ends_with('/') ? path : path + "/";
}

bool is_below(const std::string& name, const std::string& path, bool recursive) {
  const std::string folder = path.ends_with('/') ? path : path + "/";
  const std::string full = name.starts_with('/') ? name : "/" + name;
  return full.starts_with(folder) && (recursive || full.find('/', folder.size()) == std::string::npos);
}

std::vector<ParameterStringFilter> require_filters(const DescribeParametersInput& in) {
  if (in.filters && in.parameter_filters)
    throw wire::Error("ValidationException", 400,
                      "You can use either Filters or ParameterFilters in a single request.");
  auto filters = in.parameter_filters.value_or(std::vector<ParameterStringFilter>{});
  if (in.filters)
    for (const ParametersFilter& old : *in.filters) {
      ParameterStringFilter& filter = filters.emplace_back();
      filter.key = old.key;
      if (key_of(filter) == FilterKey::kName) filter.option = word_of(FilterOption::kBeginsWith);
      filter.values = old.values;
    }
  check_all(filters, FilteredList::kAll);
  return filters;
}

std::vector<ParameterStringFilter> require_filters(const GetParametersByPathInput& in) {
  auto filters = in.parameter_filters.value_or(std::vector<ParameterStringFilter>{});
  check_all(filters, FilteredList::kHierarchy);
  return filters;
}

bool asks_for_label(const std::vector<ParameterStringFilter>& filters) {
  return std::ranges::any_of(filters, [](const auto& filter) { return key_of(filter) == FilterKey::kLabel; });
}

bool matches_filters(const std::string& name, const VersionRow& version, const region::TagMap& tags,
                     const ParameterStringFilter& filter) {
  const auto values = filter.values.value_or(std::vector<std::string>{});
  const FilterOption option = option_of(filter);
  const auto any = [&](auto&& test) { return std::any_of(values.begin(), values.end(), test); };
  const auto fits = [&](const std::string& text) {
    return any([&](const std::string& v) {
      switch (option) {
        case FilterOption::kBeginsWith:
          return text.starts_with(v);
        case FilterOption::kContains:
          return text.find(v) != std::string::npos;
        case FilterOption::kEquals:
        case FilterOption::kRecursive:
        case FilterOption::kOneLevel:
          return text == v;
      }
      return false;
    });
  };
  const auto key = key_of(filter);
  if (!key) {
    const auto tag = tags.find(filter.key.substr(4));
    return tag != tags.end() && (values.empty() || fits(tag->second));
  }
  switch (*key) {
    case FilterKey::kPath:
      return any([&](const std::string& v) { return is_below(name, v, option == FilterOption::kRecursive); });
    case FilterKey::kName:
      return fits(name) || fits(other_form(name));
    case FilterKey::kType:
      return fits(std::string(word_of(version.type)));
    case FilterKey::kTier:
      return fits(std::string(word_of(version.tier)));
    case FilterKey::kDataType:
      return fits(version.data_type);
    case FilterKey::kKeyId:
      return version.type == ParameterType::kSecureString && fits("alias/aws/ssm");
    case FilterKey::kLabel:
      return std::ranges::any_of(version.labels, fits);
  }
  return false;
}

}  // namespace hanbat::ssm
