// The policies that AWS itself keeps (arn:aws:iam::aws:policy/…): the lines of managed_policies/aws.tsv, embedded in
// the program. A start reads names alone; a document is parsed when it is first asked for.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/time.h"
#include "region/policy/document.h"

namespace hanbat::iam {

struct ManagedPolicy {
  std::string arn;
  std::string id;  // ANPA…
  std::string name;
  std::string path;        // "/", "/service-role/"
  std::string version_id;  // the default version, the only one that is kept
  Timestamp created;
  Timestamp updated;
  std::string_view compact;  // the document, without blanks

  /// The document as people read it.
  std::string document() const;
};

/// Safe from all threads.
class ManagedPolicies {
 public:
  ManagedPolicies();
  const ManagedPolicy* find(std::string_view arn) const;
  std::shared_ptr<const region::policy::Document> parsed(const ManagedPolicy& policy) const;
  /// By ARN.
  const std::map<std::string, ManagedPolicy, std::less<>>& all() const { return policies_; }

 private:
  std::map<std::string, ManagedPolicy, std::less<>> policies_;
  mutable std::mutex mutex_;
  mutable std::map<const ManagedPolicy*, std::shared_ptr<const region::policy::Document>> parsed_;
};

}  // namespace hanbat::iam
