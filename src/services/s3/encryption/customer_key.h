// SSE-C: objects that are encrypted by keys of the customer's, which come with each request and are never stored.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "region/request.h"
#include "services/s3/buckets/store.h"

namespace hanbat::s3 {

/// A key as a request brings it: 32 raw bytes, and their MD5 in base64.
struct CustomerKey {
  std::string bytes;
  std::string md5;
};

/// Of the bodies of objects and uploads: a salt and the salted HMAC of their key, by which the right one is known.
inline constexpr const char* kSealedBy = "sse_c";
inline constexpr const char* kSseC = "AES256";

/// Reads the three headers of a key; nothing when there are none. Throws S3's errors (400) for those that do not go
/// together, and where they come over a connection that others may read.
std::optional<CustomerKey> read_customer_key(const region::Request& rq, const std::optional<std::string>& algorithm,
                                             const std::optional<std::string>& key,
                                             const std::optional<std::string>& md5);
template <class In>
std::optional<CustomerKey> customer_key_of(const region::Request& rq, const In& in) {
  return read_customer_key(rq, in.sse_customer_algorithm, in.sse_customer_key, in.sse_customer_key_md5);
}
/// The key of the source of a copy.
template <class In>
std::optional<CustomerKey> source_key_of(const region::Request& rq, const In& in) {
  return read_customer_key(rq, in.copy_source_sse_customer_algorithm, in.copy_source_sse_customer_key,
                           in.copy_source_sse_customer_key_md5);
}

/// Throws AccessDenied where the bucket blocks SSE-C, InvalidArgument where another encryption is asked for, too.
void check_sealing(const region::Request& rq, const BucketRow& bucket, const std::string& object,
                   const std::optional<std::string>& other);
/// The key of a write, or of a part, as the bucket takes it.
template <class In>
std::optional<CustomerKey> customer_key_of_write(const region::Request& rq, const BucketRow& bucket, const In& in) {
  auto key = customer_key_of(rq, in);
  std::optional<std::string> other;
  if constexpr (requires { in.server_side_encryption; }) other = in.server_side_encryption;
  if (key) check_sealing(rq, bucket, in.key, other);
  return key;
}

/// What is kept of a key.
Json sealed_by(const CustomerKey& key);
bool is_sealed(const Json& body);
bool opens(const CustomerKey& key, const Json& body);
/// Throws for a read of an object whose key is not given (InvalidRequest), is another (AccessDenied), or that has none
/// (InvalidRequest).
void require_opened(const Json& body, const std::optional<CustomerKey>& key);
/// Throws InvalidRequest for a part that is not encrypted as its upload is.
void require_part_key(const Json& upload, const std::optional<CustomerKey>& key);

/// Tells in an answer how the object is encrypted: by the key, or as every other.
template <class Out>
void give_encryption(const std::optional<CustomerKey>& key, Out& out) {
  if (key) {
    out.sse_customer_algorithm = kSseC;
    out.sse_customer_key_md5 = key->md5;
  } else {
    out.server_side_encryption = "AES256";
  }
}

}  // namespace hanbat::s3
