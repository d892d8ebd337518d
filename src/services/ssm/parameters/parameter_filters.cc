#include "services/ssm/parameters/parameter_filters.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

const std::vector<std::string> kKeys = {"Path", "Name", "Type", "KeyId", "Tier"};

bool contains(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// The name with its leading slash, or without: they are one.
std::string other_form(const std::string& name) { return name.starts_with('/') ? name.substr(1) : "/" + name; }

std::string option_of(const ParameterStringFilter& filter) {
  return filter.option.value_or(filter.key == "Path" ? "OneLevel" : "Equals");
}

void check_option(const ParameterStringFilter& filter) {
  std::vector<std::string> options = {"BeginsWith", "Equals"};
  if (filter.key == "Path") options = {"Recursive", "OneLevel"};
  if (filter.key == "Name") options.push_back("Contains");
  if (filter.option && !contains(options, *filter.option))
    throw InvalidFilterOption("The following filter option is not valid: " + *filter.option +
                              ". Valid options include: [" + join(options, ", ") + "].");
}

void check_values(const ParameterStringFilter& filter) {
  const auto among = [&](const std::vector<std::string>& known) {
    for (const std::string& value : *filter.values)
      if (!contains(known, value))
        throw InvalidFilterOption("The following filter value is not valid: " + value + ". Valid values include: [" +
                                  join(known, ", ") + "].");
  };
  if (filter.key == "Type") among({"String", "StringList", "SecureString"});
  if (filter.key == "Tier") among({"Standard", "Advanced", "Intelligent-Tiering"});
  if (filter.key != "Path") return;
  for (const std::string& path : *filter.values)
    if (!path.starts_with('/') || path.find("//") != std::string::npos)
      throw wire::Error(
          "ValidationException", 400,
          "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward "
          "slash \"/\". It can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). It must use only letters, "
          "numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not "
          "allowed. All sub-paths, if specified, must use the forward slash symbol \"/\". Valid example: "
          "/get/parameters2-/by1./path0_.");
}

void check(const ParameterStringFilter& filter) {
  const bool tag = filter.key.starts_with("tag:");
  if (!tag && !contains(kKeys, filter.key) && filter.key != "DataType")
    throw InvalidFilterKey("The following filter key is not valid: " + filter.key + ". Valid filter keys include: [" +
                           join(kKeys, ", ") + "].");
  // A tag alone asks for whatever has it.
  if (!tag && (!filter.values || filter.values->empty()))
    throw InvalidFilterValue("The following filter values are missing : null for filter key " + filter.key + ".");
  check_option(filter);
  if (!tag) check_values(filter);
}

}  // namespace

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
      if (old.key == "Name") filter.option = "BeginsWith";
      filter.values = old.values;
    }
  std::set<std::string> seen;
  for (const ParameterStringFilter& filter : filters) {
    if (!seen.insert(filter.key).second)
      throw InvalidFilterKey("The following filter is duplicated in the request: " + filter.key +
                             ". A request can contain only one occurrence of a specific filter.");
    check(filter);
  }
  return filters;
}

bool matches_filters(const std::string& name, const VersionRow& version, const region::TagMap& tags,
                     const ParameterStringFilter& filter) {
  const auto values = filter.values.value_or(std::vector<std::string>{});
  const std::string option = option_of(filter);
  const auto any = [&](auto&& test) { return std::any_of(values.begin(), values.end(), test); };
  const auto fits = [&](const std::string& text) {
    return any([&](const std::string& v) {
      if (option == "BeginsWith") return text.starts_with(v);
      return option == "Contains" ? text.find(v) != std::string::npos : text == v;
    });
  };
  if (filter.key == "Path") return any([&](const std::string& v) { return is_below(name, v, option == "Recursive"); });
  if (filter.key == "Name") return fits(name) || fits(other_form(name));
  if (filter.key == "Type") return fits(std::string(word_of(version.type)));
  if (filter.key == "Tier") return fits(std::string(word_of(version.tier)));
  if (filter.key == "DataType") return fits(version.data_type);
  if (filter.key == "KeyId") return version.type == ParameterType::kSecureString && fits("alias/aws/ssm");
  const auto tag = tags.find(filter.key.substr(4));
  return tag != tags.end() && (values.empty() || fits(tag->second));
}

}  // namespace hanbat::ssm
