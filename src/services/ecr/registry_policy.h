// The policy of an account's registry in a region: who may replicate into it, make repositories in it, or have it fetch
// images. Of what it may speak of, making repositories is built here.
// Source: Amazon ECR User Guide, "Private registry permissions in Amazon ECR".
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "region/resources.h"

namespace hanbat::ecr {

struct RegistryPolicy {
  std::string text;  // its principals by id; see Identity::bind_principals

  Json to_json() const { return Json::object({{"text", text}}); }
  static RegistryPolicy from_json(const Json& json) { return {json.text("text")}; }
};

/// As a question of access takes it; nothing when the registry has none.
std::optional<Json> find_registry_policy(store::Tx& tx, const region::Place& registry);

}  // namespace hanbat::ecr

template <>
struct hanbat::region::KindOf<hanbat::ecr::RegistryPolicy> {
  static constexpr std::string_view kRows = "ecr/registry-policy";
};
