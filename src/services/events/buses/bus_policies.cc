// The policies of buses: who beside the account may put events on one, and what its rules may receive.
#include "base/arn.h"
#include "region/policy/document.h"
#include "services/events/events.h"
#include "services/events/refusal.h"

namespace hanbat::events {
namespace {

constexpr std::size_t kLongest = 10'240;

/// The statement that the parameters of PutPermission spell out.
Json statement_of(const PutPermissionInput& in, const BusKey& bus) {
  if (!in.statement_id || !in.action || !in.principal)
    throw_invalid("StatementId, Action and Principal are required when Policy is not given.");
  if (*in.action != "events:PutEvents") throw_invalid("Provided value in parameter 'action' is not supported.");
  const bool anyone = *in.principal == "*";
  if (!anyone && in.principal->size() != 12) throw_invalid("Provided value in parameter 'principal' is not valid.");
  Json statement = Json::object(
      {{"Sid", *in.statement_id},
       {"Effect", "Allow"},
       {"Principal", anyone ? Json("*") : Json::object({{"AWS", make_arn("iam", "", *in.principal, "root")}})},
       {"Action", *in.action},
       {"Resource", bus.arn()}});
  if (in.condition) {
    if (in.condition->type != "StringEquals" || in.condition->key != "aws:PrincipalOrgID")
      throw_invalid("Only the condition StringEquals on aws:PrincipalOrgID is supported.");
    statement["Condition"] =
        Json::object({{in.condition->type, Json::object({{in.condition->key, in.condition->value}})}});
  }
  return statement;
}

Json without_statement(const Json& statements, const std::string& id) {
  Json out = Json::array();
  for (const Json& statement : statements.items())
    if (statement.text("Sid") != id) out.push_back(statement);
  return out;
}

/// A document's statements as a list, whichever way they were written.
Json statements_of(const Json& document) {
  const Json& statements = document["Statement"];
  return statements.is_array() ? statements : Json::array({statements});
}

/// The bus of a bus's or a rule's ARN.
std::optional<BusKey> find_bus_of(std::string_view resource) {
  const auto arn = parse_arn(resource);
  if (!arn || arn->service != "events") return std::nullopt;
  const std::size_t slash = arn->resource.find('/');
  if (slash == std::string::npos) return std::nullopt;
  const std::string type = arn->resource.substr(0, slash);
  const std::string name = arn->resource.substr(slash + 1);
  if (type == "event-bus") return BusKey{arn->account, arn->region, name};
  if (type != "rule") return std::nullopt;
  const std::size_t inner = name.find('/');
  return BusKey{arn->account, arn->region,
                inner == std::string::npos ? std::string(kDefaultBus) : name.substr(0, inner)};
}

}  // namespace

void Events::add_resource_policies(region::Request& rq, region::AccessQuestion& question) const {
  const auto bus = find_bus_of(question.resource);
  if (!bus) return;
  if (const auto document = find_bus_policy(rq.tx, *bus)) question.resource_policies.emplace_back(*document);
}

std::optional<std::string> Events::describe_policy(region::Request& rq, const BusKey& bus) const {
  const auto kept = find_bus_policy(rq.tx, bus);
  if (!kept) return std::nullopt;
  return home_.identity().show_principals(rq.tx, *kept);
}

PutPermissionOutput Events::put_permission(region::Request& rq, const PutPermissionInput& in) {
  const BusKey bus = bus_key(rq, in.event_bus_name);
  rq.authorize("events:PutPermission", bus.arn());

  require_bus(rq.tx, bus);
  Json document;
  if (in.policy) {
    if (in.statement_id || in.action || in.principal || in.condition)
      throw_invalid("Policy goes without StatementId, Action, Principal and Condition.");
    try {
      const auto parsed = region::policy::parse_document(*in.policy, region::policy::DocumentKind::kResource);
      if (const auto unknown = home_.identity().find_unknown_principal(rq.tx, parsed))
        throw_invalid("Invalid principal in policy: \"AWS\":\"" + *unknown + "\"");
    } catch (const region::policy::DocumentError& refusal) {
      throw_invalid(refusal.what());
    }
    document = Json::parse(*in.policy);
  } else {
    const auto kept = find_bus_policy(rq.tx, bus);
    Json statement = statement_of(in, bus);
    Json statements = kept ? without_statement(statements_of(Json::parse(*kept)), *in.statement_id) : Json::array();
    statements.push_back(std::move(statement));
    document = Json::object({{"Version", "2012-10-17"}, {"Statement", std::move(statements)}});
  }
  const std::string text = document.dump();
  if (text.size() > kLongest)
    throw PolicyLengthExceededException("The event bus policy size exceeded the allowed size of 10 KB.");

  put_bus_policy(rq.tx, bus, home_.identity().bind_principals(rq.tx, text));

  return {};
}

RemovePermissionOutput Events::remove_permission(region::Request& rq, const RemovePermissionInput& in) {
  const BusKey bus = bus_key(rq, in.event_bus_name);
  rq.authorize("events:RemovePermission", bus.arn());

  require_bus(rq.tx, bus);
  const auto kept = find_bus_policy(rq.tx, bus);
  if (!kept) throw ResourceNotFoundException("Statement with the provided id does not exist.");
  if (in.remove_all_permissions.value_or(false)) {
    remove_bus_policy(rq.tx, bus);
    return {};
  }
  if (!in.statement_id) throw_invalid("Either StatementId or RemoveAllPermissions is required.");
  Json document = Json::parse(*kept);
  const Json statements = statements_of(document);
  Json left = without_statement(statements, *in.statement_id);
  if (left.size() == statements.size())
    throw ResourceNotFoundException("Statement with the provided id does not exist.");

  if (left.empty()) {
    remove_bus_policy(rq.tx, bus);
  } else {
    document["Statement"] = std::move(left);
    put_bus_policy(rq.tx, bus, document.dump());
  }

  return {};
}

}  // namespace hanbat::events
