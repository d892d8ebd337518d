#include "services/iam/policies/new_documents.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/arn.h"
#include "gen/iam/model.h"

namespace hanbat::iam {
namespace {

constexpr std::array<std::string_view, 13> kPaths = {"user/",
                                                     "federated-user/",
                                                     "role/",
                                                     "group/",
                                                     "instance-profile/",
                                                     "mfa/",
                                                     "server-certificate/",
                                                     "policy/",
                                                     "sms-mfa/",
                                                     "saml-provider/",
                                                     "oidc-provider/",
                                                     "report/",
                                                     "access-report/"};

std::string known_paths() {
  std::string all;
  for (const std::string_view path : kPaths) all += (all.empty() ? "" : ", ") + std::string(path);
  return all;
}

// IAM is of no region, and S3's buckets are named without one.
void check_resource(const std::string& resource) {
  const auto arn = parse_arn(resource);
  if (!arn) return;
  const bool has_region = !arn->region.empty() && arn->region != "*";
  if (arn->service == "iam") {
    if (has_region)
      throw MalformedPolicyDocumentException("IAM resource " + resource + " cannot contain region information.");
    // A wildcard, or a variable, may stand for any of the paths.
    const std::string& path = arn->resource;
    if (path.find_first_of("*?$") >= path.find('/') && path != "*" && path != "root" &&
        std::none_of(kPaths.begin(), kPaths.end(), [&](std::string_view known) { return path.starts_with(known); }))
      throw MalformedPolicyDocumentException("IAM resource path must either be \"*\" or start with " + known_paths() +
                                             ".");
  }
  if (arn->service == "s3" && has_region && !arn->resource.starts_with("accesspoint/"))
    throw MalformedPolicyDocumentException("Resource " + resource + " can not contain region information.");
}

region::policy::Document checked(const PrincipalPolicies& policies, const std::string& text) {
  refuse_leading_blanks(text);
  try {
    const auto document = policies.parse(text, region::policy::DocumentKind::kIdentity);
    for (const region::policy::Statement& statement : document->statements)
      for (const std::string& resource : statement.resources) check_resource(resource);
    return *document;
  } catch (const region::policy::DocumentError& refusal) {
    throw MalformedPolicyDocumentException(refusal.what());
  }
}

}  // namespace

void refuse_leading_blanks(std::string_view text) {
  if (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())))
    throw MalformedPolicyDocumentException("JSON strings must not have leading spaces");
}

void check_new_document(const PrincipalPolicies& policies, const std::string& text) { checked(policies, text); }

void check_new_managed_document(const PrincipalPolicies& policies, const std::string& text) {
  if (checked(policies, text).version != "2012-10-17")
    throw MalformedPolicyDocumentException("Policy document must be version 2012-10-17 or greater.");
}

}  // namespace hanbat::iam
