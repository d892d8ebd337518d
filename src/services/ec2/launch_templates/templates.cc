#include "services/ec2/launch_templates/templates.h"

#include <algorithm>

#include "wire/input_check.h"

namespace hanbat::ec2 {
namespace {

/// Both lists of {ResourceType, Tags}; of a key that stands in both the second's value counts.
Json merged_specifications(const Json& first, const Json& second) {
  std::map<std::string, std::map<std::string, std::string>> tags;
  for (const Json* list : {&first, &second})
    if (list->is_array())
      for (const Json& one : list->items())
        for (const Json& tag : one["Tags"].items()) tags[one.text("ResourceType")][tag.text("Key")] = tag.text("Value");
  Json out = Json::array();
  for (const auto& [type, own] : tags) {
    Json list = Json::array();
    for (const auto& [key, value] : own) list.push_back(Json::object({{"Key", key}, {"Value", value}}));
    out.push_back(Json::object({{"ResourceType", type}, {"Tags", std::move(list)}}));
  }
  return out;
}

}  // namespace

Resource<LaunchTemplate> require_template(Request& rq, const std::optional<std::string>& id,
                                          const std::optional<std::string>& name) {
  if (id && name)
    throw Error("InvalidParameterCombination", 400,
                "The parameter LaunchTemplateId cannot be used with the parameter LaunchTemplateName");
  if (id) return require<LaunchTemplate>(rq.tx, place_of(rq), *id);
  if (!name) throw missing_parameter("launch template ID or launch template name");
  auto found = find_named<LaunchTemplate>(rq.tx, place_of(rq), "", *name);
  if (!found)
    throw Error("InvalidLaunchTemplateName.NotFoundException", 400,
                fmt::format("The specified launch template, with template name {}, does not exist.", *name));
  return *std::move(found);
}

std::vector<Resource<LaunchTemplateVersion>> list_template_versions(store::Tx& tx,
                                                                    const Resource<LaunchTemplate>& launch_template) {
  auto all = list_of<LaunchTemplateVersion>(tx, launch_template.id);
  std::ranges::sort(all,
                    [](const auto& a, const auto& b) { return *b.shape.version_number < *a.shape.version_number; });
  return all;
}

Resource<LaunchTemplateVersion> require_template_version(store::Tx& tx, const Resource<LaunchTemplate>& launch_template,
                                                         std::string_view version) {
  std::optional<std::int64_t> number;
  if (version.empty() || version == "$Default")
    number = launch_template.shape.default_version_number;
  else if (version == "$Latest")
    number = launch_template.shape.latest_version_number;
  else
    number = parse_int(version);
  if (!number)
    throw Error(
        "InvalidLaunchTemplateVersion.Malformed", 400,
        fmt::format("Invalid launch template version: '{}' (expecting a number, $Latest or $Default)", version));
  auto found =
      find_named<LaunchTemplateVersion>(tx, launch_template.place, launch_template.id, std::to_string(*number));
  if (!found)
    throw Error("InvalidLaunchTemplateId.VersionNotFound", 400,
                fmt::format("Could not find the specified version {} for the launch template with ID {}.", *number,
                            launch_template.id));
  return *std::move(found);
}

TemplateLaunch launch_of_template(Request& rq, const RunInstancesInput& in) {
  const LaunchTemplateSpecification& asked = *in.launch_template;
  const auto row = require_template(rq, asked.launch_template_id, asked.launch_template_name);
  authorize(rq, "RunInstances", "launch-template", row.id);
  const auto version = require_template_version(rq.tx, row, asked.version.value_or(""));

  Json launch = wire::to_json(*version.shape.launch_template_data);
  Json call = wire::to_json(in);
  call.erase("LaunchTemplate");
  const Json specifications = merged_specifications(launch["TagSpecifications"], call["TagSpecifications"]);
  for (const auto& [name, value] : call.members()) launch[name] = value;
  launch.erase("TagSpecifications");
  if (!specifications.empty()) launch["TagSpecifications"] = specifications;

  TemplateLaunch out;
  out.input = wire::from_json<RunInstancesInput>(launch);
  out.instance_tags["aws:ec2launchtemplate:id"] = row.id;
  out.instance_tags["aws:ec2launchtemplate:version"] = std::to_string(*version.shape.version_number);
  wire::check_input(rq.operation, &out.input);
  return out;
}

}  // namespace hanbat::ec2
