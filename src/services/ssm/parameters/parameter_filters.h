// Which parameters a listing is about.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "gen/ssm/model.h"
#include "region/tag_keys.h"
#include "services/ssm/parameters/store.h"

namespace hanbat::ssm {

/// After so many parameters a list answers what it has found, also nothing, and where to go on. AWS tells no number.
inline constexpr std::size_t kMostLookedAt = 10'000;

/// What the names of all parameters below the path begin with.
std::string prefix_below(const std::string& path);
/// Whether the name lies in the hierarchy of the path: right below it, or anywhere.
bool is_below(const std::string& name, const std::string& path, bool recursive);

/// The filters of either kind as the newer one. Throws what AWS answers to filters that do not make sense.
/// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html
std::vector<ParameterStringFilter> require_filters(const DescribeParametersInput& in);
/// Those of a hierarchy: Type, KeyId and Label, which the version that is told has.
std::vector<ParameterStringFilter> require_filters(const GetParametersByPathInput& in);
/// Whether a filter asks for a label, and so for the version that has it.
bool asks_for_label(const std::vector<ParameterStringFilter>& filters);
/// Throws ValidationException for what is no path of a hierarchy.
void check_path(const std::string& path);
/// Whether the parameter, in this version and with its tags, fits the filter.
bool matches_filters(const std::string& name, const VersionRow& version, const region::TagMap& tags,
                     const ParameterStringFilter& filter);

}  // namespace hanbat::ssm
