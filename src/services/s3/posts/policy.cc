#include "services/s3/posts/policy.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "wire/error.h"

namespace hanbat::s3 {
namespace {

wire::Error invalid_policy(const std::string& why) { return {"InvalidPolicyDocument", 400, "Invalid Policy: " + why}; }
wire::Error denied(const std::string& why) { return {"AccessDenied", 403, "Invalid according to Policy: " + why}; }

std::string said(std::string_view operation, std::string_view field, std::string_view value) {
  const auto quoted = [](std::string_view text) { return Json(std::string(text)).dump(); };
  return "[" + quoted(operation) + ", " + quoted(field) + ", " + quoted(value) + "]";
}

std::string text_of(const Json& json) {
  if (json.is_string()) return json.as_string();
  if (json.is_object() || json.is_array()) throw invalid_policy("Invalid Condition.");
  return json.dump();
}

void read_condition(const Json& json, PostPolicy& policy) {
  if (json.is_object()) {
    if (json.members().size() != 1)
      throw invalid_policy("Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.");
    const auto& [field, value] = json.members().front();
    const std::string text = text_of(value);
    policy.conditions.push_back({false, lower(field), text, said("eq", field, text)});
    return;
  }
  if (!json.is_array() || json.items().size() != 3 || !json.items()[0].is_string())
    throw invalid_policy("Invalid Condition.");
  const auto& items = json.items();
  const std::string operation = lower(items[0].as_string());
  if (operation == "content-length-range") {
    policy.least = parse_int(text_of(items[1]));
    policy.most = parse_int(text_of(items[2]));
    if (!policy.least || !policy.most || *policy.least < 0 || *policy.most < 0)
      throw denied("Policy Condition failed: " + said(operation, text_of(items[1]), text_of(items[2])));
    return;
  }
  const std::string field = text_of(items[1]), value = text_of(items[2]);
  if ((operation != "eq" && operation != "starts-with") || !field.starts_with('$'))
    throw invalid_policy("Invalid Condition.");
  policy.conditions.push_back(
      {operation == "starts-with", lower(field.substr(1)), value, said(operation, field, value)});
}

/// Fields that need no condition.
bool is_free(const std::string& field) {
  static constexpr std::string_view kFree[] = {"policy", "x-amz-signature", "awsaccesskeyid", "signature",
                                               "file",   "bucket"};
  return field.starts_with("x-ignore-") || std::ranges::find(kFree, field) != std::end(kFree);
}

}  // namespace

PostPolicy read_post_policy(const std::string& json) {
  PostPolicy out;
  Json document;
  try {
    document = Json::parse(json);
  } catch (const JsonError&) {
    throw invalid_policy("Invalid JSON.");
  }
  if (!document.is_object()) throw invalid_policy("Invalid JSON.");
  const Json* expiration = document.find("expiration");
  if (!expiration || !expiration->is_string()) throw invalid_policy("Policy missing expiration.");
  const auto until = parse_iso8601(expiration->as_string());
  if (!until) throw invalid_policy("Invalid 'expiration' value: '" + expiration->as_string() + "'");
  out.expiration = *until;
  const Json* conditions = document.find("conditions");
  if (!conditions || !conditions->is_array()) throw invalid_policy("Policy missing conditions.");
  for (const Json& condition : conditions->items()) read_condition(condition, out);
  return out;
}

void check_post_policy(const PostPolicy& policy, const std::map<std::string, std::string>& fields, Timestamp now) {
  if (policy.expiration <= now) throw denied("Policy expired.");
  for (const PostPolicy::Condition& condition : policy.conditions) {
    const auto field = fields.find(condition.field);
    const std::string value = field == fields.end() ? "" : field->second;
    if (condition.is_prefix ? !value.starts_with(condition.value) : value != condition.value)
      throw denied("Policy Condition failed: " + condition.said);
  }
  std::vector<std::string> extra;
  for (const auto& [name, value] : fields)
    if (!is_free(name) && std::ranges::none_of(policy.conditions, [&, field = std::string_view(name)](const auto& one) {
          return one.field == field;
        }))
      extra.push_back(name);
  if (!extra.empty()) throw denied("Extra input fields: " + join(extra, ", "));
}

}  // namespace hanbat::s3
