// IAM policy documents as values: the grammar of the policy language, read strictly, refused in AWS's words.
// Source: IAM User Guide, "Grammar of the IAM JSON policy language".
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace hanbat::region::policy {

/// A document that AWS would refuse; the message is what MalformedPolicyDocument says.
struct DocumentError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What a document is attached to, which decides the elements that it must and must not have.
enum class DocumentKind {
  kIdentity,         // of users, groups, roles, sessions and boundaries: Resource, no Principal
  kTrust,            // of a role: Principal, no Resource, actions of sts only
  kResource,         // of a bucket, a repository, a key: Principal and Resource
  kResourceImplied,  // of an ECR repository: Principal, and the resource is the one that it is attached to
};

enum class Effect { kAllow, kDeny };
enum class Quantifier { kNone, kForAllValues, kForAnyValue };

/// One `"Operator": {"key": values}`.
struct Condition {
  std::string op;  // "StringEquals", without quantifier and IfExists, spelled as AWS documents it
  Quantifier quantifier = Quantifier::kNone;
  bool if_exists = false;
  std::string key;
  std::vector<std::string> values;
};

/// Who a statement is about.
struct Principals {
  bool anyone = false;           // "*" or {"AWS": "*"}
  std::vector<std::string> aws;  // ARNs or account numbers
  std::vector<std::string> services;
  std::vector<std::string> federated;
  std::vector<std::string> canonical_users;
};

/// Where something stands in the document's text; lines and columns count from 1.
struct Position {
  int line = 0;
  int column = 0;
};

struct Statement {
  std::string sid;
  Effect effect = Effect::kDeny;
  std::optional<Principals> principals;
  bool not_principal = false;
  std::vector<std::string> actions;
  bool not_action = false;
  std::vector<std::string> resources;  // empty: the resource is implied
  bool not_resource = false;
  std::vector<Condition> conditions;
  Position start;
  Position end;
};

struct Document {
  std::string version;  // "2012-10-17" or "2008-10-17"; policy variables exist only in the former
  std::string id;
  std::vector<Statement> statements;

  bool has_variables() const { return version == "2012-10-17"; }
};

/// Reads a document. Throws DocumentError.
Document parse_document(std::string_view text, DocumentKind kind);
Document read_document(const Json& json, DocumentKind kind);

/// The condition operator's documented spelling, or nothing when there is no such operator.
std::optional<std::string_view> find_operator(std::string_view name);

}  // namespace hanbat::region::policy
