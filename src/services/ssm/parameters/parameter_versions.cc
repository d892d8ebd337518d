// Parameters described, what they were, and the labels of their versions.
#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "region/pick.h"
#include "services/ssm/parameters/parameter_filters.h"
#include "services/ssm/parameters/store.h"
#include "services/ssm/ssm.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

constexpr std::size_t kMostLabels = 10;

VersionRow require_version(region::Request& rq, const ParameterRow& parameter, std::int64_t number) {
  if (auto found = find_version(rq.tx, parameter, number)) return *found;
  throw ParameterVersionNotFound("Systems Manager could not find version " + std::to_string(number) + " of " +
                                 *parameter.name + ". Verify the version and try again.");
}

ParameterMetadata describe(const ParameterRow& parameter, const VersionRow& version) {
  ParameterMetadata m;
  m.name = parameter.name;
  m.arn = parameter_arn(parameter.place, *parameter.name);
  m.type = word_of(version.type);
  if (version.type == ParameterType::kSecureString) m.key_id = "alias/aws/ssm";
  m.last_modified_date = version.modified;
  m.last_modified_user = version.modified_by;
  m.description = version.description;
  m.allowed_pattern = version.allowed_pattern;
  m.version = version.number;
  m.tier = word_of(version.tier);
  m.data_type = version.data_type;
  m.policies.emplace();
  return m;
}

bool is_label(const std::string& label) {
  return !label.empty() && !std::isdigit(static_cast<unsigned char>(label[0])) && !lower(label).starts_with("aws") &&
         !lower(label).starts_with("ssm");
}

}  // namespace

DescribeParametersOutput Ssm::describe_parameters(region::Request& rq, const DescribeParametersInput& in) {
  rq.authorize("ssm:DescribeParameters", rq.arn("ssm", "*"));

  const auto filters = require_filters(in);
  const region::Pager pager(rq, in, {.usual = 50, .most = 50});
  const auto page = region::pick(
      pager,
      [&](const std::optional<std::string>& after, std::size_t most) {
        return region::list_by_name<ParameterHead>(rq.tx, place_of(rq), {.after = after, .most = most});
      },
      [&](const ParameterRow& parameter) {
        if (filters.empty()) return true;
        const VersionRow version = newest_version(rq.tx, parameter);
        const region::TagMap tags = region::tags_of(rq.tx, parameter_arn(parameter.place, *parameter.name));
        return std::ranges::all_of(filters, [&](const ParameterStringFilter& filter) {
          return matches_filters(*parameter.name, version, tags, filter);
        });
      },
      [](const ParameterRow& parameter) { return *parameter.name; }, kMostLookedAt);

  DescribeParametersOutput out;
  out.parameters.emplace();
  for (const ParameterRow& parameter : page.items)
    out.parameters->push_back(describe(parameter, newest_version(rq.tx, parameter)));
  out.next_token = page.next_token;
  return out;
}

GetParameterHistoryOutput Ssm::get_parameter_history(region::Request& rq, const GetParameterHistoryInput& in) {
  authorize(rq, "ssm:GetParameterHistory", in.name);

  const ParameterRow parameter = require_parameter(rq.tx, place_of(rq), parameter_name(rq, in.name));
  const region::Pager pager(rq, in, {.usual = 50, .most = 50});
  const std::int64_t after = pager.after() ? parse_int(*pager.after()).value_or(0) : 0;
  const auto page = pager.cut_read(versions_of(rq.tx, parameter, after, pager.size() + 1),
                                   [](const VersionRow& version) { return std::to_string(version.number); });
  const Decryption decryption = in.with_decryption.value_or(false) ? Decryption::kDecrypt : Decryption::kLeaveSealed;

  GetParameterHistoryOutput out;
  out.parameters.emplace();
  for (const VersionRow& version : page.items) {
    const ParameterMetadata m = describe(parameter, version);
    ParameterHistory& h = out.parameters->emplace_back();
    h.name = m.name;
    h.type = m.type;
    h.key_id = m.key_id;
    h.last_modified_date = m.last_modified_date;
    h.last_modified_user = m.last_modified_user;
    h.description = m.description;
    h.value = answer(rq, parameter, version, decryption).value;
    h.allowed_pattern = m.allowed_pattern;
    h.version = m.version;
    h.labels = version.labels;
    h.tier = m.tier;
    h.data_type = m.data_type;
    h.policies.emplace();
  }
  out.next_token = page.next_token;
  return out;
}

LabelParameterVersionOutput Ssm::label_parameter_version(region::Request& rq, const LabelParameterVersionInput& in) {
  authorize(rq, "ssm:LabelParameterVersion", in.name);

  const ParameterRow parameter = require_parameter(rq.tx, place_of(rq), in.name);
  const std::int64_t number = in.parameter_version.value_or(parameter.shape.version);
  require_version(rq, parameter, number);

  LabelParameterVersionOutput out;
  out.parameter_version = number;
  out.invalid_labels.emplace();
  std::vector<std::string> good;
  for (const std::string& label : in.labels) (is_label(label) ? good : *out.invalid_labels).push_back(label);
  // A label is on one version only, so it moves.
  for (VersionRow& version : versions_of(rq.tx, parameter, 0, 0)) {
    std::erase_if(version.labels,
                  [&](const std::string& l) { return std::find(good.begin(), good.end(), l) != good.end(); });
    if (version.number == number) version.labels.insert(version.labels.end(), good.begin(), good.end());
    if (version.labels.size() > kMostLabels)
      throw ParameterVersionLabelLimitExceeded(
          "A parameter version can have maximum 10 labels. Move one or more labels to another version and try again.");
    update_version(rq.tx, parameter, version);
  }
  return out;
}

UnlabelParameterVersionOutput Ssm::unlabel_parameter_version(region::Request& rq,
                                                             const UnlabelParameterVersionInput& in) {
  authorize(rq, "ssm:UnlabelParameterVersion", in.name);

  const ParameterRow parameter = require_parameter(rq.tx, place_of(rq), in.name);
  VersionRow version = require_version(rq, parameter, in.parameter_version);

  UnlabelParameterVersionOutput out;
  out.removed_labels.emplace();
  out.invalid_labels.emplace();
  for (const std::string& label : in.labels)
    (std::erase(version.labels, label) > 0 ? out.removed_labels : out.invalid_labels)->push_back(label);
  update_version(rq.tx, parameter, version);
  return out;
}

}  // namespace hanbat::ssm
