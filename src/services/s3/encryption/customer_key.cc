#include "services/s3/encryption/customer_key.h"

#include <string_view>

#include "base/encoding.h"
#include "base/ids.h"
#include "base/text.h"
#include "crypto/aes_ctr.h"
#include "crypto/digest.h"
#include "services/s3/buckets/encryption.h"
#include "services/s3/objects/object_parts.h"
#include "wire/error.h"

namespace hanbat::s3 {
namespace {

constexpr std::size_t kSaltSize = 16;
constexpr const char* kArgument = "x-amz-server-side-encryption";

wire::Error invalid_key(const std::string& message) { return invalid_argument(message, kArgument, "null"); }
wire::Error needs(const std::string& what) {
  return invalid_key("Requests specifying Server Side Encryption with Customer provided keys must provide " + what);
}
wire::Error invalid_sealing(std::string message) { return {"InvalidRequest", 400, std::move(message)}; }

}  // namespace

std::optional<CustomerKey> read_customer_key(const region::Request& rq, const std::optional<std::string>& algorithm,
                                             const std::optional<std::string>& key,
                                             const std::optional<std::string>& md5) {
  if (!algorithm && !key && !md5) return std::nullopt;
  // A call in process goes over no connection.
  if (!rq.host.empty() && !rq.caller.secure_transport)
    throw invalid_sealing(
        "Requests specifying Server Side Encryption with Customer provided keys must be made over a secure "
        "connection.");
  if (!algorithm) throw needs("a valid encryption algorithm.");
  if (*algorithm != kSseC)
    throw wire::Error("InvalidEncryptionAlgorithmError", 400,
                      "The Encryption request you specified is not valid. Supported value: AES256.")
        .with("ArgumentName", kArgument)
        .with("ArgumentValue", *algorithm);
  if (!key) throw needs("an appropriate secret key.");
  if (!md5) throw needs("the client calculated MD5 of the secret key.");
  const std::string bytes = from_base64(*key).value_or("");
  if (to_base64(crypto::digest(crypto::Digest::Kind::kMd5, bytes)) != *md5)
    throw invalid_key("The calculated MD5 hash of the key did not match the hash that was provided.");
  if (bytes.size() != crypto::AesCtr::kKeySize)
    throw invalid_key("The secret key was invalid for the specified algorithm.");
  return CustomerKey{bytes, *md5};
}

void check_sealing(const region::Request& rq, const BucketRow& bucket, const std::string& object,
                   const std::optional<std::string>& other) {
  if (other)
    throw invalid_argument(
        "Server Side Encryption with Customer provided key is incompatible with the encryption method specified",
        kArgument, *other);
  if (blocks_customer_keys(bucket))
    throw wire::Error("AccessDenied", 403,
                      "User: " + rq.caller.arn + " is not authorized to perform: s3:PutObject on resource: \"" +
                          region::KindOf<Bucket>::arn(bucket) + "/" + object +
                          "\" because this bucket has blocked upload requests that specify Server Side Encryption with "
                          "Customer provided keys (SSE-C). Please specify a different server-side encryption type");
}

Json sealed_by(const CustomerKey& key) {
  const std::string salt = random_bytes(kSaltSize);
  return Json::object({{"salt", to_hex(salt)}, {"hmac", to_hex(crypto::hmac_sha256(salt, key.bytes))}});
}

bool is_sealed(const Json& body) { return body.contains(kSealedBy); }

bool opens(const CustomerKey& key, const Json& body) {
  const Json& kept = body[kSealedBy];
  const std::string salt = from_hex(kept.text("salt")).value_or("");
  return constant_time_equals(to_hex(crypto::hmac_sha256(salt, key.bytes)), kept.text("hmac"));
}

void require_opened(const Json& body, const std::optional<CustomerKey>& key) {
  if (!is_sealed(body)) {
    if (key) throw invalid_sealing("The encryption parameters are not applicable to this object.");
    return;
  }
  if (!key)
    throw invalid_sealing(
        "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to "
        "retrieve the object.");
  if (!opens(*key, body))
    throw wire::Error("AccessDenied", 403,
                      "Requests specifying Server Side Encryption with Customer provided keys must provide the correct "
                      "secret key.");
}

void require_part_key(const Json& upload, const std::optional<CustomerKey>& key) {
  if (is_sealed(upload) != key.has_value())
    throw invalid_sealing(
        "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate "
        "encryption parameters.");
  if (key && !opens(*key, upload))
    throw invalid_sealing("The provided encryption parameters did not match the ones used originally.");
}

}  // namespace hanbat::s3
