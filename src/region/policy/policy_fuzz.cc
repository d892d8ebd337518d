// IAM policy documents. The first byte tells what the document is attached to, the second line of the input is the
// request
// ("action resource key=value…"), the rest the document. What parses is evaluated without an exception and the same
// each time; an added Deny of everything denies; an explicit deny is never outvoted.
#include <memory>

#include "base/fuzzing.h"
#include "base/text.h"
#include "region/policy/evaluation.h"

using hanbat::fuzzing::require;
using namespace hanbat;
using namespace hanbat::region;
using namespace hanbat::region::policy;

namespace {

using Outcome = Decision::Outcome;

Caller caller() {
  Caller out;
  out.kind = Caller::Kind::kUser;
  out.account = "123456789012";
  out.arn = out.principal_arn = "arn:aws:iam::123456789012:user/dev/alice";
  out.user_id = "AIDAEXAMPLE";
  out.name = "alice";
  return out;
}

Question question(std::string_view request, const Caller& who) {
  Question out;
  out.caller = &who;
  const auto words = split(request, ' ');
  out.action = words[0];
  out.resource = words.size() > 1 ? words[1] : "*";
  out.context.set("aws:username", who.name);
  for (std::size_t i = 2; i < words.size(); ++i) {
    const auto equals = std::min(words[i].find('='), words[i].size());
    const std::string value = words[i].substr(std::min(equals + 1, words[i].size()));
    out.context.set(words[i].substr(0, equals), split(value, ','));
  }
  return out;
}

Source source(Document document) {
  return {"the document", "user", std::make_shared<const Document>(std::move(document))};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzzing::Input input(data, size);
  const auto kind = static_cast<DocumentKind>(input.byte() % 4);
  const std::string_view request = input.line();
  Document document;
  try {
    document = parse_document(input.rest(), kind);
  } catch (const DocumentError& error) {
    require(*error.what() != '\0', "a refusal has a reason");
    return 0;
  }
  for (const Statement& statement : document.statements) {
    require(!statement.actions.empty(), "a statement has actions");
    require((kind == DocumentKind::kIdentity) == !statement.principals, "a principal is where it belongs");
    for (const Condition& condition : statement.conditions)
      require(find_operator(condition.op) == condition.op, "an operator is spelled as documented");
  }

  const Caller who = caller();
  Question asked = question(request, who);
  const bool resource_based = kind != DocumentKind::kIdentity;
  if (resource_based)
    asked.resource_policies = {source(document)};
  else
    asked.identity = {source(document)};
  const Decision decision = evaluate(asked);
  require(evaluate(asked).outcome == decision.outcome, "a question has one answer");
  require(decision.allowed() == reason(decision, asked.action).empty(), "a refusal has a reason, an approval none");

  Question denied = asked;
  denied.identity.push_back(
      source(parse_document(R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}})",
                            DocumentKind::kIdentity)));
  require(evaluate(denied).outcome == Outcome::kExplicitDeny, "a deny of everything denies");

  Question allowed = asked;
  const Source all =
      source(parse_document(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})",
                            DocumentKind::kIdentity));
  allowed.identity.push_back(all);
  if (decision.outcome == Outcome::kExplicitDeny)
    require(evaluate(allowed).outcome == Outcome::kExplicitDeny, "an explicit deny is not outvoted");

  // As a boundary it allows nothing that it would not allow as an identity's policy.
  if (!resource_based) {
    Question bounded = asked;
    bounded.identity = {all};
    bounded.boundary = std::vector<Source>{source(document)};
    require(evaluate(bounded).allowed() == decision.allowed(), "a boundary allows what the policy itself would");
  }
  return 0;
}
