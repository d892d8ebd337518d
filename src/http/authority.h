// The region's certificate authority: made once, kept in a folder, it signs a certificate for each name under which a
// client comes, so that https://…amazonaws.com inside the region and https://localhost outside are TLS that whoever
// trusts it can check.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct ssl_ctx_st;

namespace hanbat::http {

/// A certificate with its chain and its key, as PEM.
struct CertificatePem {
  std::string certificate;
  std::string key;
};

/// Whether a certificate proves that name. Throws std::runtime_error when it cannot be read or its key is another's.
bool is_certificate_for(const CertificatePem& pem, const std::string& name);

/// Safe from all threads.
class Authority {
 public:
  /// Reads the authority from the folder (ca.pem, ca.key of mode 0600), or makes it there first.
  explicit Authority(std::string folder);
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  /// The authority's own certificate; what guests put in their trust store.
  const std::string& ca_pem() const { return ca_pem_; }
  /// Signs a certificate for those names (DNS names, wildcards, IP addresses), the first as its subject, with a key of
  /// its own; for balancers. Valid 397 days.
  CertificatePem issue(const std::vector<std::string>& names) const;

  /// Has the server prove itself also under the domain and all names below it: by `own`, a certificate with its chain
  /// and its key, where that is for the name, else by a certificate of this authority's. Called before anything is
  /// served. Throws std::runtime_error when `own` cannot be read, or its key is another's.
  void add_domain(const std::string& domain, const std::optional<CertificatePem>& own);

  /// Whether the server proves itself under that name: *.amazonaws.com, *.amazonaws.com.cn, *.aws, localhost,
  /// *.localhost. For others, and without SNI, it shows the certificate of localhost and the address connected to.
  static bool serves(std::string_view name);

  /// The server's context; its SNI callback picks and mints. Lives as long as the authority.
  ssl_ctx_st* server_context() const;

 private:
  struct Keys;
  std::string ca_pem_;
  std::unique_ptr<Keys> keys_;
};

}  // namespace hanbat::http
