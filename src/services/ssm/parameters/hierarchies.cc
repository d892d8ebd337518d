// Parameters by their hierarchy, in pages and by filters.
#include <algorithm>
#include <functional>

#include "region/pick.h"
#include "services/ssm/parameters/parameter_filters.h"
#include "services/ssm/parameters/store.h"
#include "services/ssm/ssm.h"

namespace hanbat::ssm {
namespace {

/// The newest version of the parameter that fits the filters, of those that have a label where they ask for one;
/// nothing when none does.
std::optional<VersionRow> find_filtered(region::Request& rq, const std::string& name,
                                        const std::vector<ParameterStringFilter>& filters) {
  const auto fits = [&](const VersionRow& version) {
    return std::ranges::all_of(filters, [&](const auto& filter) { return matches_filters(name, version, {}, filter); });
  };
  VersionRow version{.type = ParameterType::kString};
  if (const auto own = find_parameter(rq.tx, place_of(rq), name)) {
    if (asks_for_label(filters)) {
      auto all = versions_of(rq.tx, *own, 0, 0);
      std::erase_if(all, std::not_fn(fits));
      return all.empty() ? std::nullopt : std::optional(std::move(all.back()));
    }
    version = newest_version(rq.tx, *own);
  }
  return fits(version) ? std::optional(std::move(version)) : std::nullopt;
}

}  // namespace

GetParametersByPathOutput Ssm::get_parameters_by_path(region::Request& rq, const GetParametersByPathInput& in) {
  authorize(rq, "ssm:GetParametersByPath", in.path,
            {{"ssm:Recursive", {in.recursive.value_or(false) ? "true" : "false"}}});

  check_path(in.path);
  const auto filters = require_filters(in);
  const Place place = place_of(rq);
  const region::Pager pager(rq, in, {.usual = 10, .most = 10});
  const bool recursive = in.recursive.value_or(false);
  const std::vector<std::string> of_aws = public_parameters(in.path);
  const std::string prefix = prefix_below(in.path);
  const auto page = region::pick(
      pager,
      [&](const std::optional<std::string>& after, std::size_t most) {
        std::vector<std::string> names;
        for (const std::string& name : of_aws)
          if ((!after || name > *after) && find_public(rq, name)) names.push_back(name);
        for (ParameterRow& parameter :
             region::list_by_name<ParameterHead>(rq.tx, place, {.prefix = prefix, .after = after, .most = most}))
          names.push_back(*std::move(parameter.name));
        std::ranges::sort(names);
        if (names.size() > most) names.resize(most);
        return names;
      },
      [&](const std::string& name) {
        return is_below(name, in.path, recursive) && (filters.empty() || find_filtered(rq, name, filters));
      },
      [](const std::string& name) { return name; }, kMostLookedAt);

  const Decryption decryption = in.with_decryption.value_or(false) ? Decryption::kDecrypt : Decryption::kLeaveSealed;

  GetParametersByPathOutput out;
  out.parameters.emplace();
  for (const std::string& name : page.items)
    if (asks_for_label(filters))
      out.parameters->push_back(
          answer(rq, require_parameter(rq.tx, place, name), find_filtered(rq, name, filters).value(), decryption));
    else
      out.parameters->push_back(selected(rq, name, decryption));
  out.next_token = page.next_token;
  return out;
}

}  // namespace hanbat::ssm
