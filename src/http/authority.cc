#include "http/authority.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <mutex>
#include <stdexcept>

#include "base/text.h"
#include "os/files.h"
#include "os/sockets.h"

namespace hanbat::http {
namespace {

template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Free<X509_free>>;
using BioPtr = std::unique_ptr<BIO, Free<BIO_free_all>>;
using ContextPtr = std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>>;

constexpr long kDay = 24 * 3600;
constexpr std::size_t kMostLeaves = 1024;

[[noreturn]] void fail(const std::string& what) {
  char text[256];
  ERR_error_string_n(ERR_get_error(), text, sizeof text);
  throw std::runtime_error(what + ": " + text);
}

KeyPtr make_key() {
  KeyPtr key(EVP_EC_gen("P-256"));
  if (!key) fail("make a key");
  return key;
}

std::string to_pem(X509* certificate) {
  BioPtr out(BIO_new(BIO_s_mem()));
  if (!PEM_write_bio_X509(out.get(), certificate)) fail("write a certificate");
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string to_pem(EVP_PKEY* key) {
  BioPtr out(BIO_new(BIO_s_mem()));
  if (!PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr)) fail("write a key");
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (!extension) fail("make a certificate's extension " + value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

CertificatePtr blank_certificate(EVP_PKEY* key, const std::string& common_name, long days) {
  CertificatePtr certificate(X509_new());
  if (!certificate) throw std::bad_alloc();
  X509_set_version(certificate.get(), 2);
  unsigned char serial[16];
  RAND_bytes(serial, sizeof serial);
  serial[0] &= 0x7f;
  BIGNUM* number = BN_bin2bn(serial, sizeof serial, nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate.get()));
  BN_free(number);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * kDay);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const auto add = [&](const char* field, const std::string& text) {
    X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.c_str()), -1, -1,
                               0);
  };
  add("O", "Hanbat");
  add("CN", common_name.substr(0, 64));
  return certificate;
}

/// What a certificate may be asked for: nothing in it may end one name and start another in the extension's text.
bool is_name(const std::string& name) {
  if (name.empty() || name.size() > 253) return false;
  return is_ip_address(name) || std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return std::isalnum(c) || c == '.' || c == '-' || c == '_' || c == '*';
         });
}

/// A certificate of somebody else's, that the operator brought.
struct Brought {
  CertificatePtr certificate;
  KeyPtr key;
  std::vector<CertificatePtr> chain;

  explicit Brought(const CertificatePem& pem) {
    const BioPtr in(BIO_new_mem_buf(pem.certificate.data(), static_cast<int>(pem.certificate.size())));
    certificate.reset(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
    if (!certificate) fail("read the certificate");
    while (CertificatePtr next{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)})
      chain.push_back(std::move(next));
    ERR_clear_error();  // the end of the file
    const BioPtr key_in(BIO_new_mem_buf(pem.key.data(), static_cast<int>(pem.key.size())));
    // A passphrase is asked of nobody.
    key.reset(PEM_read_bio_PrivateKey(key_in.get(), nullptr, [](char*, int, int, void*) { return 0; }, nullptr));
    if (!key) fail("read the certificate's key");
    if (X509_check_private_key(certificate.get(), key.get()) != 1)
      throw std::runtime_error("the key is not the certificate's");
  }

  bool is_for(const std::string& name) const {
    return X509_check_host(certificate.get(), name.data(), name.size(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
                           nullptr) == 1;
  }

  bool show(SSL* session) const {
    if (SSL_use_certificate(session, certificate.get()) != 1 || SSL_use_PrivateKey(session, key.get()) != 1)
      return false;
    SSL_clear_chain_certs(session);
    for (const CertificatePtr& each : chain)
      if (SSL_add1_chain_cert(session, each.get()) != 1) return false;
    return true;
  }
};

struct Leaf {
  CertificatePtr certificate;
  std::time_t made = 0;
};

}  // namespace

struct Authority::Keys {
  KeyPtr ca_key;
  CertificatePtr ca_certificate;
  KeyPtr leaf_key = make_key();  // one for all leaves of the server: it never leaves the process
  ContextPtr context;
  std::mutex mutex;
  std::map<std::string, Leaf> leaves;
  std::string domain;  // "" when there is none
  std::unique_ptr<Brought> brought;

  bool is_of_domain(const std::string& name) const {
    if (domain.empty() || !is_name(name) || name.find('*') != std::string::npos) return false;
    return name == domain || name.ends_with("." + domain);
  }

  CertificatePtr sign(EVP_PKEY* key, const std::vector<std::string>& names) const {
    std::string alternatives;
    for (const auto& name : names) {
      if (!is_name(name)) throw std::invalid_argument("not a name for a certificate: " + name);
      alternatives += (alternatives.empty() ? "" : ",") + std::string(is_ip_address(name) ? "IP:" : "DNS:") + name;
    }
    CertificatePtr certificate = blank_certificate(key, names.at(0), 397);
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(ca_certificate.get()));
    add_extension(certificate.get(), ca_certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
    add_extension(certificate.get(), ca_certificate.get(), NID_key_usage, "critical,digitalSignature");
    add_extension(certificate.get(), ca_certificate.get(), NID_ext_key_usage, "serverAuth");
    add_extension(certificate.get(), ca_certificate.get(), NID_subject_alt_name, alternatives);
    add_extension(certificate.get(), ca_certificate.get(), NID_subject_key_identifier, "hash");
    add_extension(certificate.get(), ca_certificate.get(), NID_authority_key_identifier, "keyid");
    if (!X509_sign(certificate.get(), ca_key.get(), EVP_sha256())) fail("sign a certificate");
    return certificate;
  }

  /// Hands the session the certificate for the name its client asked for.
  int choose(SSL* session) {
    const char* asked = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
    std::string name = asked ? lower(asked) : "";
    std::vector<std::string> names{name};
    if (brought && brought->is_for(name)) return brought->show(session) ? 1 : 0;
    if (!Authority::serves(name) && !is_of_domain(name)) {
      name = hanbat::local_address(SSL_get_fd(session)).address;
      names = {"localhost", "127.0.0.1", "::1"};
      if (is_ip_address(name) && name != "127.0.0.1" && name != "::1") names.push_back(name);
    }
    std::lock_guard lock(mutex);
    if (leaves.size() >= kMostLeaves) leaves.clear();
    Leaf& leaf = leaves[name];
    const std::time_t now = std::time(nullptr);
    if (!leaf.certificate || now - leaf.made > 30 * kDay) leaf = {sign(leaf_key.get(), names), now};
    return SSL_use_certificate(session, leaf.certificate.get()) == 1 &&
           SSL_use_PrivateKey(session, leaf_key.get()) == 1;
  }
};

Authority::Authority(std::string folder) : keys_(std::make_unique<Keys>()) {
  const std::string key_path = folder + "/ca.key", certificate_path = folder + "/ca.pem";
  const auto key_pem = find_file(key_path), certificate_pem = find_file(certificate_path);
  if (key_pem && certificate_pem) {
    BioPtr key(BIO_new_mem_buf(key_pem->data(), static_cast<int>(key_pem->size())));
    keys_->ca_key.reset(PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr));
    if (!keys_->ca_key) fail("read " + key_path);
    BioPtr certificate(BIO_new_mem_buf(certificate_pem->data(), static_cast<int>(certificate_pem->size())));
    keys_->ca_certificate.reset(PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr));
    if (!keys_->ca_certificate) fail("read " + certificate_path);
    ca_pem_ = *certificate_pem;
  } else {
    keys_->ca_key = make_key();
    EVP_PKEY* key = keys_->ca_key.get();
    unsigned char tail[4];
    RAND_bytes(tail, sizeof tail);
    char suffix[16];
    std::snprintf(suffix, sizeof suffix, "%02x%02x%02x%02x", tail[0], tail[1], tail[2], tail[3]);
    // The name is its own: two regions' authorities in one trust store must not be taken for each other.
    keys_->ca_certificate = blank_certificate(key, std::string("Hanbat region ") + suffix, 3653);
    X509* certificate = keys_->ca_certificate.get();
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(certificate, certificate, NID_subject_key_identifier, "hash");
    if (!X509_sign(certificate, key, EVP_sha256())) fail("sign the authority's certificate");
    ca_pem_ = to_pem(certificate);
    make_folders(folder);
    write_file_atomic(key_path, to_pem(key), 0600);
    write_file_atomic(certificate_path, ca_pem_, 0644);
  }

  keys_->context.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* context = keys_->context.get();
  if (!context) fail("make a TLS context");
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
  // An idle connection keeps no record buffers.
  SSL_CTX_set_mode(context,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  static const unsigned char kSessionContext[] = "hanbat";
  SSL_CTX_set_session_id_context(context, kSessionContext, sizeof kSessionContext - 1);
  SSL_CTX_set_cert_cb(
      context,
      [](SSL* session, void* keys) {
        try {
          return static_cast<Keys*>(keys)->choose(session);
        } catch (const std::exception&) {
          return 0;
        }
      },
      keys_.get());
  SSL_CTX_set_alpn_select_cb(
      context,
      [](SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size, void*) {
        static const unsigned char kOurs[] = "\x08http/1.1";
        const int chosen =
            SSL_select_next_proto(const_cast<unsigned char**>(out), out_size, kOurs, sizeof kOurs - 1, in, in_size);
        return chosen == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
      },
      nullptr);
}

Authority::~Authority() = default;

void Authority::add_domain(const std::string& domain, const std::optional<CertificatePem>& own) {
  keys_->domain = lower(domain);
  keys_->brought = own ? std::make_unique<Brought>(*own) : nullptr;
}

bool is_certificate_for(const CertificatePem& pem, const std::string& name) { return Brought(pem).is_for(name); }

CertificatePem Authority::issue(const std::vector<std::string>& names) const {
  const KeyPtr key = make_key();
  return {to_pem(keys_->sign(key.get(), names).get()) + ca_pem_, to_pem(key.get())};
}

bool Authority::serves(std::string_view name) {
  const std::string text(name);
  if (!is_name(text) || is_ip_address(text) || text.find('*') != std::string::npos) return false;
  for (std::string_view domain : {".amazonaws.com", ".amazonaws.com.cn", ".aws", ".localhost"})
    if (name.ends_with(domain)) return true;
  return name == "localhost";
}

ssl_ctx_st* Authority::server_context() const { return keys_->context.get(); }

}  // namespace hanbat::http
