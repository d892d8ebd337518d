#include "region/policy/evaluation.h"

#include <algorithm>
#include <iterator>

#include "base/arn.h"
#include "base/text.h"
#include "region/canonical_user.h"

namespace hanbat::region::policy {
namespace {

/// What a set of policies says by itself.
struct Verdict {
  bool allow = false;
  bool deny = false;
};

bool action_matches(const Statement& statement, const std::string& action) {
  const std::string lowered = lower(action);
  const bool named = std::any_of(statement.actions.begin(), statement.actions.end(),
                                 [&](const std::string& pattern) { return wildcard_match(lower(pattern), lowered); });
  return named != statement.not_action;
}

bool resource_matches(const Statement& statement, const Question& question, Variables variables) {
  if (statement.resources.empty()) return true;
  const bool named =
      std::any_of(statement.resources.begin(), statement.resources.end(), [&](const std::string& pattern) {
        return pattern == "*" || pattern_matches(pattern, question.resource, question.context, variables);
      });
  return named != statement.not_resource;
}

class Evaluation {
 public:
  explicit Evaluation(const Question& question) : question_(question) {}

  Decision run() {
    const Caller& caller = *question_.caller;
    const Verdict identity = evaluate_sources(question_.identity, PolicyType::kIdentity);
    const Verdict boundary =
        question_.boundary ? evaluate_sources(*question_.boundary, PolicyType::kBoundary) : Verdict{true};
    const Verdict session =
        question_.session ? evaluate_sources(*question_.session, PolicyType::kSession) : Verdict{true};
    const Verdict control = evaluate_service_control();
    const Verdict endpoint = evaluate_endpoint();
    const PrincipalMatch resource = evaluate_resource_policies();
    if (question_.boundary) decision_.boundary_allows = boundary.allow && !boundary.deny;
    if (!question_.service_control.empty()) decision_.service_control_allows = control.allow && !control.deny;

    if (control.deny) return explicitly_denied(PolicyType::kServiceControl);
    if (endpoint.deny) return explicitly_denied(PolicyType::kEndpoint);
    if (resource_denies_) return explicitly_denied(resource_type());
    if (identity.deny) return explicitly_denied(PolicyType::kIdentity);
    if (boundary.deny) return explicitly_denied(PolicyType::kBoundary);
    if (session.deny) return explicitly_denied(PolicyType::kSession);
    if (!control.allow) return lacking(PolicyType::kServiceControl);
    if (!endpoint.allow) return lacking(PolicyType::kEndpoint);

    const bool must = question_.resource_policy_role == ResourcePolicyRole::kMustAllow;
    if (must && resource == PrincipalMatch::kNone) return lacking(resource_type());
    // A service of the region acts within its own bounds; those who hold a resource can still shut it out.
    if (caller.kind == Caller::Kind::kService) return allowed();
    if (caller.kind == Caller::Kind::kAnonymous)
      return resource == PrincipalMatch::kAnyone ? allowed() : lacking(resource_type());

    const bool same_account = question_.resource_account.empty() || question_.resource_account == caller.account;
    if (!same_account && resource == PrincipalMatch::kNone) return lacking(resource_type());
    if (caller.kind == Caller::Kind::kRoot) return allowed();

    if (same_account) {
      // A resource's policy that names the user or the session lets it in past what boundary and session leave out; one
      // that names the role lets in the role, which boundary and session still bound.
      if (resource == PrincipalMatch::kExact) return allowed();
      if (resource == PrincipalMatch::kRole || resource == PrincipalMatch::kAnyone) {
        if (!boundary.allow) return lacking(PolicyType::kBoundary);
        if (!session.allow) return lacking(PolicyType::kSession);
        return allowed();
      }
    }
    if (!identity.allow) return lacking(PolicyType::kIdentity);
    if (!boundary.allow) return lacking(PolicyType::kBoundary);
    if (!session.allow) return lacking(PolicyType::kSession);
    return allowed();
  }

 private:
  bool applies(const Statement& statement, const Document& document) {
    const Variables variables = document.has_variables() ? Variables::kReplaced : Variables::kLiteral;
    if (!action_matches(statement, question_.action) || !resource_matches(statement, question_, variables))
      return false;
    return conditions_hold(statement.conditions, question_.context, variables, decision_.missing_keys);
  }

  void remember(PolicyType type, const Source& source, const Statement& statement) {
    // Shares the document's ownership, so that the match outlives the question.
    decision_.matched.push_back(
        {type, source.id, source.type, std::shared_ptr<const Statement>(source.document, &statement)});
  }

  /// A trust policy is the one resource policy whose actions are those of sts.
  PolicyType resource_type() const {
    return question_.action.starts_with("sts:") ? PolicyType::kTrust : PolicyType::kResource;
  }

  Verdict evaluate_sources(const std::vector<Source>& sources, PolicyType type) {
    Verdict verdict;
    for (const Source& source : sources)
      for (const Statement& statement : source.document->statements) {
        if (!applies(statement, *source.document)) continue;
        (statement.effect == Effect::kAllow ? verdict.allow : verdict.deny) = true;
        remember(type, source, statement);
      }
    return verdict;
  }

  Verdict evaluate_service_control() {
    Verdict all{true, false};
    if (!is_bound_by_service_control(*question_.caller)) return all;
    for (const std::vector<Source>& level : question_.service_control) {
      const Verdict one = evaluate_sources(level, PolicyType::kServiceControl);
      all.allow = all.allow && one.allow;
      all.deny = all.deny || one.deny;
    }
    return all;
  }

  /// A gateway endpoint's policy knows everybody and the account's root alone; to bound other principals it takes
  /// conditions. Source: Amazon VPC, "Control access to VPC endpoints using endpoint policies".
  Verdict evaluate_endpoint() {
    Verdict verdict;
    if (!question_.endpoint) return Verdict{true};
    const Source& source = *question_.endpoint;
    for (const Statement& statement : source.document->statements) {
      const PrincipalMatch how = how_named(statement);
      const bool root = how == PrincipalMatch::kExact && question_.caller->kind == Caller::Kind::kRoot;
      if ((how != PrincipalMatch::kAnyone && !root) || !applies(statement, *source.document)) continue;
      (statement.effect == Effect::kAllow ? verdict.allow : verdict.deny) = true;
      remember(PolicyType::kEndpoint, source, statement);
    }
    return verdict;
  }

  PrincipalMatch how_named(const Statement& statement) const {
    const Caller& caller = *question_.caller;
    if (!statement.not_principal) return match_principal(*statement.principals, caller);
    // AWS lets NotPrincipal spare nobody who has a permissions boundary.
    const bool spared = is_excepted(*statement.principals, caller) && !question_.boundary;
    return spared ? PrincipalMatch::kNone : PrincipalMatch::kAnyone;
  }

  /// The closest way in which an allow of the resource's policies names the caller.
  PrincipalMatch evaluate_resource_policies() {
    PrincipalMatch best = PrincipalMatch::kNone;
    for (const Source& source : question_.resource_policies)
      for (const Statement& statement : source.document->statements) {
        if (!statement.principals) continue;
        const PrincipalMatch how = how_named(statement);
        if (how == PrincipalMatch::kNone || !applies(statement, *source.document)) continue;
        remember(resource_type(), source, statement);
        if (statement.effect == Effect::kDeny)
          resource_denies_ = true;
        else
          best = closer(best, how);
      }
    return best;
  }

  static PrincipalMatch closer(PrincipalMatch a, PrincipalMatch b) {
    const auto rank = [](PrincipalMatch m) {
      switch (m) {
        case PrincipalMatch::kNone:
          return 0;
        case PrincipalMatch::kAccount:
          return 1;
        case PrincipalMatch::kAnyone:
          return 2;
        case PrincipalMatch::kRole:
          return 3;
        case PrincipalMatch::kExact:
          return 4;
      }
      return 0;
    };
    return rank(a) >= rank(b) ? a : b;
  }

  Decision allowed() { return finish(Decision::Outcome::kAllowed, PolicyType::kIdentity); }
  Decision explicitly_denied(PolicyType by) { return finish(Decision::Outcome::kExplicitDeny, by); }
  Decision lacking(PolicyType what) { return finish(Decision::Outcome::kImplicitDeny, what); }
  Decision finish(Decision::Outcome outcome, PolicyType by) {
    decision_.outcome = outcome;
    decision_.decided_by = by;
    return std::move(decision_);
  }

  const Question& question_;
  Decision decision_;
  bool resource_denies_ = false;
};

/// "codedeploy.ap-northeast-2.amazonaws.com" names the service "codedeploy.amazonaws.com" too.
bool is_regional_form(std::string_view regional, std::string_view service) {
  const std::vector<std::string> parts = split(regional, '.');
  return parts.size() == 4 && parts[0] + "." + parts[2] + "." + parts[3] == service;
}

std::string_view name_of(PolicyType type) {
  switch (type) {
    case PolicyType::kIdentity:
      return "identity-based policy";
    case PolicyType::kBoundary:
      return "permissions boundary";
    case PolicyType::kSession:
      return "session policy";
    case PolicyType::kResource:
      return "resource-based policy";
    case PolicyType::kTrust:
      return "role trust policy";
    case PolicyType::kServiceControl:
      return "service control policy";
    case PolicyType::kEndpoint:
      return "VPC endpoint policy";
  }
  return "policy";
}

std::string_view article_of(PolicyType type) {
  if (type == PolicyType::kIdentity) return "an ";
  return type == PolicyType::kTrust ? "the " : "a ";
}

bool is_account(const std::string& principal, const std::string& account) {
  if (principal == account) return true;
  const auto arn = parse_arn(principal);
  return arn && arn->service == "iam" && arn->resource == "root" && arn->account == account;
}

bool names_account(const Principals& principals, const std::string& account) {
  return std::any_of(principals.canonical_users.begin(), principals.canonical_users.end(),
                     // Policies of before name it by its number.
                     [&](const std::string& id) { return id == account || find_canonical_user(id) == account; }) ||
         std::any_of(principals.aws.begin(), principals.aws.end(),
                     [&](const std::string& name) { return is_account(name, account); });
}

/// The user or the session itself, by ARN or by id.
bool names_caller(const Principals& principals, const Caller& caller) {
  return std::any_of(principals.aws.begin(), principals.aws.end(),
                     [&](const std::string& name) { return name == caller.arn || name == caller.user_id; });
}

/// The role of a session, or the user whom a federated session stands for.
bool names_origin(const Principals& principals, const Caller& caller) {
  return std::any_of(principals.aws.begin(), principals.aws.end(), [&](const std::string& name) {
    return name == caller.principal_arn || (name.starts_with("AROA") && caller.user_id.starts_with(name + ":"));
  });
}

bool names_service(const Principals& principals, const std::string& service) {
  return std::any_of(principals.services.begin(), principals.services.end(),
                     [&](const std::string& name) { return name == service || is_regional_form(name, service); });
}

bool is_session(const Caller& caller) {
  return caller.kind == Caller::Kind::kAssumedRole || caller.kind == Caller::Kind::kFederatedUser;
}

}  // namespace

PrincipalMatch match_principal(const Principals& principals, const Caller& caller) {
  using Kind = Caller::Kind;
  const PrincipalMatch at_least = principals.anyone ? PrincipalMatch::kAnyone : PrincipalMatch::kNone;
  if (caller.kind == Kind::kAnonymous) return at_least;
  if (caller.kind == Kind::kService) return names_service(principals, caller.name) ? PrincipalMatch::kExact : at_least;

  if (names_caller(principals, caller)) return PrincipalMatch::kExact;
  const bool by_account = names_account(principals, caller.account);
  if (by_account && caller.kind == Kind::kRoot) return PrincipalMatch::kExact;
  if (is_session(caller) && names_origin(principals, caller)) return PrincipalMatch::kRole;
  if (at_least == PrincipalMatch::kNone && by_account) return PrincipalMatch::kAccount;
  return at_least;
}

bool is_excepted(const Principals& principals, const Caller& caller) {
  using Kind = Caller::Kind;
  if (principals.anyone) return true;
  if (caller.kind == Kind::kAnonymous) return false;
  if (caller.kind == Kind::kService) return names_service(principals, caller.name);
  if (!names_account(principals, caller.account)) return false;
  if (caller.kind == Kind::kRoot) return true;
  return names_caller(principals, caller) && (!is_session(caller) || names_origin(principals, caller));
}

bool is_bound_by_service_control(const Caller& caller) {
  using Kind = Caller::Kind;
  if (caller.kind == Kind::kAnonymous || caller.kind == Kind::kService) return false;
  return caller.principal_arn.find(":role/aws-service-role/") == std::string::npos;
}

std::vector<Match> Decision::deciding() const {
  std::vector<Match> out;
  if (outcome == Outcome::kImplicitDeny) return out;
  const Effect effect = allowed() ? Effect::kAllow : Effect::kDeny;
  std::copy_if(matched.begin(), matched.end(), std::back_inserter(out),
               [&](const Match& match) { return match.statement->effect == effect; });
  return out;
}

Decision evaluate(const Question& question) { return Evaluation(question).run(); }

std::string reason(const Decision& decision, std::string_view action) {
  switch (decision.outcome) {
    case Decision::Outcome::kAllowed:
      return "";
    case Decision::Outcome::kExplicitDeny:
      return "with an explicit deny in " + std::string(article_of(decision.decided_by)) +
             std::string(name_of(decision.decided_by));
    case Decision::Outcome::kImplicitDeny:
      break;
  }
  return "because no " + std::string(name_of(decision.decided_by)) + " allows the " + std::string(action) + " action";
}

}  // namespace hanbat::region::policy
