#include "services/ce/limits/limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "region/bill_clock.h"
#include "region/request.h"
#include "services/ce/billed_lines.h"
#include "wire/error.h"

namespace hanbat::ce {
namespace {

constexpr auto kSpending = std::to_array<std::string_view>(
    {"codebuild:StartBuild", "codepipeline:CreatePipeline", "codepipeline:StartPipelineExecution",
     "ec2:AllocateAddress", "ec2:CreateNatGateway", "ec2:RunInstances", "ec2:StartInstances", "ecr:InitiateLayerUpload",
     "ecr:PutImage", "elasticloadbalancing:CreateLoadBalancer", "s3:PutObject", "secretsmanager:CreateSecret"});

constexpr std::int64_t kSettledAfterMs = 2 * kHourMs;

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
  out.spent = spent(tx, account);
  return out;
}

double CostLimits::spent_in(store::Tx& tx, const std::string& account, const Period& period, Timestamp now) const {
  const std::vector<std::string> accounts{account};
  double usd = 0;
  for (const auto& [usage, free] : list_billed(tx, accounts, period, prices_))
    if (const auto charge = charge_in(usage, period, now, prices_, Until::kNow, free)) usd += charge->cost;
  return usd;
}

double CostLimits::spent(store::Tx& tx, const std::string& account) const {
  const Timestamp now = region::bill_time(tx, clock_.now());
  // What is counted some time after it happened is of the last hours.
  const Timestamp settles{std::max<std::int64_t>(0, now.ms - now.ms % kHourMs - kSettledAfterMs)};
  Settled known;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = settled_.find(account); found != settled_.end()) known = found->second;
  }
  if (known.to > settles) known = {};  // the clock was set back
  if (known.to < settles) {
    known = {settles, known.usd + spent_in(tx, account, {known.to, settles}, now)};
    const std::lock_guard lock(mutex_);
    settled_[account] = known;
  }
  return known.usd + spent_in(tx, account, {known.to, now + Milliseconds(kHourMs)}, now);
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
