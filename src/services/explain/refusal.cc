#include "services/explain/refusal.h"

#include <array>

#include "base/arn.h"
#include "base/json.h"
#include "base/text.h"

namespace hanbat::explain {
namespace {

constexpr std::string_view kVerb = " is not authorized to perform: ";

/// Where a word of the message ends.
std::size_t end_of_word(std::string_view text, std::size_t at) {
  const std::size_t end = text.find_first_of(" \t\n\"'", at);
  return end == std::string_view::npos ? text.size() : end;
}

/// A word without the stops of the sentence that it ends.
std::string bare(std::string_view word) {
  while (!word.empty() && (word.back() == '.' || word.back() == ',' || word.back() == ')' || word.back() == ';'))
    word.remove_suffix(1);
  return std::string(word);
}

constexpr std::array<std::string_view, 7> kPolicies = {"identity-based",  "resource-based", "permissions boundary",
                                                       "service control", "session",        "VPC endpoint",
                                                       "resource control"};

/// How Korean and English name the kind of policy that decided.
Text name_of_policy(const Refusal& refusal) {
  if (refusal.policy == "identity-based")
    return {.en = "its own (identity-based) policies", .ko = "자신의(자격 증명 기반) 정책"};
  if (refusal.policy == "resource-based") return {.en = "the resource's own policy", .ko = "리소스 자체의 정책"};
  if (refusal.policy == "permissions boundary") return {.en = "its permissions boundary", .ko = "권한 경계"};
  if (refusal.policy == "service control")
    return {.en = "a service control policy of the organization", .ko = "조직의 서비스 제어 정책(SCP)"};
  if (refusal.policy == "session") return {.en = "the session's policy", .ko = "세션 정책"};
  if (refusal.policy == "VPC endpoint") return {.en = "the VPC endpoint's policy", .ko = "VPC 엔드포인트 정책"};
  if (refusal.policy == "resource control") return {.en = "a resource control policy", .ko = "리소스 제어 정책(RCP)"};
  return {.en = "the policies", .ko = "정책"};
}

bool is_trust(const Refusal& refusal) { return refusal.action == "sts:AssumeRole"; }

Text remedy_of(const Refusal& refusal, const Text& who) {
  const Text policy = name_of_policy(refusal);
  if (is_trust(refusal))
    return {.en = "Add this statement to the trust policy of " + refusal.resource + " (and sts:AssumeRole to " +
                  who.en + "'s own policies where the trust policy names the account only).",
            .ko = refusal.resource + "의 신뢰 정책에 이 문을 추가하십시오(신뢰 정책이 계정만 지정하면 " + who.ko +
                  "의 정책에도 sts:AssumeRole이 필요합니다)."};
  if (refusal.is_explicit)
    return {.en = "Take the Deny that matches out of " + policy.en +
                  ", or narrow it. No other Allow outweighs it; then this statement must allow it.",
            .ko = policy.ko +
                  "에서 해당하는 Deny를 제거하거나 좁히십시오. 다른 Allow로는 이길 수 없으며, 그 뒤에는 이 문이 "
                  "허용해야 합니다."};
  if (refusal.policy == "resource-based")
    return {.en = "Add this statement to the policy of " + refusal.resource + ".",
            .ko = refusal.resource + "의 정책에 이 문을 추가하십시오."};
  if (refusal.policy == "permissions boundary" || refusal.policy == "service control" || refusal.policy == "session" ||
      refusal.policy == "VPC endpoint")
    return {.en = "Add this statement to " + policy.en + ", which bounds what " + who.en + " may do.",
            .ko = who.ko + "의 권한 범위를 정하는 " + policy.ko + "에 이 문을 추가하십시오."};
  return {.en = "Add this statement to a policy of " + who.en + ".", .ko = who.ko + "의 정책에 이 문을 추가하십시오."};
}

}  // namespace

bool is_denial(std::string_view code, std::string_view message) {
  return code == "AccessDenied" || code == "AccessDeniedException" || code == "UnauthorizedOperation" ||
         code == "Client.UnauthorizedOperation" || message.find(kVerb) != std::string_view::npos;
}

std::optional<Refusal> read_refusal(std::string_view text) {
  const std::size_t verb = text.find(kVerb);
  if (verb == std::string_view::npos) return std::nullopt;
  Refusal out;
  const std::size_t before = text.substr(0, verb).find_last_of(" \t\n\"'");
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  out.principal = text.substr(begin, verb - begin);
  // A service that says it of itself ("CodeBuild is not authorized to …") names nobody whose policies could be mended;
  // what it was told may stand behind it.
  if (!parse_arn(out.principal) && out.principal != "anonymous" && !out.principal.ends_with(".amazonaws.com"))
    return read_refusal(text.substr(verb + kVerb.size()));
  std::size_t at = verb + kVerb.size();
  out.action = bare(text.substr(at, end_of_word(text, at) - at));
  if (out.action.find(':') == std::string::npos) return std::nullopt;
  std::string_view rest = text.substr(at + out.action.size());
  // What belongs to this refusal ends where the next one of a longer text begins.
  if (const std::size_t next = rest.find(kVerb); next != std::string_view::npos) rest = rest.substr(0, next);
  out.resource = "*";
  // Services say it of a role that they may not take without the word.
  const bool bare_on = rest.starts_with(" on arn:");
  constexpr std::string_view kOn = " on resource: ";
  if (bare_on || rest.starts_with(kOn)) {
    std::size_t from = bare_on ? std::string_view(" on ").size() : kOn.size();
    if (from < rest.size() && rest[from] == '"') ++from;
    out.resource = bare(rest.substr(from, end_of_word(rest, from) - from));
  }
  constexpr std::string_view kDenied = "with an explicit deny in a";
  out.is_explicit = rest.find(kDenied) != std::string_view::npos;
  const std::size_t because = out.is_explicit ? rest.find(kDenied) : rest.find("because no ");
  if (because != std::string_view::npos) {
    const std::string_view reason = rest.substr(because, 120);
    std::size_t first = std::string_view::npos;
    for (const std::string_view policy : kPolicies)
      if (const std::size_t found = reason.find(policy); found < first) {
        first = found;
        out.policy = policy;
      }
  }
  return out;
}

std::string without_encoded_message(std::string_view message) {
  const std::size_t sealed = message.find(" Encoded authorization failure message: ");
  return std::string(trim(message.substr(0, sealed)));
}

std::string statement_for(const Refusal& refusal) {
  Json out = Json::object({{"Effect", "Allow"}});
  const auto arn = parse_arn(refusal.principal);
  if (is_trust(refusal) || refusal.policy == "resource-based") {
    const bool service = refusal.principal.ends_with(".amazonaws.com");
    std::string whom = refusal.principal;
    // A trust policy names the role, not a session of it.
    if (arn && arn->resource.starts_with("assumed-role/"))
      whom = make_arn("iam", "", arn->account, "role/" + split(arn->resource, '/')[1]);
    out["Principal"] =
        refusal.principal == "anonymous" ? Json("*") : Json::object({{service ? "Service" : "AWS", whom}});
  }
  out["Action"] = refusal.action;
  if (!is_trust(refusal)) out["Resource"] = refusal.resource;
  return out.dump();
}

Text name_of_principal(std::string_view arn) {
  const auto parsed = parse_arn(arn);
  if (!parsed) return {.en = std::string(arn), .ko = std::string(arn)};
  const std::string& resource = parsed->resource;
  const std::size_t slash = resource.find('/');
  const std::string kind = resource.substr(0, slash);
  const std::string name = slash == std::string::npos ? "" : resource.substr(slash + 1);
  if (kind == "assumed-role") {
    const std::string role = name.substr(0, name.find('/'));
    return {.en = "the role " + role, .ko = "역할 " + role};
  }
  if (kind == "role") {
    const std::string role = name.substr(name.rfind('/') + 1);
    return {.en = "the role " + role, .ko = "역할 " + role};
  }
  if (kind == "user") return {.en = "the user " + name, .ko = "사용자 " + name};
  if (kind == "root") return {.en = "the account's root", .ko = "계정 루트"};
  return {.en = std::string(arn), .ko = std::string(arn)};
}

Finding finding_of(const Refusal& refusal, std::string subject) {
  const Text who = name_of_principal(refusal.principal);
  const Text policy = name_of_policy(refusal);
  Finding out;
  out.subject = std::move(subject);
  out.statement = statement_for(refusal);
  out.remedy = remedy_of(refusal, who);
  if (is_trust(refusal)) {
    out.code = "ROLE_NOT_TRUSTING";
    out.sentence = {.en = who.en + " may not assume " + refusal.resource +
                          ": the role's trust policy does not let it, or its own policies do not.",
                    .ko = who.ko + "은(는) " + refusal.resource +
                          "을(를) 맡을 수 없습니다: 역할의 신뢰 정책이나 자신의 정책이 허용하지 않습니다."};
    return out;
  }
  out.code = refusal.is_explicit ? "DENIED_EXPLICITLY" : "DENIED_IMPLICITLY";
  const std::string where = refusal.resource == "*" ? "" : " on " + refusal.resource;
  const std::string where_ko = refusal.resource == "*" ? "" : refusal.resource + "에 대한 ";
  if (refusal.is_explicit)
    out.sentence = {.en = who.en + " is denied " + refusal.action + where + " by a Deny in " + policy.en + ".",
                    .ko = who.ko + "의 " + where_ko + refusal.action + "은(는) " + policy.ko + "의 Deny로 거부됩니다."};
  else
    out.sentence = {.en = who.en + " lacks " + refusal.action + where + ": nothing in " + policy.en + " allows it.",
                    .ko = who.ko + "에게는 " + where_ko + refusal.action + " 권한이 없습니다: " + policy.ko +
                          "에 허용하는 문이 없습니다."};
  return out;
}

Finding finding_of_untrusting_role(const std::string& service, const std::string& principal, const std::string& role) {
  return {
      .code = "ROLE_NOT_TRUSTING",
      .sentence = {.en = service + " may not assume the role " + role + ": it does not exist or does not trust " +
                         principal + ".",
                   .ko = service + "은(는) 역할 " + role + "을(를) 맡을 수 없습니다: 역할이 없거나 " + principal +
                         "을 신뢰하지 않습니다."},
      .remedy = {.en = "Add this statement to the role's trust policy.",
                 .ko = "역할의 신뢰 정책에 이 문을 추가하십시오."},
      .statement = R"({"Effect":"Allow","Principal":{"Service":")" + principal + R"("},"Action":"sts:AssumeRole"})"};
}

}  // namespace hanbat::explain
