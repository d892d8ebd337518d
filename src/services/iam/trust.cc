#include "services/iam/trust.h"

#include "base/arn.h"
#include "base/text.h"
#include "gen/iam/model.h"

namespace hanbat::iam {

Json bind_principals(store::Tx& tx, const Store& store, std::string_view account,
                     const region::policy::Document& document) {
  Json ids = Json::object();
  for (const region::policy::Statement& statement : document.statements)
    for (const std::string& name : statement.principals->aws) {
      const auto arn = parse_arn(name);
      // Only of this account it is known who exists.
      if (!arn || arn->account != account || arn->service != "iam" || arn->resource == "root") continue;
      const auto entity = store.find_by_arn(tx, name);
      if (!entity || (entity->kind != Kind::kUser && entity->kind != Kind::kRole))
        throw MalformedPolicyDocumentException("Invalid principal in policy: \"AWS\":\"" + name + "\"");
      ids[name] = entity->id;
    }
  return ids;
}

std::string current_trust(store::Tx& tx, const Store& store, const Entity& role) {
  std::string text = role.body.text("trust");
  const Json* ids = role.body.find("trust_ids");
  if (!ids) return text;  // a service-linked role's
  for (const auto& [arn, id] : ids->members()) {
    const auto entity = store.find_by_id(tx, id.as_string());
    if (entity && entity->arn == arn) continue;
    text = replace_all(text, "\"" + arn + "\"", "\"" + (entity ? entity->arn : id.as_string()) + "\"");
  }
  return text;
}

}  // namespace hanbat::iam
