#include "guest/deploy_agent/specification.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include <memory>

#include "base/text.h"

namespace hanbat::guest {

std::string verified_content(const std::string& pem) {
  std::unique_ptr<BIO, int (*)(BIO*)> in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  std::unique_ptr<PKCS7, void (*)(PKCS7*)> message(PEM_read_bio_PKCS7(in.get(), nullptr, nullptr, nullptr), PKCS7_free);
  if (!message) throw SpecificationError("the deployment specification is no PEM PKCS#7 message");
  std::unique_ptr<X509_STORE, void (*)(X509_STORE*)> store(X509_STORE_new(), X509_STORE_free);
  std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new(BIO_s_mem()), BIO_free);
  if (PKCS7_verify(message.get(), nullptr, store.get(), nullptr, out.get(), PKCS7_NOVERIFY) != 1)
    throw SpecificationError("the signature of the deployment specification is wrong");
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

namespace {

Specification specification_of(const Json& json) {
  Specification s;
  auto require = [&](const char* name) {
    const std::string value = json.text(name);
    if (value.empty()) throw SpecificationError(std::string("the deployment specification has no ") + name);
    return value;
  };
  s.deployment_id = require("DeploymentId");
  s.group_id = require("DeploymentGroupId");
  s.group_name = require("DeploymentGroupName");
  s.application_name = require("ApplicationName");
  for (const std::string& part : {s.deployment_id, s.group_id})
    if (part.find('/') != std::string::npos || part.starts_with('.'))
      throw SpecificationError("the deployment specification names a folder: " + part);
  s.app_spec_filename = json.text("AppSpecFilename", s.app_spec_filename);
  if (s.app_spec_filename.starts_with('/') || s.app_spec_filename.find("..") != std::string::npos)
    throw SpecificationError("the application specification file lies outside the revision: " + s.app_spec_filename);
  s.file_exists_behavior =
      json["AgentActionOverrides"]["AgentOverrides"].text("FileExistsBehavior", s.file_exists_behavior);
  const Json& revision = json["Revision"];
  if (revision.text("RevisionType") != "S3")
    throw SpecificationError("revisions of type \"" + revision.text("RevisionType") +
                             "\" are not supported by this agent; S3 is");
  const Json& s3 = revision["S3Revision"];
  s.bucket = s3.text("Bucket");
  s.key = s3.text("Key");
  s.bundle_type = s3.text("BundleType");
  s.version = s3.text("Version");
  s.etag = replace_all(s3.text("ETag"), "\"", "");
  return s;
}

}  // namespace

Specification parse_specification(const std::string& text) {
  try {
    return specification_of(Json::parse(text));
  } catch (const JsonError& error) {
    throw SpecificationError(std::string("the deployment specification is wrong: ") + error.what());
  }
}

Specification read_specification(const Json& envelope) {
  const std::string format = envelope.text("Format"), payload = envelope.text("Payload");
  if (format != "PKCS7/JSON")
    throw SpecificationError("the deployment specification has the format " + format + ", not PKCS7/JSON");
  return parse_specification(verified_content(payload));
}

}  // namespace hanbat::guest
