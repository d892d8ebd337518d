// A repository's lifecycle policy, set and described, and what it would let go of; expiry.cc carries it out.
#include "services/ecr/ecr.h"
#include "services/ecr/lifecycle/expiry.h"

namespace hanbat::ecr {
namespace {

constexpr region::PageSizes kPreviewSizes{.usual = 100, .most = 100};

std::string in_repository(const RepositoryRow& row) {
  return " for the repository with name '" + name_of(row) + "' in the registry with id '" + row.place.account + "'";
}

std::string require_policy(const RepositoryRow& row) {
  const Json* text = row.own.find(kLifecyclePolicy);
  if (!text) throw LifecyclePolicyNotFoundException("Lifecycle policy does not exist" + in_repository(row));
  return text->as_string();
}

/// AWS tells the epoch's first second of a policy that was never carried out.
Timestamp evaluated_at(const RepositoryRow& row) {
  const Json* at = row.own.find(kLifecycleEvaluated);
  return {at ? at->as_int() : 0};
}

Json result_of(const ExpiringImage& one) {
  return wire::to_json(LifecyclePolicyPreviewResult{.action = LifecyclePolicyRuleAction{.type = "EXPIRE"},
                                                    .applied_rule_priority = one.priority,
                                                    .image_digest = one.image.digest,
                                                    .image_pushed_at = one.image.pushed,
                                                    .image_tags = one.image.tags});
}

bool is_asked_for(const GetLifecyclePolicyPreviewInput& in, const LifecyclePolicyPreviewResult& result) {
  const bool tagged = result.image_tags && !result.image_tags->empty();
  const auto status = in.filter ? require_word(in.filter->tag_status, TagStatus::kAny) : TagStatus::kAny;
  if (status != TagStatus::kAny && (status == TagStatus::kTagged) != tagged) return false;
  if (!in.image_ids || in.image_ids->empty()) return true;
  return std::any_of(in.image_ids->begin(), in.image_ids->end(), [&](const ImageIdentifier& id) {
    if (id.image_digest && id.image_digest != result.image_digest) return false;
    return !id.image_tag || (tagged && std::find(result.image_tags->begin(), result.image_tags->end(), *id.image_tag) !=
                                           result.image_tags->end());
  });
}

}  // namespace

PutLifecyclePolicyOutput Ecr::put_lifecycle_policy(region::Request& rq, const PutLifecyclePolicyInput& in) {
  RepositoryRow row = require_repository(rq, "PutLifecyclePolicy", in.registry_id, in.repository_name);
  parse_lifecycle_policy(in.lifecycle_policy_text, rq.operation.name);
  row.own[kLifecyclePolicy] = in.lifecycle_policy_text;
  row.own.erase(kLifecycleEvaluated);
  region::update(rq.tx, row);
  return {.lifecycle_policy_text = in.lifecycle_policy_text,
          .registry_id = row.place.account,
          .repository_name = name_of(row)};
}

GetLifecyclePolicyOutput Ecr::get_lifecycle_policy(region::Request& rq, const GetLifecyclePolicyInput& in) {
  const RepositoryRow row = require_repository(rq, "GetLifecyclePolicy", in.registry_id, in.repository_name);
  return {.last_evaluated_at = evaluated_at(row),
          .lifecycle_policy_text = require_policy(row),
          .registry_id = row.place.account,
          .repository_name = name_of(row)};
}

DeleteLifecyclePolicyOutput Ecr::delete_lifecycle_policy(region::Request& rq, const DeleteLifecyclePolicyInput& in) {
  RepositoryRow row = require_repository(rq, "DeleteLifecyclePolicy", in.registry_id, in.repository_name);
  DeleteLifecyclePolicyOutput out{.last_evaluated_at = evaluated_at(row),
                                  .lifecycle_policy_text = require_policy(row),
                                  .registry_id = row.place.account,
                                  .repository_name = name_of(row)};
  row.own.erase(kLifecyclePolicy);
  row.own.erase(kLifecycleEvaluated);
  region::update(rq.tx, row);
  return out;
}

StartLifecyclePolicyPreviewOutput Ecr::start_lifecycle_policy_preview(region::Request& rq,
                                                                      const StartLifecyclePolicyPreviewInput& in) {
  RepositoryRow row = require_repository(rq, "StartLifecyclePolicyPreview", in.registry_id, in.repository_name);
  const std::string text = in.lifecycle_policy_text ? *in.lifecycle_policy_text : require_policy(row);
  const auto rules = parse_lifecycle_policy(text, rq.operation.name);
  Json results = Json::array();
  for (const ExpiringImage& one : expiring_images(rules, lifecycle_images(rq.tx, row), rq.now()))
    results.push_back(result_of(one));
  row.own[kLifecyclePreview] = Json::object({{"text", text}, {"results", std::move(results)}});
  region::update(rq.tx, row);
  // It is complete already; AWS says that it has begun, and callers ask for the end.
  return {.lifecycle_policy_text = text,
          .registry_id = row.place.account,
          .repository_name = name_of(row),
          .status = "IN_PROGRESS"};
}

GetLifecyclePolicyPreviewOutput Ecr::get_lifecycle_policy_preview(region::Request& rq,
                                                                  const GetLifecyclePolicyPreviewInput& in) {
  const RepositoryRow row = require_repository(rq, "GetLifecyclePolicyPreview", in.registry_id, in.repository_name);
  const region::Pager pager(rq, in, kPreviewSizes);
  const Json* preview = row.own.find(kLifecyclePreview);
  if (!preview)
    throw LifecyclePolicyPreviewNotFoundException("Lifecycle policy preview does not exist" + in_repository(row));
  std::vector<LifecyclePolicyPreviewResult> results;
  for (const Json& one : (*preview)["results"].items()) {
    auto result = wire::from_json<LifecyclePolicyPreviewResult>(one);
    if (is_asked_for(in, result)) results.push_back(std::move(result));
  }
  const int total = static_cast<int>((*preview)["results"].size());
  std::sort(results.begin(), results.end(),
            [](const auto& a, const auto& b) { return *a.image_digest < *b.image_digest; });
  auto page = pager.cut(std::move(results), [](const auto& result) { return *result.image_digest; });
  return {.lifecycle_policy_text = preview->text("text"),
          .next_token = page.next_token,
          .preview_results = std::move(page.items),
          .registry_id = row.place.account,
          .repository_name = name_of(row),
          .status = "COMPLETE",
          .summary = LifecyclePolicyPreviewSummary{.expiring_image_total_count = total}};
}

}  // namespace hanbat::ecr
