// Parameters: names in a hierarchy, every change a version, labels, SecureStrings sealed at rest.
#include <algorithm>

#include "base/arn.h"
#include "base/text.h"
#include "gen/ssm/schema.h"
#include "services/ssm/allowed_pattern.h"
#include "services/ssm/parameter_rows.h"
#include "services/ssm/ssm.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

constexpr int kVersionsKept = 100;

[[noreturn]] void invalid(const std::string& message) { throw wire::Error("ValidationException", 400, message); }

void check_name(const std::string& name) {
  const std::string plain = lower(name);
  for (const char c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && std::string("_.-/").find(c) == std::string::npos)
      invalid(
          "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist of "
          "sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the "
          "following 3 symbols .-_");
  const std::string bare = plain.starts_with('/') ? plain.substr(1) : plain;
  if (bare.starts_with("aws") || bare.starts_with("ssm"))
    invalid("Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).");
  if (name.find('/') != std::string::npos && !name.starts_with('/'))
    invalid("Parameter name must be a fully qualified name.");
  if (name.ends_with('/') || name.find("//") != std::string::npos)
    invalid("Parameter name must be a fully qualified name.");
  if (std::count(name.begin(), name.end(), '/') > 15)
    throw HierarchyLevelLimitExceededException("A hierarchy can have a maximum of 15 levels.");
}

void check_value(const PutParameterInput& in, const std::string& type) {
  const std::size_t limit = in.tier.value_or("Standard") == "Standard" ? 4096 : 8192;
  if (in.value.empty())
    invalid(
        "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length "
        "greater than or equal to 1.");
  if (in.value.size() > limit)
    invalid(
        "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter "
        "value, upgrade the parameter to use the advanced-parameter tier.");
  if (type != "String" && type != "StringList" && type != "SecureString")
    throw UnsupportedParameterType("The parameter type is not supported.");
  if (in.allowed_pattern) require_match(*in.allowed_pattern, in.value);
}

bool erase(region::Request& rq, const std::string& name) {
  rq.tx.exec("DELETE FROM ssm_parameter_versions WHERE account = ? AND region = ? AND name = ?", rq.account, rq.region,
             name);
  rq.tx.exec("DELETE FROM ssm_tags WHERE account = ? AND region = ? AND resource = ?", rq.account, rq.region,
             "Parameter/" + name);
  return rq.tx.exec("DELETE FROM ssm_parameters WHERE account = ? AND region = ? AND name = ?", rq.account, rq.region,
                    name) > 0;
}

/// The newest versions of all parameters, by name.
std::vector<store::Row> newest(region::Request& rq) {
  return rq.tx.query(
      "SELECT v.name, v.version, v.value, v.body FROM ssm_parameter_versions v JOIN ssm_parameters p ON p.account = "
      "v.account AND p.region = v.region "
      "AND p.name = v.name AND p.version = v.version WHERE v.account = ? AND v.region = ? ORDER BY v.name",
      rq.account, rq.region);
}

bool passes(const store::Row& row, const ParameterStringFilter& filter) {
  const Json body = row.json(3);
  const std::string name = row.text(0);
  const auto values = filter.values.value_or(std::vector<std::string>{});
  const std::string option = filter.option.value_or(filter.key == "Path" ? "OneLevel" : "Equals");
  auto any = [&](auto&& test) { return std::any_of(values.begin(), values.end(), test); };
  if (filter.key == "Name") {
    if (option == "BeginsWith")
      return any([&](const std::string& v) { return name.starts_with(v) || name.starts_with("/" + v); });
    if (option == "Contains") return any([&](const std::string& v) { return name.find(v) != std::string::npos; });
    if (option == "Equals") return any([&](const std::string& v) { return name == v; });
    throw InvalidFilterOption("The following filter option is not valid: " + option);
  }
  if (filter.key == "Type") return any([&](const std::string& v) { return body.text("type") == v; });
  if (filter.key == "Tier") return any([&](const std::string& v) { return body.text("tier", "Standard") == v; });
  if (filter.key == "DataType") return any([&](const std::string& v) { return body.text("data_type", "text") == v; });
  if (filter.key == "Path")
    return any([&](const std::string& v) {
      const std::string folder = v.ends_with('/') ? v : v + "/";
      return name.starts_with(folder) && (option == "Recursive" || name.find('/', folder.size()) == std::string::npos);
    });
  throw InvalidFilterKey("The following filter key is not valid: " + filter.key +
                         ". Valid filter keys here: [Path, Name, Type, Tier, DataType].");
}

}  // namespace

std::span<const store::Migration> Ssm::migrations() const { return schema(); }

std::string parameter_arn(const region::Request& rq, const std::string& name) {
  // AWS's public parameters belong to no account.
  return make_arn("ssm", rq.region, name.starts_with("/aws/") ? "" : rq.account,
                  "parameter" + std::string(name.starts_with('/') ? "" : "/") + name);
}

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
  region::TagMap tags;
  for (const auto& row :
       rq.tx.query("SELECT name, value FROM ssm_tags WHERE account = ? AND region = ? AND resource = ?", rq.account,
                   rq.region, "Parameter/" + name))
    tags[row.text(0)] = row.text(1);
  region::add_resource_tags(keys, tags);
  for (const auto& [key, value] : tags) keys["ssm:resourceTag/" + key] = {value};
  rq.authorize(action, foreign ? name : parameter_arn(rq, name), keys);
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
  const auto before = newest_version(rq, in.name);
  const bool overwrite = in.overwrite.value_or(false);
  if (before && !overwrite)
    throw ParameterAlreadyExists(
        "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.");
  if (overwrite && in.tags)
    invalid(
        "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove "
        "overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or "
        "RemoveTagsFromResource.");
  Json body = before ? find_version(rq, in.name, *before)->json(3) : Json::object();
  const std::string type = in.type.value_or(body.text("type"));
  if (type.empty()) invalid("A parameter type is required when you create a parameter.");
  if (const std::string tier = in.tier.value_or("Standard"); tier != "Standard" && tier != "Advanced")
    throw wire::Error::not_implemented("PutParameter", "Tier " + tier);
  if (const std::string data = in.data_type.value_or("text"); data != "text")
    throw wire::Error::not_implemented("PutParameter", "DataType " + data);
  if (in.key_id && *in.key_id != "alias/aws/ssm")
    throw wire::Error::not_implemented("PutParameter", "KeyId " + *in.key_id);
  if (in.key_id && type != "SecureString") invalid("KeyId is required for SecureString type parameters only.");
  check_value(in, type);

  const std::int64_t version = before.value_or(0) + 1;
  body["type"] = type;
  if (in.description) body["description"] = *in.description;
  if (in.allowed_pattern) body["allowed_pattern"] = *in.allowed_pattern;
  if (in.tier) body["tier"] = *in.tier;
  body["modified"] = rq.now().ms;
  body["modified_by"] = rq.caller.arn;
  body["labels"] = Json::array();
  rq.tx.exec(
      "INSERT INTO ssm_parameter_versions (account, region, name, version, value, body) VALUES (?, ?, ?, ?, ?, ?)",
      rq.account, rq.region, in.name, version, type == "SecureString" ? sealed(rq, in.name, in.value) : in.value, body);
  if (before)
    rq.tx.exec("UPDATE ssm_parameters SET version = ?, type = ? WHERE account = ? AND region = ? AND name = ?", version,
               type, rq.account, rq.region, in.name);
  else
    rq.tx.exec("INSERT INTO ssm_parameters (account, region, name, version, type) VALUES (?, ?, ?, ?, ?)", rq.account,
               rq.region, in.name, version, type);
  rq.tx.exec("DELETE FROM ssm_parameter_versions WHERE account = ? AND region = ? AND name = ? AND version <= ?",
             rq.account, rq.region, in.name, version - kVersionsKept);
  if (in.tags)
    for (const Tag& tag : *in.tags)
      rq.tx.exec("INSERT INTO ssm_tags (account, region, resource, name, value) VALUES (?, ?, ?, ?, ?)", rq.account,
                 rq.region, "Parameter/" + in.name, tag.key, tag.value);
  rq.publish(
      {.source = "aws.ssm",
       .detail_type = "Parameter Store Change",
       .resources = {parameter_arn(rq, in.name)},
       .detail = Json::object({{"operation", before ? "Update" : "Create"}, {"name", in.name}, {"type", type}})});

  PutParameterOutput out;
  out.version = version;
  out.tier = body.text("tier", "Standard");
  return out;
}

Parameter Ssm::answer(region::Request& rq, const store::Row& row, bool decrypt) const {
  const Json body = row.json(3);
  Parameter p;
  p.name = row.text(0);
  p.arn = parameter_arn(rq, row.text(0));
  p.type = body.text("type");
  p.value = p.type == "SecureString" && decrypt ? opened(rq, row.text(0), row.text(2)) : row.text(2);
  p.version = row.integer(1);
  p.last_modified_date = Timestamp{body.integer("modified")};
  p.data_type = body.text("data_type", "text");
  return p;
}

Parameter Ssm::require_parameter(region::Request& rq, const std::string& selector, bool decrypt) {
  if (const auto value = find_public_parameter(rq, selector)) {
    Parameter p;
    p.name = selector;
    p.arn = "arn:aws:ssm:" + rq.region + "::parameter" + selector;
    p.type = "String";
    p.value = *value;
    p.version = 1;
    p.last_modified_date = Timestamp{1'635'897'600'000};
    p.data_type = "text";
    return p;
  }
  std::string name = selector, version;
  if (const auto mark = selector.rfind(':'); mark != std::string::npos && !selector.starts_with("arn:")) {
    name = selector.substr(0, mark);
    version = selector.substr(mark + 1);
  }
  name = parameter_name(rq, name);
  const auto newest = newest_version(rq, name);
  if (!newest) throw ParameterNotFound("Parameter " + name + " not found.");
  if (version.empty()) return answer(rq, *find_version(rq, name, *newest), decrypt);
  std::optional<store::Row> found;
  if (const auto number = parse_int(version))
    found = find_version(rq, name, *number);
  else
    for (const auto& row : rq.tx.query(std::string("SELECT ") + kVersionColumns +
                                           " FROM ssm_parameter_versions WHERE account = ? AND region = ? AND name = ?",
                                       rq.account, rq.region, name))
      for (const std::string& label : row.json(3).texts("labels"))
        if (label == version) found = row;
  if (!found)
    throw ParameterVersionNotFound("Systems Manager could not find version " + version + " of " + name +
                                   ". Verify the version and try again.");
  Parameter p = answer(rq, *found, decrypt);
  p.selector = ":" + version;
  return p;
}

GetParameterOutput Ssm::get_parameter(region::Request& rq, const GetParameterInput& in) {
  authorize(rq, "ssm:GetParameter", in.name);

  GetParameterOutput out;
  out.parameter = require_parameter(rq, in.name, in.with_decryption.value_or(false));
  return out;
}

GetParametersOutput Ssm::get_parameters(region::Request& rq, const GetParametersInput& in) {
  for (const std::string& name : in.names) authorize(rq, "ssm:GetParameters", name);

  GetParametersOutput out;
  out.parameters.emplace();
  out.invalid_parameters.emplace();
  for (const std::string& name : in.names) try {
      out.parameters->push_back(require_parameter(rq, name, in.with_decryption.value_or(false)));
    } catch (const ParameterNotFound&) {
      out.invalid_parameters->push_back(name);
    } catch (const ParameterVersionNotFound&) {
      out.invalid_parameters->push_back(name);
    }
  return out;
}

GetParametersByPathOutput Ssm::get_parameters_by_path(region::Request& rq, const GetParametersByPathInput& in) {
  authorize(rq, "ssm:GetParametersByPath", in.path,
            {{"ssm:Recursive", {in.recursive.value_or(false) ? "true" : "false"}}});

  if (!in.path.starts_with('/'))
    invalid(
        "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward "
        "slash \"/\".");
  const std::size_t limit = static_cast<std::size_t>(in.max_results.value_or(10));
  ParameterStringFilter below;
  below.key = "Path";
  below.option = in.recursive.value_or(false) ? "Recursive" : "OneLevel";
  below.values = {in.path};

  GetParametersByPathOutput out;
  out.parameters.emplace();
  for (const std::string& name : public_parameters(in.path)) {
    if (name <= in.next_token.value_or("")) continue;
    if (out.parameters->size() == limit) break;
    try {
      out.parameters->push_back(require_parameter(rq, name, false));
    } catch (const ParameterNotFound&) {
      continue;  // no image of that name in this region
    }
  }
  for (const auto& row : newest(rq)) {
    if (row.text(0) <= in.next_token.value_or("") || !passes(row, below)) continue;
    if (out.parameters->size() == limit) {
      out.next_token = *out.parameters->back().name;
      break;
    }
    out.parameters->push_back(answer(rq, row, in.with_decryption.value_or(false)));
  }
  return out;
}

DeleteParameterOutput Ssm::delete_parameter(region::Request& rq, const DeleteParameterInput& in) {
  authorize(rq, "ssm:DeleteParameter", in.name);

  if (!erase(rq, in.name)) throw ParameterNotFound("Parameter " + in.name + " not found.");

  rq.publish({.source = "aws.ssm",
              .detail_type = "Parameter Store Change",
              .resources = {parameter_arn(rq, in.name)},
              .detail = Json::object({{"operation", "Delete"}, {"name", in.name}})});

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

DescribeParametersOutput Ssm::describe_parameters(region::Request& rq, const DescribeParametersInput& in) {
  rq.authorize("ssm:DescribeParameters", rq.arn("ssm", "*"));

  if (in.filters && in.parameter_filters)
    invalid("You can use either Filters or ParameterFilters in a single request.");
  std::vector<ParameterStringFilter> filters = in.parameter_filters.value_or(std::vector<ParameterStringFilter>{});
  if (in.filters)
    for (const ParametersFilter& old : *in.filters) {
      ParameterStringFilter& filter = filters.emplace_back();
      filter.key = old.key;
      if (old.key == "Name") filter.option = "BeginsWith";
      filter.values = old.values;
    }
  const std::size_t limit = static_cast<std::size_t>(in.max_results.value_or(50));

  DescribeParametersOutput out;
  out.parameters.emplace();
  for (const auto& row : newest(rq)) {
    if (row.text(0) <= in.next_token.value_or("")) continue;
    if (!std::all_of(filters.begin(), filters.end(), [&](const auto& f) { return passes(row, f); })) continue;
    if (out.parameters->size() == limit) {
      out.next_token = *out.parameters->back().name;
      break;
    }
    out.parameters->push_back(metadata(rq, row));
  }
  return out;
}

}  // namespace hanbat::ssm
