#include "region/caller_json.h"

namespace hanbat::region {
namespace {

using Texts = std::map<std::string, std::string>;

Json write_texts(const Texts& texts) {
  Json out = Json::object();
  for (const auto& [key, value] : texts) out[key] = value;
  return out;
}

Texts read_texts(const Json& json, std::string_view name) {
  Texts out;
  if (const Json* texts = json.find(name))
    for (const auto& [key, value] : texts->members()) out[key] = value.as_string();
  return out;
}

}  // namespace

Json write_caller(const Caller& c) {
  Json out = Json::object({{"kind", static_cast<int>(c.kind)},
                           {"account", c.account},
                           {"arn", c.arn},
                           {"principal_arn", c.principal_arn},
                           {"user_id", c.user_id},
                           {"name", c.name},
                           {"session_name", c.session_name},
                           {"session_policies", c.session_policies},
                           {"session_tags", write_texts(c.session_tags)},
                           {"session_keys", write_texts(c.session_keys)},
                           {"source_identity", c.source_identity}});
  if (!c.access_key_id.empty()) out["access_key_id"] = c.access_key_id;
  if (c.token_issued_at) out["token_issued_at"] = c.token_issued_at->ms;
  return out;
}

Caller read_caller(const Json& json) {
  Caller c;
  c.kind = static_cast<Caller::Kind>(json.integer("kind"));
  c.account = json.text("account");
  c.arn = json.text("arn");
  c.principal_arn = json.text("principal_arn");
  c.user_id = json.text("user_id");
  c.name = json.text("name");
  c.session_name = json.text("session_name");
  c.access_key_id = json.text("access_key_id");
  c.session_policies = json["session_policies"];
  c.session_tags = read_texts(json, "session_tags");
  c.session_keys = read_texts(json, "session_keys");
  c.source_identity = json.text("source_identity");
  if (json.find("token_issued_at")) c.token_issued_at = Timestamp{json.integer("token_issued_at")};
  return c;
}

}  // namespace hanbat::region
