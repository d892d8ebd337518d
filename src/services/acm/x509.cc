// https://docs.aws.amazon.com/acm/latest/userguide/import-certificate-prerequisites.html
#include "services/acm/x509.h"

#include <fmt/format.h>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <utility>
#include <vector>

#include "base/text.h"
#include "wire/error.h"

namespace hanbat::acm {
namespace {

struct FreeX509 {
  void operator()(X509* p) const { X509_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(BIO* p) const { BIO_free(p); }
  void operator()(BIGNUM* p) const { BN_free(p); }
  void operator()(GENERAL_NAMES* p) const { GENERAL_NAMES_free(p); }
  void operator()(EXTENDED_KEY_USAGE* p) const { EXTENDED_KEY_USAGE_free(p); }
  void operator()(ASN1_OBJECT* p) const { ASN1_OBJECT_free(p); }
};
template <class T>
using OwnedX509 = std::unique_ptr<T, FreeX509>;
using CertificateX509 = OwnedX509<X509>;

constexpr int kLongestName = 256;

ValidationException invalid(std::string message) { return ValidationException(std::move(message)); }

OwnedX509<BIO> reader_of(const std::string& text) {
  return OwnedX509<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// Every certificate of the text, in order.
std::vector<CertificateX509> certificates_of(const std::string& pem) {
  const auto reader = reader_of(pem);
  std::vector<CertificateX509> all;
  while (X509* one = PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr)) all.emplace_back(one);
  ERR_clear_error();
  return all;
}

/// A begin that yielded no certificate is one that is broken.
std::size_t begins_of(const std::string& pem) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  std::size_t count = 0;
  for (std::size_t at = pem.find(kBegin); at != std::string::npos; at = pem.find(kBegin, at + 1)) ++count;
  return count;
}

CertificateX509 require_one(const std::string& pem) {
  auto all = certificates_of(pem);
  if (all.empty()) throw invalid("The certificate is not PEM-encoded or is not valid.");
  if (all.size() > 1 || begins_of(pem) > 1)
    throw invalid(
        "The certificate field contains more than one certificate. You can specify only one certificate in this "
        "field.");
  return std::move(all.front());
}

Timestamp time_of(const ASN1_TIME* time) {
  std::tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return Timestamp{static_cast<std::int64_t>(::timegm(&parts)) * 1000};
}

/// The last entry of that kind; "" when there is none.
std::string entry_of(const X509_NAME* name, int kind) {
  std::string value;
  for (int at = X509_NAME_get_index_by_NID(name, kind, -1); at >= 0; at = X509_NAME_get_index_by_NID(name, kind, at)) {
    unsigned char* text = nullptr;
    const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    if (size > 0) value.assign(reinterpret_cast<char*>(text), static_cast<std::size_t>(size));
    OPENSSL_free(text);
  }
  return value;
}

/// "C=KR,O=Example,CN=www.example.com"
std::string text_of(const X509_NAME* name) {
  const OwnedX509<BIO> out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~XN_FLAG_DN_REV & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::vector<std::string> names_of(X509* certificate) {
  std::vector<std::string> names;
  const OwnedX509<GENERAL_NAMES> all(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all.get(), i);
    if (name->type != GEN_DNS) continue;
    const auto* bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
    names.push_back(lower(std::string_view(bytes, static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)))));
  }
  return names;
}

std::string serial_of(X509* certificate) {
  const OwnedX509<BIGNUM> number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number.get())), '\0');
  BN_bn2bin(number.get(), reinterpret_cast<unsigned char*>(bytes.data()));
  std::string text;
  for (const char c : bytes) text += fmt::format("{}{:02x}", text.empty() ? "" : ":", static_cast<unsigned char>(c));
  return text;
}

/// As DescribeCertificate writes it, "RSA-2048"; "" for one that load balancers do not take.
std::string algorithm_of(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA")) {
    const int bits = EVP_PKEY_get_bits(key);
    return bits == 1024 || bits == 2048 || bits == 3072 || bits == 4096 ? fmt::format("RSA-{}", bits) : "";
  }
  char group[kLongestName] = {};
  std::size_t size = 0;
  if (!EVP_PKEY_is_a(key, "EC") || EVP_PKEY_get_group_name(key, group, sizeof group, &size) != 1) return "";
  const std::string name(group, size);
  for (const char* known : {"prime256v1", "secp384r1", "secp521r1"})
    if (name == known) return "EC-" + name;
  return "";
}

/// "SHA256WITHRSA"
std::string signature_of(X509* certificate) {
  int digest = NID_undef, key = NID_undef;
  OBJ_find_sigid_algs(X509_get_signature_nid(certificate), &digest, &key);
  const std::string hash = digest == NID_undef ? "" : OBJ_nid2sn(digest);
  const bool elliptic = key == NID_X9_62_id_ecPublicKey;
  return hash + "WITH" + (elliptic ? "ECDSA" : "RSA");
}

constexpr std::pair<std::uint32_t, const char*> kKeyUsages[] = {{KU_DIGITAL_SIGNATURE, "DIGITAL_SIGNATURE"},
                                                                {KU_NON_REPUDIATION, "NON_REPUDIATION"},
                                                                {KU_KEY_ENCIPHERMENT, "KEY_ENCIPHERMENT"},
                                                                {KU_DATA_ENCIPHERMENT, "DATA_ENCIPHERMENT"},
                                                                {KU_KEY_AGREEMENT, "KEY_AGREEMENT"},
                                                                {KU_KEY_CERT_SIGN, "CERTIFICATE_SIGNING"},
                                                                {KU_CRL_SIGN, "CRL_SIGNING"},
                                                                {KU_ENCIPHER_ONLY, "ENCIPHER_ONLY"},
                                                                {KU_DECIPHER_ONLY, "DECIPHER_ONLY"}};

std::vector<KeyUsage> key_usages_of(X509* certificate) {
  std::vector<KeyUsage> usages;
  const std::uint32_t bits = X509_get_key_usage(certificate);
  if (bits == UINT32_MAX) {
    usages.push_back({.name = "ANY"});
    return usages;
  }
  for (const auto& [bit, name] : kKeyUsages)
    if (bits & bit) usages.push_back({.name = name});
  return usages;
}

constexpr std::pair<int, const char*> kExtendedUsages[] = {{NID_server_auth, "TLS_WEB_SERVER_AUTHENTICATION"},
                                                           {NID_client_auth, "TLS_WEB_CLIENT_AUTHENTICATION"},
                                                           {NID_code_sign, "CODE_SIGNING"},
                                                           {NID_email_protect, "EMAIL_PROTECTION"},
                                                           {NID_time_stamp, "TIME_STAMPING"},
                                                           {NID_OCSP_sign, "OCSP_SIGNING"},
                                                           {NID_anyExtendedKeyUsage, "ANY"}};

std::vector<ExtendedKeyUsage> extended_usages_of(X509* certificate) {
  std::vector<ExtendedKeyUsage> usages;
  const OwnedX509<EXTENDED_KEY_USAGE> all(
      static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(certificate, NID_ext_key_usage, nullptr, nullptr)));
  if (!all) {
    usages.push_back({.name = "NONE"});
    return usages;
  }
  for (int i = 0; i < sk_ASN1_OBJECT_num(all.get()); ++i) {
    const ASN1_OBJECT* object = sk_ASN1_OBJECT_value(all.get(), i);
    char number[kLongestName];
    OBJ_obj2txt(number, sizeof number, object, 1);
    const auto known = std::find_if(std::begin(kExtendedUsages), std::end(kExtendedUsages),
                                    [&](const auto& one) { return one.first == OBJ_obj2nid(object); });
    usages.push_back({.name = known == std::end(kExtendedUsages) ? "CUSTOM" : known->second, .oid = number});
  }
  return usages;
}

/// Of a key under a password nothing is asked on any terminal.
int no_password(char*, int, int, void*) { return 0; }

}  // namespace

CertificateDetail read_certificate(const std::string& pem) {
  const CertificateX509 certificate = require_one(pem);
  const X509_NAME* subject = X509_get_subject_name(certificate.get());
  const X509_NAME* issuer = X509_get_issuer_name(certificate.get());
  CertificateDetail detail;
  std::vector<std::string> names = names_of(certificate.get());
  const std::string common = lower(entry_of(subject, NID_commonName));
  detail.domain_name = !common.empty() ? common : names.empty() ? "" : names.front();
  if (names.empty() && !common.empty()) names.push_back(common);
  detail.subject_alternative_names = std::move(names);
  detail.subject = text_of(subject);
  const std::string organization = entry_of(issuer, NID_organizationName);
  detail.issuer = organization.empty() ? entry_of(issuer, NID_commonName) : organization;
  detail.serial = serial_of(certificate.get());
  detail.not_before = time_of(X509_get0_notBefore(certificate.get()));
  detail.not_after = time_of(X509_get0_notAfter(certificate.get()));
  const EVP_PKEY* key = X509_get0_pubkey(certificate.get());
  if (const std::string algorithm = key ? algorithm_of(key) : ""; !algorithm.empty()) detail.key_algorithm = algorithm;
  detail.signature_algorithm = signature_of(certificate.get());
  detail.key_usages = key_usages_of(certificate.get());
  detail.extended_key_usages = extended_usages_of(certificate.get());
  return detail;
}

void require_key_of(const std::string& certificate_pem, const std::string& key_pem) {
  const CertificateX509 certificate = require_one(certificate_pem);
  const auto reader = reader_of(key_pem);
  const OwnedX509<EVP_PKEY> key(PEM_read_bio_PrivateKey(reader.get(), nullptr, no_password, nullptr));
  ERR_clear_error();
  if (!key) throw invalid("The private key is not PEM-encoded or is not valid.");
  if (algorithm_of(key.get()).empty()) throw invalid("The private key is not supported.");
  const bool matches = X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (!matches) throw invalid("The private key does not match the public key of the certificate.");
}

void require_chain_of(const std::string& certificate_pem, const std::string& chain_pem) {
  const auto signed_by = [](X509* certificate, X509* signer) {
    const bool is = X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(signer)) == 0 &&
                    X509_verify(certificate, X509_get0_pubkey(signer)) == 1;
    ERR_clear_error();
    return is;
  };
  const CertificateX509 certificate = require_one(certificate_pem);
  if (chain_pem.empty()) {
    if (!signed_by(certificate.get(), certificate.get()))
      throw invalid(
          "Provided certificate is not a valid self signed. Please provide either a valid self-signed certificate or "
          "certificate chain.");
    return;
  }
  const auto chain = certificates_of(chain_pem);
  if (chain.empty() || chain.size() != begins_of(chain_pem))
    throw invalid("The certificate chain is not PEM-encoded or is not valid.");
  X509* last = certificate.get();
  for (std::size_t i = 0; i < chain.size(); ++i) {
    if (!signed_by(last, chain[i].get()))
      throw invalid(fmt::format(
          "Unable to validate certificate chain. The certificate chain must start with the immediate signing "
          "certificate, followed by any intermediaries in order. The index within the chain of the invalid "
          "certificate is: {}",
          i));
    last = chain[i].get();
  }
}

}  // namespace hanbat::acm
