#include "services/iam/principals/principals.h"

#include <functional>

#include "base/arn.h"

namespace hanbat::iam {
namespace {

/// Another name for a principal, or nothing to leave it as it is.
using Renaming = std::function<std::optional<std::string>(const std::string&)>;

bool rename(Json& name, const Renaming& renaming) {
  if (name.is_array()) {
    bool any = false;
    Json names = Json::array();
    for (Json each : name.items()) {
      any = rename(each, renaming) || any;
      names.push_back(std::move(each));
    }
    if (any) name = std::move(names);
    return any;
  }
  const auto other = name.is_string() ? renaming(name.as_string()) : std::nullopt;
  if (other) name = *other;
  return other.has_value();
}

bool rename_in_statement(Json& statement, const Renaming& renaming) {
  for (const char* element : {"Principal", "NotPrincipal"}) {
    const Json* principals = statement.find(element);
    if (!principals || !principals->is_object() || !principals->find("AWS")) continue;
    Json renamed = *principals;
    if (!rename(renamed["AWS"], renaming)) continue;
    statement[element] = std::move(renamed);
    return true;
  }
  return false;
}

/// Only what stands under a principal's "AWS" is renamed: a condition may hold the same ARN and means it as text.
std::string rename_principals(std::string_view document, const Renaming& renaming) {
  Json json = Json::parse(document);
  const Json* held = json.find("Statement");
  if (!held) return std::string(document);
  bool any = false;
  Json statements = Json::array();
  for (Json statement : held->is_array() ? held->items() : Json::Array{*held}) {
    any = rename_in_statement(statement, renaming) || any;
    statements.push_back(std::move(statement));
  }
  if (!any) return std::string(document);
  json["Statement"] = held->is_array() ? std::move(statements) : statements.items().front();
  return json.dump();
}

bool is_principal(const std::optional<Entity>& entity) {
  return entity && (entity->kind == Kind::kUser || entity->kind == Kind::kRole);
}

std::optional<Entity> find_principal(store::Tx& tx, const std::string& arn) {
  const auto entity = rows::find_by_arn(tx, arn);
  return is_principal(entity) ? entity : std::nullopt;
}

}  // namespace

std::optional<std::string> find_unknown_principal(store::Tx& tx, const region::policy::Document& document) {
  for (const region::policy::Statement& statement : document.statements) {
    if (!statement.principals) continue;
    for (const std::string& name : statement.principals->aws) {
      const auto arn = parse_arn(name);
      if (!arn || arn->service != "iam" || arn->resource == "root" || find_principal(tx, name)) continue;
      // Of an account that has nobody here it is not known who exists.
      if (rows::count(tx, arn->account, Kind::kUser) + rows::count(tx, arn->account, Kind::kRole) > 0) return name;
    }
  }
  return std::nullopt;
}

std::string bind_principals(store::Tx& tx, std::string_view document) {
  return rename_principals(document, [&](const std::string& name) -> std::optional<std::string> {
    if (!name.starts_with("arn:aws:iam::")) return std::nullopt;
    const auto entity = find_principal(tx, name);
    return entity ? std::optional(entity->id) : std::nullopt;
  });
}

std::string show_principals(store::Tx& tx, std::string_view document) {
  // Most policies name nobody in particular, and every question about their resource comes by here.
  if (document.find("\"AIDA") == document.npos && document.find("\"AROA") == document.npos)
    return std::string(document);
  return rename_principals(document, [&](const std::string& name) -> std::optional<std::string> {
    if (!name.starts_with("AIDA") && !name.starts_with("AROA")) return std::nullopt;
    const auto entity = rows::find_by_id(tx, name);
    return is_principal(entity) ? std::optional(entity->arn) : std::nullopt;
  });
}

std::string current_trust(store::Tx& tx, const Entity& role) {
  const std::string text = role.body.text("trust");
  // Databases of before have the ids beside the text.
  const Json* ids = role.body.find("trust_ids");
  if (!ids) return show_principals(tx, text);
  const std::string bound = rename_principals(text, [&](const std::string& name) -> std::optional<std::string> {
    const Json* id = ids->find(name);
    return id ? std::optional(id->as_string()) : std::nullopt;
  });
  return show_principals(tx, bound);
}

}  // namespace hanbat::iam
