// Launch templates and their versions: made, described, changed, deleted.
#include <algorithm>

#include "base/encoding.h"
#include "services/ec2/calls/operators.h"
#include "services/ec2/ec2.h"
#include "services/ec2/launch_templates/templates.h"
#include "services/ec2/launches/launch_options.h"

namespace hanbat::ec2 {
namespace {

constexpr FilterPath kLaunchTemplatesPaths[] = {{"create-time", "CreateTime"},
                                                {"launch-template-name", "LaunchTemplateName"}};
constexpr FilterPath kTemplateVersionsPaths[] = {
    {"create-time", "CreateTime"},
    {"ebs-optimized", "LaunchTemplateData.EbsOptimized"},
    {"http-endpoint", "LaunchTemplateData.MetadataOptions.HttpEndpoint"},
    {"http-protocol-ipv4", "LaunchTemplateData.MetadataOptions.HttpEndpoint"},
    {"http-tokens", "LaunchTemplateData.MetadataOptions.HttpTokens"},
    {"iam-instance-profile", "LaunchTemplateData.IamInstanceProfile.Arn"},
    {"image-id", "LaunchTemplateData.ImageId"},
    {"instance-type", "LaunchTemplateData.InstanceType"},
    {"is-default-version", "DefaultVersion"},
    {"kernel-id", "LaunchTemplateData.KernelId"},
    {"network-card-index", "LaunchTemplateData.NetworkInterfaces.NetworkCardIndex"},
    {"ram-disk-id", "LaunchTemplateData.RamDiskId"},
    {"host-resource-group-arn", "LaunchTemplateData.Placement.HostResourceGroupArn"},
    {"license-configuration-arn", "LaunchTemplateData.LicenseSpecifications.LicenseConfigurationArn"}};
constexpr region::PageSizes kTemplatePages{.usual = 200, .least = 1, .most = 200};

/// AWS's own words, those of its command line.
constexpr const char* kHowToAsk =
    "To describe the launch template data for all your launch templates, for \u2018--versions\u2019 specify "
    "\u2018$Latest\u2019, \u2018$Default\u2019, or both, and omit \u2018--launch-template-id\u2019, "
    "\u2018--launch-template-name\u2019, and version numbers. To describe the launch template data for a specific "
    "launch template, specify \u2018--launch-template-id\u2019 or \u2018--launch-template-name\u2019, and for "
    "\u2018--versions\u2019 specify one or more of the following values: \u2018$Latest\u2019, "
    "\u2018$Default\u2019, or one or more version numbers.";

/// The id of the template that the call names, by id or by name; what is not there keeps its name.
template <class In>
std::string id_asked(Request& rq, const In& in) {
  if (in.launch_template_id) return *in.launch_template_id;
  const auto named = find_named<LaunchTemplate>(rq.tx, place_of(rq), "", in.launch_template_name.value_or(""));
  return named ? named->id : in.launch_template_name.value_or("*");
}

void check_template_name(Request& rq, const std::string& name) {
  const bool right =
      name.size() >= 3 && name.size() <= 128 && std::ranges::all_of(name, [](unsigned char c) {
        return std::isalnum(c) || std::string_view("()./_-").find(static_cast<char>(c)) != std::string_view::npos;
      });
  if (!right)
    throw Error(
        "InvalidLaunchTemplateName.MalformedException", 400,
        "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the "
        "following characters: - ( ) . / _.");
  if (find_named<LaunchTemplate>(rq.tx, place_of(rq), "", name))
    throw Error("InvalidLaunchTemplateName.AlreadyExistsException", 400, "Launch template name already in use.");
}

void check_template_data(const Request& rq, const RequestLaunchTemplateData& data) {
  if (wire::to_json(data).empty()) throw missing_parameter("LaunchTemplateData");
  if (data.user_data && !from_base64(*data.user_data))
    throw Error("InvalidUserData.Malformed", 400, "Invalid BASE64 encoding of user data.");
  refuse_other_machines(rq, wire::from_json<RunInstancesInput>(wire::to_json(data)));
}

Resource<LaunchTemplateVersion> add_template_version(Request& rq, Resource<LaunchTemplate>& row, const Json& data,
                                                     const std::optional<std::string>& description) {
  const std::int64_t number = row.shape.latest_version_number.value_or(0) + 1;
  row.shape.latest_version_number = number;
  Resource<LaunchTemplateVersion> version;
  version.id = fmt::format("{}/{}", row.id, number);
  version.place = row.place;
  version.scope = version.parent = row.id;
  version.name = std::to_string(number);
  version.created = rq.now();
  version.shape.create_time = rq.now();
  version.shape.created_by = rq.caller.arn;
  version.shape.launch_template_id = row.id;
  version.shape.launch_template_name = row.shape.launch_template_name;
  version.shape.version_number = number;
  version.shape.version_description = description;
  version.shape.launch_template_data = wire::from_json<ResponseLaunchTemplateData>(data);
  insert(rq.tx, version);
  return version;
}

LaunchTemplateVersion describe_version(const Resource<LaunchTemplate>& row, const LaunchTemplateVersion& version) {
  LaunchTemplateVersion out = version;
  out.default_version = version.version_number == row.shape.default_version_number;
  out.operator_ = own_operator();
  return out;
}

void remove_template(store::Tx& tx, const Resource<LaunchTemplate>& row) {
  for (const auto& version : list_template_versions(tx, row)) remove(tx, version);
  remove(tx, row);
}

/// The templates whose versions are asked for: one, or all of the place when only aliases of versions are named.
std::vector<Resource<LaunchTemplate>> templates_asked(Request& rq, const DescribeLaunchTemplateVersionsInput& in) {
  if (in.launch_template_id || in.launch_template_name)
    return {require_template(rq, in.launch_template_id, in.launch_template_name)};
  const auto versions = in.versions.value_or(std::vector<std::string>{});
  if (versions.empty() || std::ranges::any_of(versions, [](const auto& one) { return !one.starts_with("$"); }))
    throw Error(versions.empty() ? "MissingParameter" : "InvalidParameterValue", 400, kHowToAsk);
  return list<LaunchTemplate>(rq.tx, place_of(rq));
}

std::vector<LaunchTemplateVersion> versions_asked(Request& rq, const DescribeLaunchTemplateVersionsInput& in,
                                                  const Resource<LaunchTemplate>& row) {
  std::vector<LaunchTemplateVersion> out;
  if (in.versions && !in.versions->empty()) {
    for (const std::string& version : *in.versions) {
      auto found = require_template_version(rq.tx, row, version);
      if (std::ranges::none_of(out, [&](const auto& one) { return one.version_number == found.shape.version_number; }))
        out.push_back(std::move(found.shape));
    }
    return out;
  }
  const auto bound = [](const std::optional<std::string>& text) { return text ? parse_int(*text) : std::nullopt; };
  for (auto& version : list_template_versions(rq.tx, row)) {
    const std::int64_t number = *version.shape.version_number;
    if (const auto least = bound(in.min_version); least && number < *least) continue;
    if (const auto most = bound(in.max_version); most && number > *most) continue;
    out.push_back(std::move(version.shape));
  }
  return out;
}

}  // namespace

CreateLaunchTemplateOutput Ec2::create_launch_template(Request& rq, const CreateLaunchTemplateInput& in) {
  for (const TagSpecification& one : in.tag_specifications.value_or(std::vector<TagSpecification>{}))
    if (one.resource_type != "launch-template")
      throw invalid_parameter(
          "The value for the ResourceType member of the TagSpecification request parameter must be "
          "\u2018launch-template\u2019. Verify the ResourceType and try again");
  const Tags tags = requested_tags(in.tag_specifications, "launch-template");
  authorize_making(rq, "CreateLaunchTemplate", "launch-template", tags);
  authorize_tagging(rq, "launch-template", tags);

  const Json fingerprint = wire::to_json(in);
  if (const auto earlier = earlier_result(rq, in.client_token, fingerprint))
    return {.launch_template = tagged(rq.tx, require<LaunchTemplate>(rq.tx, place_of(rq), *earlier))};
  check_template_name(rq, in.launch_template_name);
  check_template_data(rq, in.launch_template_data);

  auto row = make<LaunchTemplate>(making(rq));
  row.name = in.launch_template_name;
  row.shape.launch_template_id = row.id;
  row.shape.launch_template_name = in.launch_template_name;
  row.shape.create_time = rq.now();
  row.shape.created_by = rq.caller.arn;
  row.shape.default_version_number = 1;
  row.shape.operator_ = own_operator();
  add_template_version(rq, row, wire::to_json(in.launch_template_data), in.version_description);
  create(rq.tx, row, tags);
  record_result(rq, in.client_token, fingerprint, row.id);
  return {.launch_template = tagged(rq.tx, row)};
}

CreateLaunchTemplateVersionOutput Ec2::create_launch_template_version(Request& rq,
                                                                      const CreateLaunchTemplateVersionInput& in) {
  authorize(rq, "CreateLaunchTemplateVersion", "launch-template", id_asked(rq, in));

  auto row = require_template(rq, in.launch_template_id, in.launch_template_name);
  const Json fingerprint = wire::to_json(in);
  if (const auto earlier = earlier_result(rq, in.client_token, fingerprint))
    return {.launch_template_version = describe_version(row, require_template_version(rq.tx, row, *earlier).shape)};
  check_template_data(rq, in.launch_template_data);
  Json data = wire::to_json(in.launch_template_data);
  if (in.source_version) {
    // The source's, with what is given in its place.
    Json source = wire::to_json(*require_template_version(rq.tx, row, *in.source_version).shape.launch_template_data);
    for (const auto& [name, value] : data.members()) source[name] = value;
    data = std::move(source);
  }
  const auto version = add_template_version(rq, row, data, in.version_description);
  update(rq.tx, row);
  record_result(rq, in.client_token, fingerprint, version.name.value_or(""));
  return {.launch_template_version = describe_version(row, version.shape)};
}

DescribeLaunchTemplatesOutput Ec2::describe_launch_templates(Request& rq, const DescribeLaunchTemplatesInput& in) {
  authorize(rq, "DescribeLaunchTemplates");

  const region::Pager pager(rq, in, kTemplatePages);
  Strings ids = in.launch_template_ids;
  for (const std::string& name : in.launch_template_names.value_or(std::vector<std::string>{})) {
    const auto named = find_named<LaunchTemplate>(rq.tx, place_of(rq), "", name);
    if (!named)
      throw Error("InvalidLaunchTemplateName.NotFoundException", 400,
                  "At least one of the launch templates specified in the request does not exist.");
    if (!ids) ids.emplace();
    ids->push_back(named->id);
  }
  auto page =
      describe_page<LaunchTemplate>(rq, pager, ids, in.filters, kLaunchTemplatesPaths,
                                    [](Resource<LaunchTemplate>& row) { row.shape.operator_ = own_operator(); });
  return {.launch_templates = std::move(page.items), .next_token = std::move(page.next_token)};
}

DescribeLaunchTemplateVersionsOutput Ec2::describe_launch_template_versions(
    Request& rq, const DescribeLaunchTemplateVersionsInput& in) {
  authorize(rq, "DescribeLaunchTemplateVersions");

  const region::Pager pager(rq, in, kTemplatePages);
  const auto wanted = named_filters(in.filters, kTemplateVersionsPaths);
  std::vector<Placed<LaunchTemplateVersion>> found;
  for (const auto& row : templates_asked(rq, in))
    for (const LaunchTemplateVersion& one : versions_asked(rq, in, row)) {
      LaunchTemplateVersion version = describe_version(row, one);
      if (!wanted.empty() && !matches_filters(wire::to_json(version), wanted, kTemplateVersionsPaths)) continue;
      // Newest first: a key that grows as the number goes down.
      found.push_back({row.id + region::page_key(std::numeric_limits<std::int64_t>::max() - *one.version_number),
                       std::move(version)});
    }
  auto page = cut_page(pager, std::move(found));
  return {.launch_template_versions = std::move(page.items), .next_token = std::move(page.next_token)};
}

ModifyLaunchTemplateOutput Ec2::modify_launch_template(Request& rq, const ModifyLaunchTemplateInput& in) {
  authorize(rq, "ModifyLaunchTemplate", "launch-template", id_asked(rq, in));

  if (in.launch_template_id && in.launch_template_name)
    throw Error("InvalidParameterCombination", 400,
                "Either provide launch template ID or launch template name to modify the template.");
  auto row = require_template(rq, in.launch_template_id, in.launch_template_name);
  const Json fingerprint = wire::to_json(in);
  if (earlier_result(rq, in.client_token, fingerprint)) return {.launch_template = tagged(rq.tx, row)};
  if (const auto number = parse_int(in.default_version.value_or(""));
      number && !find_named<LaunchTemplateVersion>(rq.tx, row.place, row.id, std::to_string(*number)))
    throw Error("InvalidLaunchTemplateId.VersionNotFound", 400,
                fmt::format("The launch template version {} is not found for the specified launch template.", *number));
  if (in.default_version)
    row.shape.default_version_number = require_template_version(rq.tx, row, *in.default_version).shape.version_number;
  update(rq.tx, row);
  record_result(rq, in.client_token, fingerprint, row.id);
  return {.launch_template = tagged(rq.tx, row)};
}

DeleteLaunchTemplateOutput Ec2::delete_launch_template(Request& rq, const DeleteLaunchTemplateInput& in) {
  authorize(rq, "DeleteLaunchTemplate", "launch-template", id_asked(rq, in));

  const auto row = require_template(rq, in.launch_template_id, in.launch_template_name);
  remove_template(rq.tx, row);
  return {.launch_template = row.shape};
}

DeleteLaunchTemplateVersionsOutput Ec2::delete_launch_template_versions(Request& rq,
                                                                        const DeleteLaunchTemplateVersionsInput& in) {
  authorize(rq, "DeleteLaunchTemplateVersions", "launch-template", id_asked(rq, in));

  const auto row = require_template(rq, in.launch_template_id, in.launch_template_name);
  DeleteLaunchTemplateVersionsOutput out;
  out.successfully_deleted_launch_template_versions.emplace();
  out.unsuccessfully_deleted_launch_template_versions.emplace();
  for (const std::string& text : in.versions) {
    const auto refuse = [&](const char* code, const std::string& why) {
      auto& failed = out.unsuccessfully_deleted_launch_template_versions->emplace_back();
      failed.launch_template_id = row.id;
      failed.launch_template_name = row.shape.launch_template_name;
      failed.version_number = parse_int(text);
      failed.response_error = ResponseError{.code = code, .message = why};
    };
    const auto number = parse_int(text);
    const auto version =
        number ? find_named<LaunchTemplateVersion>(rq.tx, row.place, row.id, std::to_string(*number)) : std::nullopt;
    if (!version) {
      refuse("launchTemplateVersionDoesNotExist", fmt::format("The launch template version {} does not exist", text));
    } else if (number == row.shape.default_version_number) {
      refuse("unexpectedError", "The default version of a launch template cannot be deleted");
    } else {
      remove(rq.tx, *version);
      auto& gone = out.successfully_deleted_launch_template_versions->emplace_back();
      gone.launch_template_id = row.id;
      gone.launch_template_name = row.shape.launch_template_name;
      gone.version_number = *number;
    }
  }
  return out;
}

}  // namespace hanbat::ec2
