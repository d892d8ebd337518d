#include "services/iam/policies/managed_policies.h"

#include "base/json.h"
#include "crypto/digest.h"
#include "gen/iam/data.h"

namespace hanbat::iam {
namespace {

/// An id in AWS's form that is the same on every start.
std::string id_of(std::string_view arn) {
  const std::string hash = crypto::sha256(arn);
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string id = "ANPA";
  for (int i = 0; i < 17; ++i) id += kAlphabet[static_cast<unsigned char>(hash[i]) % kAlphabet.size()];
  return id;
}

/// What stands before the first `end`, which is removed with it.
std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return taken;
}

}  // namespace

std::string ManagedPolicy::document() const { return Json::parse(compact).pretty(); }

ManagedPolicies::ManagedPolicies() {
  std::string_view lines = data("managed_policies").front().content;
  take_until(lines, '\n');  // the columns' names
  while (!lines.empty()) {
    std::string_view line = take_until(lines, '\n');
    ManagedPolicy policy;
    policy.name = take_until(line, '\t');
    policy.path = take_until(line, '\t');
    policy.version_id = take_until(line, '\t');
    policy.created = parse_iso8601(take_until(line, '\t')).value_or(Timestamp{});
    policy.updated = parse_iso8601(take_until(line, '\t')).value_or(Timestamp{});
    policy.compact = line;
    policy.arn = "arn:aws:iam::aws:policy" + policy.path + policy.name;
    policy.id = id_of(policy.arn);
    policies_.emplace(policy.arn, std::move(policy));
  }
}

std::shared_ptr<const region::policy::Document> ManagedPolicies::parsed(const ManagedPolicy& policy) const {
  const std::lock_guard lock(mutex_);
  auto& parsed = parsed_[&policy];
  if (!parsed)
    parsed = std::make_shared<const region::policy::Document>(
        region::policy::parse_document(std::string(policy.compact), region::policy::DocumentKind::kIdentity));
  return parsed;
}

const ManagedPolicy* ManagedPolicies::find(std::string_view arn) const {
  const auto found = policies_.find(arn);
  return found == policies_.end() ? nullptr : &found->second;
}

}  // namespace hanbat::iam
