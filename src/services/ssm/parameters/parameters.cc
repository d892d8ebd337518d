// Parameters: names in a hierarchy, every change a version, labels, SecureStrings sealed at rest.
#include <algorithm>

#include "base/arn.h"
#include "base/text.h"
#include "gen/ec2/client.h"
#include "gen/ssm/schema.h"
#include "services/ssm/parameters/allowed_pattern.h"
#include "services/ssm/parameters/store.h"
#include "services/ssm/ssm.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

constexpr const char* kImageType = "aws:ec2:image";
constexpr const char* kIntegrationType = "aws:ssm:integration";
constexpr const char* kNameRules =
    "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist of "
    "sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 "
    "symbols .-_";
constexpr std::size_t kLongestStandard = 4096, kLongestAdvanced = 8192;

[[noreturn]] void invalid(const std::string& message) { throw wire::Error("ValidationException", 400, message); }

template <class In>
Decryption decryption_of(const In& in) {
  return in.with_decryption.value_or(false) ? Decryption::kDecrypt : Decryption::kLeaveSealed;
}

void check_fully_qualified(const std::string& name) {
  const bool hierarchy = name.find('/') != std::string::npos;
  if ((hierarchy && !name.starts_with('/') && !name.starts_with("arn:")) || name.find("//") != std::string::npos)
    invalid("Parameter name must be a fully qualified name.");
}

void check_name(const std::string& name) {
  const std::string plain = lower(name);
  for (const char c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && std::string("_.-/").find(c) == std::string::npos)
      invalid(kNameRules);
  const std::string bare = plain.starts_with('/') ? plain.substr(1) : plain;
  const bool deep = std::ranges::count(name, '/') > 1;
  if (deep && plain.starts_with("/aws"))
    throw wire::Error("AccessDeniedException", 400, "No access to reserved parameter name: " + name + ".");
  if (!deep && (bare.starts_with("aws") || bare.starts_with("ssm")))
    invalid("Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).");
  if (bare.starts_with("ssm")) invalid(kNameRules);
  check_fully_qualified(name);
  if (name.ends_with('/')) invalid("Parameter name must be a fully qualified name.");
  if (std::count(name.begin(), name.end(), '/') > 15)
    throw HierarchyLevelLimitExceededException("A hierarchy can have a maximum of 15 levels.");
}

/// The tier that the parameter gets. What is advanced stays so; Intelligent-Tiering chooses by what is asked for.
/// https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
ParameterTier tier_of(const PutParameterInput& in, const std::optional<VersionRow>& before) {
  const bool advanced = before && before->tier == ParameterTier::kAdvanced;
  const auto there = advanced ? ParameterTier::kAdvanced : ParameterTier::kStandard;
  switch (in.tier ? require_word<ParameterTier>(*in.tier) : there) {
    case ParameterTier::kAdvanced:
      return ParameterTier::kAdvanced;
    case ParameterTier::kIntelligentTiering:
      return in.value.size() > kLongestStandard ? ParameterTier::kAdvanced : there;
    case ParameterTier::kStandard:
      break;
  }
  if (advanced)
    invalid(
        "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter "
        "tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as "
        "a standard parameter.");
  return ParameterTier::kStandard;
}

void check_value(const PutParameterInput& in, ParameterTier tier) {
  if (in.value.empty())
    invalid(
        "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length "
        "greater than or equal to 1.");
  if (tier == ParameterTier::kStandard && in.value.size() > kLongestStandard)
    invalid(
        "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter "
        "value, upgrade the parameter to use the advanced-parameter tier. For more information, see "
        "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html");
  if (in.value.size() > kLongestAdvanced)
    invalid("Advanced tier parameters support a maximum parameter value of 8192 characters.");
  if (in.allowed_pattern && !in.allowed_pattern->empty()) require_match(*in.allowed_pattern, in.value);
}

/// The type that the call gives, or that of the version before.
ParameterType require_type(const PutParameterInput& in, const std::optional<VersionRow>& before) {
  if (in.type) {
    if (const auto type = find_word<ParameterType>(*in.type)) return *type;
    throw UnsupportedParameterType("The parameter type is not supported.");
  }
  if (!before) invalid("A parameter type is required when you create a parameter.");
  return before->type;
}

/// What the call gives of the version that it makes; the rest is as in the version before.
VersionRow next_version(const region::Request& rq, const PutParameterInput& in,
                        const std::optional<VersionRow>& before) {
  VersionRow version = before.value_or(VersionRow{});
  ++version.number;
  version.type = require_type(in, before);
  if (in.description) version.description = in.description;
  // An empty one is none, and takes away that of the version before.
  if (in.allowed_pattern) version.allowed_pattern = in.allowed_pattern->empty() ? std::nullopt : in.allowed_pattern;
  version.tier = tier_of(in, before);
  if (in.data_type) version.data_type = *in.data_type;
  version.modified = rq.now();
  version.modified_by = rq.caller.arn;
  version.labels.clear();
  return version;
}

void check_support(const PutParameterInput& in) {
  const std::string data = in.data_type.value_or("text");
  if (data == kIntegrationType) throw wire::Error::not_implemented("PutParameter", "DataType " + data);
  if (data != "text" && data != kImageType)
    invalid("The following data type is not supported: " + data + " (Data type names are all lowercase.)");
  if (in.key_id && *in.key_id != "alias/aws/ssm")
    throw wire::Error::not_implemented("PutParameter", "KeyId " + *in.key_id);
}

/// AWS looks at the image after it has answered, and then quietly keeps no parameter; here the caller learns it at
/// once.
void check_image(region::Request& rq, const PutParameterInput& in) {
  if (in.data_type != kImageType) return;
  ec2::DescribeImagesInput asked;
  asked.image_ids = {in.value};
  try {
    if (in.value.starts_with("ami-") && ec2::Client(rq).describe_images(asked).images) return;
  } catch (const wire::Error&) {
    // Not there, or not the caller's to see.
  }
  invalid("The value of a parameter of the data type aws:ec2:image must be the id of an image: " + in.value);
}

/// The oldest version goes for the new one, unless somebody has named it.
void check_oldest_version(region::Request& rq, const ParameterRow& parameter, std::int64_t next) {
  const auto oldest = find_version(rq.tx, parameter, next - kVersionsKept);
  if (!oldest || oldest->labels.empty()) return;
  throw ParameterMaxVersionLimitExceeded(
      "You attempted to create a new version of " + *parameter.name +
      " by calling the PutParameter API with the overwrite flag. Version " + std::to_string(oldest->number) +
      ", the oldest version, can't be deleted because it has a label associated with it. Move the label to another "
      "version of the parameter, and try again.");
}

void publish_change(region::Request& rq, const std::string& name, Json detail) {
  rq.publish({.source = "aws.ssm",
              .detail_type = "Parameter Store Change",
              .resources = {parameter_arn(place_of(rq), name)},
              .detail = std::move(detail)});
}

bool erase(region::Request& rq, const std::string& name) {
  const auto found = find_parameter(rq.tx, place_of(rq), name);
  if (!found) return false;
  const std::string_view type = word_of(newest_version(rq.tx, *found).type);
  remove_parameter(rq.tx, *found);
  publish_change(rq, *found->name, Json::object({{"operation", "Delete"}, {"name", *found->name}, {"type", type}}));
  return true;
}

}  // namespace

std::span<const store::Migration> Ssm::migrations() const { return schema(); }

std::string parameter_name(const region::Request& rq, const std::string& name_or_arn) {
  const std::string prefix = rq.arn("ssm", "parameter/");
  if (!name_or_arn.starts_with(prefix)) return name_or_arn;
  const std::string name = name_or_arn.substr(prefix.size());
  return name.find('/') == std::string::npos ? name : "/" + name;
}

void authorize(region::Request& rq, std::string_view action, const std::string& parameter, region::ConditionKeys keys) {
  std::string name = parameter_name(rq, parameter);
  const bool foreign = name.starts_with("arn:");
  if (!foreign) name = name.substr(0, name.find(':'));
  // An ARN of another account is asked about as it is: a denial, or further on a parameter that is not there.
  if (foreign && !rq.names_resource(action, name)) invalid("The parameter name or ARN is not valid: " + parameter);
  const std::string arn = foreign ? name : parameter_arn(place_of(rq), name);
  const region::TagMap tags = region::tags_of(rq.tx, arn);
  region::add_resource_tags(keys, tags);
  for (const auto& [key, value] : tags) keys["ssm:resourceTag/" + key] = {value};
  rq.authorize(action, arn, keys);
}

std::string Ssm::sealed(const region::Request& rq, const std::string& name, const std::string& value) const {
  return home_.vault.seal(value, "ssm.parameter:" + rq.account + ":" + rq.region + ":" + name);
}

std::string Ssm::opened(const region::Request& rq, const std::string& name, const std::string& sealed) const {
  if (auto value = home_.vault.open(sealed, "ssm.parameter:" + rq.account + ":" + rq.region + ":" + name))
    return *value;
  throw wire::Error("InternalServerError", 500, "The parameter's value cannot be opened with the region's key.");
}

PutParameterOutput Ssm::put_parameter(region::Request& rq, const PutParameterInput& in) {
  const auto tag_keys = region::request_tag_keys(region::tag_map(in.tags));
  region::ConditionKeys keys = tag_keys;
  keys["ssm:Overwrite"] = {in.overwrite.value_or(false) ? "true" : "false"};
  authorize(rq, "ssm:PutParameter", in.name, std::move(keys));
  if (!tag_keys.empty()) authorize(rq, "ssm:AddTagsToResource", in.name, tag_keys);

  check_name(in.name);
  const bool overwrite = in.overwrite.value_or(false);
  auto parameter = find_parameter(rq.tx, place_of(rq), in.name);
  if (parameter && !overwrite)
    throw ParameterAlreadyExists(
        "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.");
  if (overwrite && in.tags)
    invalid(
        "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove "
        "overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or "
        "RemoveTagsFromResource.");
  const auto before = parameter ? std::optional(newest_version(rq.tx, *parameter)) : std::nullopt;
  VersionRow version = next_version(rq, in, before);
  check_support(in);
  if (in.key_id && version.type != ParameterType::kSecureString)
    invalid("KeyId is required for SecureString type parameters only.");
  check_value(in, version.tier);
  check_image(rq, in);

  if (parameter) check_oldest_version(rq, *parameter, version.number);
  if (!parameter) parameter = insert_parameter(rq.tx, place_of(rq), in.name, rq.now());
  version.value = version.type == ParameterType::kSecureString ? sealed(rq, *parameter->name, in.value) : in.value;
  add_version(rq.tx, *parameter, version);
  region::put_tags(rq.tx, parameter_arn(place_of(rq), in.name), region::tag_pairs(in.tags), kTagRules);
  publish_change(
      rq, *parameter->name,
      Json::object(
          {{"operation", before ? "Update" : "Create"}, {"name", *parameter->name}, {"type", word_of(version.type)}}));

  PutParameterOutput out;
  out.version = version.number;
  out.tier = word_of(version.tier);
  return out;
}

Parameter Ssm::answer(region::Request& rq, const ParameterRow& parameter, const VersionRow& version,
                      Decryption decryption) const {
  Parameter p;
  p.name = parameter.name;
  p.arn = parameter_arn(place_of(rq), *parameter.name);
  p.type = word_of(version.type);
  p.value = version.type == ParameterType::kSecureString && decryption == Decryption::kDecrypt
                ? opened(rq, *parameter.name, version.value)
                : version.value;
  p.version = version.number;
  p.last_modified_date = version.modified;
  p.data_type = version.data_type;
  return p;
}

std::optional<Parameter> Ssm::find_public(region::Request& rq, const std::string& name) const {
  const auto value = find_public_parameter(rq, name);
  if (!value) return std::nullopt;
  Parameter p;
  p.name = name;
  p.arn = "arn:aws:ssm:" + rq.region + "::parameter" + name;
  p.type = word_of(ParameterType::kString);
  p.value = *value;
  p.version = 1;
  p.last_modified_date = Timestamp{1'635'897'600'000};
  p.data_type = "text";
  return p;
}

Parameter Ssm::selected(region::Request& rq, const std::string& selector, Decryption decryption) {
  if (auto found = find_public(rq, selector)) return *found;
  if (auto found = find_secret_reference(rq, selector, decryption)) return *found;
  const bool by_arn = selector.starts_with("arn:");
  std::string name = parameter_name(rq, selector), chosen;
  if (const auto mark = name.rfind(':'); mark != std::string::npos && !name.starts_with("arn:")) {
    chosen = name.substr(mark + 1);
    name.resize(mark);
  }
  check_fully_qualified(name);
  refuse_absent_public_parameter(rq, name);
  const ParameterRow parameter = require_parameter(rq.tx, place_of(rq), name);
  std::optional<VersionRow> version;
  if (chosen.empty())
    version = newest_version(rq.tx, parameter);
  else if (const auto number = parse_int(chosen))
    version = find_version(rq.tx, parameter, *number);
  else
    for (VersionRow& one : versions_of(rq.tx, parameter, 0, 0))
      if (std::find(one.labels.begin(), one.labels.end(), chosen) != one.labels.end()) version = std::move(one);
  if (!version)
    throw ParameterVersionNotFound("Systems Manager could not find version " + chosen + " of " + name +
                                   ". Verify the version and try again.");
  Parameter p = answer(rq, parameter, *version, decryption);
  // It is one parameter with and without its leading slash, and answers to the name that it is called by.
  if (!by_arn) p.name = name;
  if (!chosen.empty()) p.selector = ":" + chosen;
  return p;
}

GetParameterOutput Ssm::get_parameter(region::Request& rq, const GetParameterInput& in) {
  authorize(rq, "ssm:GetParameter", in.name);

  GetParameterOutput out;
  out.parameter = selected(rq, in.name, decryption_of(in));
  return out;
}

GetParametersOutput Ssm::get_parameters(region::Request& rq, const GetParametersInput& in) {
  for (const std::string& name : in.names) authorize(rq, "ssm:GetParameters", name);

  GetParametersOutput out;
  out.parameters.emplace();
  out.invalid_parameters.emplace();
  for (const std::string& name : in.names) try {
      out.parameters->push_back(selected(rq, name, decryption_of(in)));
    } catch (const ParameterNotFound&) {
      out.invalid_parameters->push_back(name);
    } catch (const ParameterVersionNotFound&) {
      out.invalid_parameters->push_back(name);
    }
  return out;
}

DeleteParameterOutput Ssm::delete_parameter(region::Request& rq, const DeleteParameterInput& in) {
  authorize(rq, "ssm:DeleteParameter", in.name);

  if (!erase(rq, in.name)) throw ParameterNotFound();

  return {};
}

DeleteParametersOutput Ssm::delete_parameters(region::Request& rq, const DeleteParametersInput& in) {
  for (const std::string& name : in.names) authorize(rq, "ssm:DeleteParameters", name);

  DeleteParametersOutput out;
  out.deleted_parameters.emplace();
  out.invalid_parameters.emplace();
  for (const std::string& name : in.names)
    (erase(rq, name) ? out.deleted_parameters : out.invalid_parameters)->push_back(name);
  return out;
}

}  // namespace hanbat::ssm
