#include "guest/deploy_agent/specification.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include <memory>

#include "border/fields.h"

namespace hanbat::guest {

std::string verified_content(const std::string& pem) {
  std::unique_ptr<BIO, int (*)(BIO*)> in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  std::unique_ptr<PKCS7, void (*)(PKCS7*)> message(PEM_read_bio_PKCS7(in.get(), nullptr, nullptr, nullptr), PKCS7_free);
  if (!message) throw border::MessageError("the deployment specification is no PEM PKCS#7 message");
  std::unique_ptr<X509_STORE, void (*)(X509_STORE*)> store(X509_STORE_new(), X509_STORE_free);
  std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new(BIO_s_mem()), BIO_free);
  if (PKCS7_verify(message.get(), nullptr, store.get(), nullptr, out.get(), PKCS7_NOVERIFY) != 1)
    throw border::MessageError("the signature of the deployment specification is wrong");
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

Specification read_specification(const codedeploycommands::Envelope& envelope) {
  const std::string format = envelope.format.value_or("");
  if (format != "PKCS7/JSON")
    throw border::MessageError("the deployment specification has the format " + format + ", not PKCS7/JSON");
  const std::string content = verified_content(envelope.payload.value_or(""));
  return Specification::from_json(border::parse_message(content, "the deployment specification"));
}

}  // namespace hanbat::guest
