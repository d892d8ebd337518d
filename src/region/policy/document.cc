#include "region/policy/document.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "base/arn.h"
#include "base/text.h"

namespace hanbat::region::policy {
namespace {

constexpr std::array<std::string_view, 27> kOperators = {"StringEquals",
                                                         "StringNotEquals",
                                                         "StringEqualsIgnoreCase",
                                                         "StringNotEqualsIgnoreCase",
                                                         "StringLike",
                                                         "StringNotLike",
                                                         "NumericEquals",
                                                         "NumericNotEquals",
                                                         "NumericLessThan",
                                                         "NumericLessThanEquals",
                                                         "NumericGreaterThan",
                                                         "NumericGreaterThanEquals",
                                                         "DateEquals",
                                                         "DateNotEquals",
                                                         "DateLessThan",
                                                         "DateLessThanEquals",
                                                         "DateGreaterThan",
                                                         "DateGreaterThanEquals",
                                                         "Bool",
                                                         "BinaryEquals",
                                                         "IpAddress",
                                                         "NotIpAddress",
                                                         "ArnEquals",
                                                         "ArnLike",
                                                         "ArnNotEquals",
                                                         "ArnNotLike",
                                                         "Null"};

[[noreturn]] void refuse(const std::string& message) { throw DocumentError(message); }

constexpr const char* kSyntax = "Syntax errors in policy.";

bool is_alphanumeric(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
}

std::string scalar(const Json& value) {
  if (value.is_string()) return value.as_string();
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  if (value.is_number()) return value.dump();
  refuse(kSyntax);
}

enum class Emptiness { kAllowed, kRefused };

/// A string or a list of strings, as the grammar has it nearly everywhere.
std::vector<std::string> strings(const Json& value, Emptiness emptiness = Emptiness::kRefused) {
  std::vector<std::string> out;
  if (value.is_string()) {
    out.push_back(value.as_string());
  } else if (value.is_array()) {
    for (const Json& item : value.items()) {
      if (!item.is_string()) refuse(kSyntax);
      out.push_back(item.as_string());
    }
  } else {
    refuse(kSyntax);
  }
  if (out.empty() && emptiness == Emptiness::kRefused) refuse(kSyntax);
  return out;
}

void check_action(const std::string& action, DocumentKind kind) {
  if (action == "*") {
    if (kind == DocumentKind::kTrust) refuse("AssumeRole policy may only specify STS AssumeRole actions.");
    return;
  }
  const std::size_t colon = action.find(':');
  if (colon == std::string::npos) refuse("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  const std::string vendor = action.substr(0, colon);
  const std::string name = action.substr(colon + 1);
  if (vendor.empty()) refuse("Vendor  is not valid");
  for (const char c : vendor)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_')
      refuse("Vendor " + vendor + " is not valid");
  if (name.empty() || name.find(':') != std::string::npos) refuse("Actions/Condition can contain only one colon.");
  if (kind == DocumentKind::kTrust && !iequals(vendor, "sts"))
    refuse("AssumeRole policy may only specify STS AssumeRole actions.");
}

void check_resource(const std::string& resource) {
  if (resource == "*" || resource.starts_with("${")) return;
  if (!resource.starts_with("arn:")) refuse("Resource " + resource + " must be in ARN format or \"*\".");
  const std::vector<std::string> parts = split(resource, ':');
  if (parts.size() < 6) {
    // A wildcard may stand for all that follows it.
    if (resource.find('*') != std::string::npos) return;
    refuse("Resource " + resource + " must be in ARN format or \"*\".");
  }
  const std::string& partition = parts[1];
  if (partition.find('*') == std::string::npos && partition != "aws" && !partition.starts_with("aws-"))
    refuse("Partition \"" + partition + "\" is not valid for resource \"" + resource + "\".");
}

Principals read_principals(const Json& value) {
  Principals out;
  if (value.is_string()) {
    if (value.as_string() != "*") refuse(kSyntax);
    out.anyone = true;
    return out;
  }
  if (!value.is_object() || value.empty()) refuse(kSyntax);
  for (const auto& [type, list] : value.members()) {
    std::vector<std::string> names = strings(list, Emptiness::kAllowed);
    if (type == "AWS") {
      for (std::string& name : names) {
        if (name == "*") {
          out.anyone = true;
          continue;
        }
        const bool account = name.size() == 12 && parse_int(name).has_value();
        const bool id = name.starts_with("AIDA") || name.starts_with("AROA");
        const auto arn = parse_arn(name);
        const bool known = arn && (arn->service == "iam" || arn->service == "sts") && arn->account.size() == 12 &&
                           name.find('*') == std::string::npos;
        if (!account && !id && !known) refuse("Invalid principal in policy: \"AWS\":\"" + name + "\"");
        out.aws.push_back(std::move(name));
      }
    } else if (type == "Service") {
      for (std::string& name : names) {
        if (!name.ends_with(".amazonaws.com") && !name.ends_with(".amazonaws.com.cn"))
          refuse("Invalid principal in policy: \"SERVICE\":\"" + name + "\"");
        out.services.push_back(std::move(name));
      }
    } else if (type == "Federated") {
      out.federated = std::move(names);
    } else if (type == "CanonicalUser") {
      out.canonical_users = std::move(names);
    } else {
      refuse(kSyntax);
    }
  }
  return out;
}

void read_conditions(const Json& block, Statement& statement) {
  if (!block.is_object()) refuse(kSyntax);
  for (const auto& [full_name, keys] : block.members()) {
    Condition base;
    std::string_view name = full_name;
    const std::string lowered = lower(full_name);
    if (lowered.starts_with("forallvalues:")) {
      base.quantifier = Quantifier::kForAllValues;
      name.remove_prefix(13);
    } else if (lowered.starts_with("foranyvalue:")) {
      base.quantifier = Quantifier::kForAnyValue;
      name.remove_prefix(12);
    }
    if (lower(name).ends_with("ifexists")) {
      base.if_exists = true;
      name.remove_suffix(8);
    }
    const auto known = find_operator(name);
    if (!known || (*known == "Null" && base.if_exists)) refuse("Invalid Condition type : " + full_name + ".");
    base.op = *known;
    if (!keys.is_object()) refuse(kSyntax);
    for (const auto& [key, values] : keys.members()) {
      Condition condition = base;
      condition.key = key;
      if (key.find(':') == std::string::npos)
        refuse("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
      if (values.is_array())
        for (const Json& item : values.items()) condition.values.push_back(scalar(item));
      else
        condition.values.push_back(scalar(values));
      if (condition.values.empty()) refuse(kSyntax);
      statement.conditions.push_back(std::move(condition));
    }
  }
}

Statement read_statement(const Json& json, DocumentKind kind) {
  static const std::set<std::string, std::less<>> kElements = {
      "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"};
  if (!json.is_object()) refuse(kSyntax);
  for (const auto& [name, value] : json.members())
    if (!kElements.contains(name)) refuse(kSyntax);

  Statement out;
  if (const Json* sid = json.find("Sid")) {
    if (!sid->is_string()) refuse(kSyntax);
    out.sid = sid->as_string();
    if ((kind == DocumentKind::kIdentity || kind == DocumentKind::kTrust) && !is_alphanumeric(out.sid))
      refuse(
          "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
          "[0-9A-Za-z]*");
  }

  const Json* effect = json.find("Effect");
  if (!effect) refuse("Missing required field Effect");
  if (!effect->is_string() || (effect->as_string() != "Allow" && effect->as_string() != "Deny"))
    refuse("Invalid effect: " + scalar(*effect));
  out.effect = effect->as_string() == "Allow" ? Effect::kAllow : Effect::kDeny;

  const Json* principal = json.find("Principal");
  const Json* not_principal = json.find("NotPrincipal");
  if (principal && not_principal) refuse(kSyntax);
  if (kind == DocumentKind::kIdentity) {
    if (principal || not_principal) refuse("Policy document should not specify a principal.");
  } else {
    if (!principal && !not_principal) refuse("Missing required field Principal");
    if (not_principal && kind == DocumentKind::kTrust) refuse("Has prohibited field NotPrincipal");
    out.not_principal = not_principal != nullptr;
    out.principals = read_principals(principal ? *principal : *not_principal);
    if (out.not_principal && out.effect == Effect::kAllow) refuse("Allow with NotPrincipal is not allowed.");
  }

  const Json* action = json.find("Action");
  const Json* not_action = json.find("NotAction");
  if (action && not_action) refuse(kSyntax);
  if (!action && !not_action)
    refuse(kind == DocumentKind::kTrust ? "Missing required field Action" : "Policy statement must contain actions.");
  out.not_action = not_action != nullptr;
  const Json& actions = action ? *action : *not_action;
  if (actions.is_array() && actions.empty()) refuse("Policy statement must contain actions.");
  out.actions = strings(actions);
  for (const std::string& item : out.actions) check_action(item, kind);

  const Json* resource = json.find("Resource");
  const Json* not_resource = json.find("NotResource");
  if (resource && not_resource) refuse(kSyntax);
  if (kind == DocumentKind::kTrust) {
    if (resource) refuse("Has prohibited field Resource");
    if (not_resource) refuse("Has prohibited field NotResource");
  } else if (!resource && !not_resource) {
    if (kind != DocumentKind::kResourceImplied) refuse("Policy statement must contain resources.");
  } else {
    out.not_resource = not_resource != nullptr;
    const Json& resources = resource ? *resource : *not_resource;
    if (resources.is_array() && resources.empty()) refuse("Policy statement must contain resources.");
    out.resources = strings(resources);
    for (const std::string& item : out.resources) check_resource(item);
  }

  if (const Json* condition = json.find("Condition")) read_conditions(*condition, out);
  return out;
}

/// Finds where each statement stands, as AWS tells it: from behind the bracket, comma or colon before it, blanks
/// included, to behind its closing brace. The text has parsed as JSON already.
class StatementFinder {
 public:
  explicit StatementFinder(std::string_view text) : text_(text) {}

  void place(std::vector<Statement>& statements) {
    int depth = 0;
    int wanted = 0;  // the depth at which a statement's brace opens
    std::size_t next = 0;
    for (std::size_t i = 0; i < text_.size(); step(i)) {
      const char c = text_[i];
      if (c == '"') {
        const std::string name = skip_string(i);
        if (depth == 1 && name == "Statement") wanted = -1;
        continue;
      }
      if (wanted == -1 && (c == '[' || c == '{')) wanted = c == '[' ? 3 : 2;
      if (c == '{' || c == '[') {
        ++depth;
        if (c == '{' && depth == wanted && next < statements.size()) statements[next].start = behind_;
      } else if (c == '}' || c == ']') {
        if (c == '}' && depth == wanted && next < statements.size()) {
          statements[next].end = {line_, column_ + 1};
          ++next;
        }
        if (--depth == 1 && wanted > 0) wanted = 0;
      }
      if (c == '[' || c == ',' || c == ':') behind_ = {line_, column_ + 1};
    }
  }

 private:
  void step(std::size_t& i) {
    if (text_[i] == '\n') {
      ++line_;
      column_ = 1;
    } else {
      ++column_;
    }
    ++i;
  }
  /// Leaves `i` on the closing quote.
  std::string skip_string(std::size_t& i) {
    std::string out;
    for (step(i); i < text_.size() && text_[i] != '"'; step(i)) {
      if (text_[i] == '\\') step(i);
      out += text_[i];
    }
    return out;
  }

  std::string_view text_;
  int line_ = 1;
  int column_ = 1;
  Position behind_;
};

}  // namespace

std::optional<std::string_view> find_operator(std::string_view name) {
  for (const std::string_view known : kOperators)
    if (iequals(known, name)) return known;
  return std::nullopt;
}

Document read_document(const Json& json, DocumentKind kind) {
  if (!json.is_object()) refuse(kSyntax);
  Document out;
  out.version = "2008-10-17";
  const Json* statements = nullptr;
  for (const auto& [name, value] : json.members()) {
    if (name == "Version") {
      if (!value.is_string() || (value.as_string() != "2012-10-17" && value.as_string() != "2008-10-17"))
        refuse("The policy must contain a valid version string.");
      out.version = value.as_string();
    } else if (name == "Id") {
      if (!value.is_string()) refuse(kSyntax);
      out.id = value.as_string();
    } else if (name == "Statement") {
      statements = &value;
    } else {
      refuse(kSyntax);
    }
  }
  if (!statements) refuse(kSyntax);
  if (statements->is_array()) {
    if (statements->empty() && kind != DocumentKind::kResource && kind != DocumentKind::kResourceImplied)
      refuse(kSyntax);
    for (const Json& item : statements->items()) out.statements.push_back(read_statement(item, kind));
  } else {
    out.statements.push_back(read_statement(*statements, kind));
  }

  std::set<std::string> sids;
  for (const Statement& statement : out.statements)
    if (!statement.sid.empty() && !sids.insert(statement.sid).second)
      refuse("Statement IDs (SID) in a single policy must be unique.");
  return out;
}

Document parse_document(std::string_view text, DocumentKind kind) {
  Json json;
  try {
    json = Json::parse(text);
  } catch (const JsonError&) {
    refuse("This policy contains invalid Json");
  }
  Document out = read_document(json, kind);
  StatementFinder(text).place(out.statements);
  return out;
}

}  // namespace hanbat::region::policy
