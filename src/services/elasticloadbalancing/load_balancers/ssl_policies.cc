// Every policy takes whole classes of ciphers from one list, in whose order it prefers them.
#include "services/elasticloadbalancing/load_balancers/ssl_policies.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "wire/error.h"

namespace hanbat::elasticloadbalancing {
namespace {

/// Which ciphers belong together.
enum CipherClass : unsigned {
  kTls13 = 1,
  kForwardGcm = 2,   // ephemeral keys, authenticated encryption
  kForwardSha2 = 4,  // ephemeral keys, CBC with SHA-2
  kForwardSha1 = 8,  // ephemeral keys, CBC with SHA-1
  kStaticSha2 = 16,  // the certificate's own key; GCM, or CBC with SHA-2
  kStaticSha1 = 32,
};
constexpr unsigned kForward = kForwardGcm | kForwardSha2;
constexpr unsigned kForwardAll = kForward | kForwardSha1;
constexpr unsigned kAll = kForwardAll | kStaticSha2 | kStaticSha1;

struct CipherFact {
  std::string_view name;
  CipherClass of;
};
constexpr CipherFact kCiphers[] = {
    {"TLS_AES_128_GCM_SHA256", kTls13},
    {"TLS_AES_256_GCM_SHA384", kTls13},
    {"TLS_CHACHA20_POLY1305_SHA256", kTls13},
    {"ECDHE-ECDSA-AES128-GCM-SHA256", kForwardGcm},
    {"ECDHE-RSA-AES128-GCM-SHA256", kForwardGcm},
    {"ECDHE-ECDSA-AES128-SHA256", kForwardSha2},
    {"ECDHE-RSA-AES128-SHA256", kForwardSha2},
    {"ECDHE-ECDSA-AES128-SHA", kForwardSha1},
    {"ECDHE-RSA-AES128-SHA", kForwardSha1},
    {"ECDHE-ECDSA-AES256-GCM-SHA384", kForwardGcm},
    {"ECDHE-RSA-AES256-GCM-SHA384", kForwardGcm},
    {"ECDHE-ECDSA-AES256-SHA384", kForwardSha2},
    {"ECDHE-RSA-AES256-SHA384", kForwardSha2},
    {"ECDHE-ECDSA-AES256-SHA", kForwardSha1},
    {"ECDHE-RSA-AES256-SHA", kForwardSha1},
    {"AES128-GCM-SHA256", kStaticSha2},
    {"AES128-SHA256", kStaticSha2},
    {"AES128-SHA", kStaticSha1},
    {"AES256-GCM-SHA384", kStaticSha2},
    {"AES256-SHA256", kStaticSha2},
    {"AES256-SHA", kStaticSha1},
};

constexpr std::string_view kVersions[] = {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};

struct PolicyFact {
  std::string_view name;
  int least;  // of kVersions
  int most;
  unsigned ciphers;
};
constexpr PolicyFact kPolicies[] = {
    {"ELBSecurityPolicy-TLS13-1-3-2021-06", 3, 3, kTls13},
    {"ELBSecurityPolicy-TLS13-1-2-2021-06", 2, 3, kTls13 | kForward},
    {"ELBSecurityPolicy-TLS13-1-2-Res-2021-06", 2, 3, kTls13 | kForwardGcm},
    {"ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06", 2, 3, kTls13 | kAll},
    {"ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06", 2, 3, kTls13 | kForward | kStaticSha2},
    {"ELBSecurityPolicy-TLS13-1-1-2021-06", 1, 3, kTls13 | kAll},
    {"ELBSecurityPolicy-TLS13-1-0-2021-06", 0, 3, kTls13 | kAll},
    {"ELBSecurityPolicy-TLS-1-2-Ext-2018-06", 2, 2, kAll},
    {"ELBSecurityPolicy-TLS-1-2-2017-01", 2, 2, kForward | kStaticSha2},
    {"ELBSecurityPolicy-TLS-1-1-2017-01", 1, 2, kAll},
    {"ELBSecurityPolicy-2016-08", 0, 2, kAll},
    {"ELBSecurityPolicy-2015-05", 0, 2, kAll},
    {"ELBSecurityPolicy-FS-1-2-Res-2020-10", 2, 2, kForwardGcm},
    {"ELBSecurityPolicy-FS-1-2-Res-2019-08", 2, 2, kForward},
    {"ELBSecurityPolicy-FS-1-2-2019-08", 2, 2, kForwardAll},
    {"ELBSecurityPolicy-FS-1-1-2019-08", 1, 2, kForwardAll},
    {"ELBSecurityPolicy-FS-2018-06", 0, 2, kForwardAll},
};

SslPolicy policy_of(const PolicyFact& fact) {
  SslPolicy policy;
  policy.name = fact.name;
  policy.ssl_protocols.emplace();
  for (int version = fact.most; version >= fact.least; --version)
    policy.ssl_protocols->emplace_back(kVersions[version]);
  policy.ciphers.emplace();
  for (const CipherFact& cipher : kCiphers)
    if (fact.ciphers & cipher.of)
      policy.ciphers->push_back(
          {.name = std::string(cipher.name), .priority = static_cast<int>(policy.ciphers->size()) + 1});
  policy.supported_load_balancer_types = {"application"};
  return policy;
}

/// Key exchange after quantum computers and validated modules are not in the OpenSSL that HAProxy has; neither is 3DES.
bool is_known_elsewhere(std::string_view name) {
  return name.find("-PQ-") != std::string_view::npos || name.find("-FIPS-") != std::string_view::npos ||
         name == "ELBSecurityPolicy-TLS-1-0-2015-04";
}

}  // namespace

const std::vector<SslPolicy>& ssl_policies() {
  static const std::vector<SslPolicy> kAllPolicies = [] {
    std::vector<SslPolicy> all;
    for (const PolicyFact& fact : kPolicies) all.push_back(policy_of(fact));
    return all;
  }();
  return kAllPolicies;
}

const SslPolicy& require_ssl_policy(std::string_view name, std::string_view operation) {
  const auto& all = ssl_policies();
  const auto found = std::find_if(all.begin(), all.end(), [&](const SslPolicy& one) { return one.name == name; });
  if (found != all.end()) return *found;
  if (name.starts_with("ELBSecurityPolicy-") && is_known_elsewhere(name))
    throw wire::Error::not_implemented(operation, fmt::format("SslPolicy={}", name));
  throw SSLPolicyNotFoundException(fmt::format("SSL policy '{}' not found", name));
}

}  // namespace hanbat::elasticloadbalancing
