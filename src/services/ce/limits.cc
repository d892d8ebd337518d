#include "services/ce/limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "region/request.h"
#include "region/usage.h"
#include "services/ce/charges.h"
#include "wire/error.h"

namespace hanbat::ce {
namespace {

constexpr auto kSpending = std::to_array<std::string_view>(
    {"codebuild:StartBuild", "codepipeline:CreatePipeline", "codepipeline:StartPipelineExecution",
     "ec2:AllocateAddress", "ec2:CreateNatGateway", "ec2:RunInstances", "ec2:StartInstances", "ecr:InitiateLayerUpload",
     "ecr:PutImage", "elasticloadbalancing:CreateLoadBalancer", "s3:PutObject", "secretsmanager:CreateSecret"});

double amount_of(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return end != text.c_str() && *end == '\0' && std::isfinite(value) && value > 0 ? value : 0;
}

/// Whether a service does it to carry on with what runs: a pipeline's next action, a build's artifact.
bool carries_on(const region::Request& rq, std::string_view action) {
  const bool service = rq.caller.kind == region::Caller::Kind::kService || !rq.caller.held_by.empty();
  return service && action != "codepipeline:StartPipelineExecution";
}

}  // namespace

bool begins_to_spend(std::string_view action) { return std::ranges::find(kSpending, action) != kSpending.end(); }

std::optional<Standing> CostLimits::find_standing(store::Tx& tx, const std::string& account) const {
  const region::TagMap tags = organization_.tags_of_account(tx, account);
  const auto tag = tags.find(std::string(kLimitTag));
  if (tag == tags.end()) return std::nullopt;
  Standing out{.limit_text = tag->second, .limit = amount_of(tag->second)};
  const std::vector<std::string> accounts{account};
  const Timestamp now = clock_.now();
  const Period ever{{0}, now + Milliseconds(3'600'000)};
  for (const auto& line : region::list_usage(tx, accounts, ever.from, ever.to))
    if (const auto charge = charge_in(line, ever, now, prices_)) out.spent += charge->cost;
  return out;
}

void CostLimits::require_room(store::Tx& tx, const std::string& account) const {
  const auto standing = find_standing(tx, account);
  if (!standing || standing->spent < standing->limit) return;
  throw wire::Error("CostLimitExceeded", 400,
                    fmt::format("Account {} has reached its cost limit: {:.4f} of {:.2f} USD are spent. What runs goes "
                                "on and can be deleted; nothing new that costs is started.",
                                account, standing->spent, standing->limit));
}

void LimitedAuthorizer::authorize(region::Request& rq, const region::AccessQuestion& question) {
  inner_.authorize(rq, question);
  if (!begins_to_spend(question.action) || carries_on(rq, question.action)) return;
  limits_.require_room(rq.tx, question.resource_account.empty() ? rq.account : question.resource_account);
}

}  // namespace hanbat::ce
