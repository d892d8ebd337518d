#include "services/codedeploy/agents/specification.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>
#include <stdexcept>

namespace hanbat::codedeploy {
namespace {

template <auto Free>
struct Freeing {
  template <class T>
  void operator()(T* it) const {
    Free(it);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freeing<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freeing<X509_free>>;
using Message = std::unique_ptr<PKCS7, Freeing<PKCS7_free>>;
using Bio = std::unique_ptr<BIO, Freeing<BIO_free_all>>;

template <class T>
T require(T it, const char* what) {
  if (!it) throw std::runtime_error(std::string("OpenSSL: cannot ") + what);
  return it;
}

std::string text_of(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

Bio memory() { return require(Bio(BIO_new(BIO_s_mem())), "allocate"); }
Bio memory(const std::string& text) {
  return require(Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))), "allocate");
}

}  // namespace

border::DeploymentSpecification specification(const Deployment& d) {
  const S3Location s3 = d.info.revision->s3_location.value_or(S3Location{});
  border::DeploymentSpecification out;
  out.deployment_id = d.id();
  out.group_id = d.group_id;
  out.group_name = *d.info.deployment_group_name;
  out.application_name = *d.info.application_name;
  out.creator = d.info.creator.value_or(out.creator);
  out.file_exists_behavior = d.info.file_exists_behavior.value_or(out.file_exists_behavior);
  out.bucket = s3.bucket.value_or("");
  out.key = s3.key.value_or("");
  out.bundle_type = s3.bundle_type.value_or("zip");
  out.version = s3.version.value_or("");
  out.etag = s3.e_tag.value_or("");
  return out;
}

Signer make_signer() {
  const Key key = require(Key(EVP_EC_gen("P-256")), "make a key");
  const Certificate certificate = require(Certificate(X509_new()), "make a certificate");
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -86'400);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 20L * 365 * 86'400);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const auto* text = reinterpret_cast<const unsigned char*>("codedeploy signer");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_set_pubkey(certificate.get(), key.get());
  if (!X509_sign(certificate.get(), key.get(), EVP_sha256()))
    throw std::runtime_error("OpenSSL: cannot sign a certificate");

  const Bio key_text = memory(), certificate_text = memory();
  PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_X509(certificate_text.get(), certificate.get());
  return {text_of(key_text), text_of(certificate_text)};
}

std::string sign(const Signer& signer, const std::string& content) {
  const Key key = require(Key(PEM_read_bio_PrivateKey(memory(signer.private_key).get(), nullptr, nullptr, nullptr)),
                          "read the key");
  const Certificate certificate =
      require(Certificate(PEM_read_bio_X509(memory(signer.certificate).get(), nullptr, nullptr, nullptr)),
              "read the certificate");
  const Bio bytes = memory(content);
  const Message message = require(
      Message(PKCS7_sign(certificate.get(), key.get(), nullptr, bytes.get(), PKCS7_BINARY | PKCS7_NOSMIMECAP)), "sign");
  const Bio out = memory();
  if (!PEM_write_bio_PKCS7(out.get(), message.get()))
    throw std::runtime_error("OpenSSL: cannot write a PKCS#7 message");
  return text_of(out);
}

}  // namespace hanbat::codedeploy
