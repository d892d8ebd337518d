// Server certificates that users gave to ACM, as those read them who show them to clients (load balancers). ACM alone
// writes them; a private key lies in the database only sealed under the region's own key. Who shows a certificate says
// so here, which keeps it from being deleted, and says which task is due when another takes its place.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "region/resources.h"
#include "region/vault.h"
#include "store/tasks.h"

namespace hanbat::region {

/// What is shown; what else ACM knows of it is in the row's own.
struct Certificate {
  std::string body;   // PEM
  std::string chain;  // PEM, or ""
  std::string sealed_key;
  std::vector<std::string> names;  // DNS names, "*.example.com" among them

  Json to_json() const;
  static Certificate from_json(const Json& json);
};

/// A resource that shows a certificate.
struct CertificateUse {
  std::string user_arn;
  std::string task_kind, task_key;  // due when the certificate changes

  Json to_json() const;
  static CertificateUse from_json(const Json& json);
};

/// Its id is its ARN.
template <>
struct KindOf<Certificate> {
  static constexpr std::string_view kRows = "acm/certificate";
  static std::string arn(const Resource<Certificate>& row) { return row.id; }
};

/// Its parent is the certificate's ARN, its scope the user's.
template <>
struct KindOf<CertificateUse> {
  static constexpr std::string_view kRows = "acm/use";
};

std::string seal_certificate_key(const Vault& vault, std::string_view key, std::string_view arn);
/// The certificate with its chain and its key, as PEM. Nothing when it is not there, or its key cannot be opened.
std::optional<std::string> find_certificate_pem(store::Tx& tx, const Vault& vault, std::string_view arn);

/// Makes these the certificates that the user shows, and no others.
void set_certificates_of(store::Tx& tx, const Place& place, const std::string& user_arn,
                         const std::set<std::string>& certificates, const store::NewTask& when_changed);
/// The ARNs of those that show it, in order.
std::vector<std::string> users_of_certificate(store::Tx& tx, std::string_view arn);
/// Adds what is due for those that show it.
void tell_users_of_certificate(store::Tx& tx, store::Tasks& tasks, std::string_view arn);

}  // namespace hanbat::region
