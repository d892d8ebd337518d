// Launch templates: the rows of their versions, and a launch as one of them says.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-launch-templates.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/ec2/calls/calls.h"

namespace hanbat {

/// A version lies below its template: scope and parent are the template's id, its name is its number.
template <>
struct region::KindOf<ec2::LaunchTemplateVersion> {
  static constexpr std::string_view kRows = "ec2/launch-template-version";
};

}  // namespace hanbat

namespace hanbat::ec2 {

/// The template that is named by exactly one of both. Throws MissingParameter, InvalidParameterCombination,
/// InvalidLaunchTemplateId.NotFound, InvalidLaunchTemplateName.NotFoundException (400).
Resource<LaunchTemplate> require_template(Request& rq, const std::optional<std::string>& id,
                                          const std::optional<std::string>& name);

/// All versions, the newest first.
std::vector<Resource<LaunchTemplateVersion>> list_template_versions(store::Tx& tx,
                                                                    const Resource<LaunchTemplate>& launch_template);

/// A number, "$Latest" or "$Default"; "" is the default. Throws InvalidLaunchTemplateId.VersionNotFound,
/// InvalidLaunchTemplateVersion.Malformed (400).
Resource<LaunchTemplateVersion> require_template_version(store::Tx& tx, const Resource<LaunchTemplate>& launch_template,
                                                         std::string_view version);

/// What the call and the template that it names ask for together; what the call says goes before. The tags of both
/// count. Throws as above, and what RunInstances refuses of a template.
struct TemplateLaunch {
  RunInstancesInput input;
  Tags instance_tags;  // AWS's own: which version of which template
};
TemplateLaunch launch_of_template(Request& rq, const RunInstancesInput& in);

}  // namespace hanbat::ec2
