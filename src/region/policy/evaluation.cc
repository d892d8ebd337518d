#include "region/policy/evaluation.h"

#include <algorithm>

#include "base/arn.h"
#include "base/text.h"

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
    const Verdict identity = weigh(question_.identity, PolicyType::kIdentity);
    const Verdict boundary = question_.boundary ? weigh(*question_.boundary, PolicyType::kBoundary) : Verdict{true};
    const Verdict session = question_.session ? weigh(*question_.session, PolicyType::kSession) : Verdict{true};
    const Verdict control = weigh_service_control();
    const PrincipalMatch resource = weigh_resource_policy();
    if (question_.boundary) decision_.boundary_allows = boundary.allow && !boundary.deny;
    if (!question_.service_control.empty()) decision_.service_control_allows = control.allow && !control.deny;

    if (control.deny) return explicitly_denied(PolicyType::kServiceControl);
    if (resource_denies_) return explicitly_denied(PolicyType::kResource);
    if (identity.deny) return explicitly_denied(PolicyType::kIdentity);
    if (boundary.deny) return explicitly_denied(PolicyType::kBoundary);
    if (session.deny) return explicitly_denied(PolicyType::kSession);
    if (!control.allow) return lacking(PolicyType::kServiceControl);

    const bool must = question_.resource_policy_role == ResourcePolicyRole::kMustAllow;
    if (must && resource == PrincipalMatch::kNone) return lacking(PolicyType::kResource);
    // A service of the region acts within its own bounds; those who hold a resource can still shut it out.
    if (caller.kind == Caller::Kind::kService) return allowed();
    if (caller.kind == Caller::Kind::kAnonymous)
      return resource == PrincipalMatch::kAnyone ? allowed() : lacking(PolicyType::kResource);

    const bool same_account = question_.resource_account.empty() || question_.resource_account == caller.account;
    if (!same_account && resource == PrincipalMatch::kNone) return lacking(PolicyType::kResource);
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
    decision_.matched.push_back({type, source.id, source.type, statement.start, statement.end});
  }

  Verdict weigh(const std::vector<Source>& sources, PolicyType type) {
    Verdict verdict;
    for (const Source& source : sources)
      for (const Statement& statement : source.document->statements) {
        if (!applies(statement, *source.document)) continue;
        (statement.effect == Effect::kAllow ? verdict.allow : verdict.deny) = true;
        remember(type, source, statement);
      }
    return verdict;
  }

  Verdict weigh_service_control() {
    Verdict all{true, false};
    for (const std::vector<Source>& level : question_.service_control) {
      const Verdict one = weigh(level, PolicyType::kServiceControl);
      all.allow = all.allow && one.allow;
      all.deny = all.deny || one.deny;
    }
    return all;
  }

  /// The closest way in which an allow of the resource's policy names the caller.
  PrincipalMatch weigh_resource_policy() {
    PrincipalMatch best = PrincipalMatch::kNone;
    if (!question_.resource_policy) return best;
    const Source& source = *question_.resource_policy;
    for (const Statement& statement : source.document->statements) {
      if (!statement.principals) continue;
      PrincipalMatch how = match_principal(*statement.principals, *question_.caller);
      if (statement.not_principal) how = how == PrincipalMatch::kNone ? PrincipalMatch::kAnyone : PrincipalMatch::kNone;
      if (how == PrincipalMatch::kNone || !applies(statement, *source.document)) continue;
      remember(PolicyType::kResource, source, statement);
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

std::string_view article_and_name(PolicyType type) {
  switch (type) {
    case PolicyType::kIdentity:
      return "an identity-based policy";
    case PolicyType::kBoundary:
      return "a permissions boundary";
    case PolicyType::kSession:
      return "a session policy";
    case PolicyType::kResource:
      return "a resource-based policy";
    case PolicyType::kServiceControl:
      return "a service control policy";
  }
  return "a policy";
}

}  // namespace

PrincipalMatch match_principal(const Principals& principals, const Caller& caller) {
  using Kind = Caller::Kind;
  if (caller.kind == Kind::kService)
    for (const std::string& service : principals.services)
      if (service == caller.name || is_regional_form(service, caller.name)) return PrincipalMatch::kExact;

  PrincipalMatch best = principals.anyone ? PrincipalMatch::kAnyone : PrincipalMatch::kNone;
  if (caller.kind == Kind::kAnonymous || caller.kind == Kind::kService) return best;
  for (const std::string& name : principals.aws) {
    if (name == caller.arn || name == caller.user_id) return PrincipalMatch::kExact;
    if (caller.kind == Kind::kAssumedRole &&
        (name == caller.principal_arn || (name.starts_with("AROA") && caller.user_id.starts_with(name + ":"))))
      best = PrincipalMatch::kRole;
    const auto arn = parse_arn(name);
    const std::string account = arn && arn->resource == "root" ? arn->account : name;
    if (account != caller.account) continue;
    if (caller.kind == Kind::kRoot) return PrincipalMatch::kExact;
    if (best == PrincipalMatch::kNone) best = PrincipalMatch::kAccount;
  }
  return best;
}

Decision evaluate(const Question& question) { return Evaluation(question).run(); }

std::string reason(const Decision& decision, std::string_view action) {
  switch (decision.outcome) {
    case Decision::Outcome::kAllowed:
      return "";
    case Decision::Outcome::kExplicitDeny:
      return "with an explicit deny in " + std::string(article_and_name(decision.decided_by));
    case Decision::Outcome::kImplicitDeny:
      break;
  }
  const std::string_view name = article_and_name(decision.decided_by);
  return "because no " + std::string(name.substr(name.find(' ') + 1)) + " allows the " + std::string(action) +
         " action";
}

}  // namespace hanbat::region::policy
