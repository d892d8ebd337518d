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

}  // namespace

ManagedPolicies::ManagedPolicies() {
  for (const DataFile& file : data("managed_policies")) {
    const Json json = Json::parse(file.content);
    ManagedPolicy policy{.arn = {},
                         .id = json.text("id"),
                         .name = json.text("name"),
                         .path = json.text("path", "/"),
                         .description = json.text("description"),
                         .version_id = json.text("version", "v1"),
                         .created = parse_iso8601(json.text("created", "2015-02-06T18:40:00Z")).value_or(Timestamp{}),
                         .updated = {},
                         .document = json["document"].pretty(),
                         .parsed = {}};
    policy.arn = "arn:aws:iam::aws:policy" + policy.path + policy.name;
    policy.updated = parse_iso8601(json.text("updated")).value_or(policy.created);
    if (policy.id.empty()) policy.id = id_of(policy.arn);
    policy.parsed = std::make_shared<const region::policy::Document>(
        region::policy::parse_document(policy.document, region::policy::DocumentKind::kIdentity));
    policies_.emplace(policy.arn, std::move(policy));
  }
}

const ManagedPolicy* ManagedPolicies::find(std::string_view arn) const {
  const auto found = policies_.find(arn);
  return found == policies_.end() ? nullptr : &found->second;
}

}  // namespace hanbat::iam
