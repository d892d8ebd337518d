// The policies that AWS itself keeps (arn:aws:iam::aws:policy/…), as far as they are at hand: one JSON file each in the
// folder managed_policies, embedded in the program.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"
#include "region/policy/document.h"

namespace hanbat::iam {

struct ManagedPolicy {
  std::string arn;
  std::string id;  // ANPA…
  std::string name;
  std::string path;  // "/", "/service-role/"
  std::string description;
  std::string version_id;  // the default version, the only one that is kept
  Timestamp created;
  Timestamp updated;
  std::string document;  // the text
  std::shared_ptr<const region::policy::Document> parsed;
};

/// Immutable once made; safe from all threads.
class ManagedPolicies {
 public:
  ManagedPolicies();
  const ManagedPolicy* find(std::string_view arn) const;
  /// By ARN.
  const std::map<std::string, ManagedPolicy, std::less<>>& all() const { return policies_; }

 private:
  std::map<std::string, ManagedPolicy, std::less<>> policies_;
};

}  // namespace hanbat::iam
