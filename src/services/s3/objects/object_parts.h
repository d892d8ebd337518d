// What put, get, head, copy and multipart share about an object: its headers, its conditions, its ranges, its checksums
// and how its bytes come out of its segments.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "base/time.h"
#include "gen/s3/model.h"
#include "region/request.h"
#include "region/tag_keys.h"
#include "services/s3/acls/acl.h"
#include "services/s3/encryption/customer_key.h"
#include "services/s3/objects/checksums.h"
#include "services/s3/objects/store.h"
#include "services/s3/tagging.h"
#include "store/blobs.h"
#include "wire/body.h"
#include "wire/error.h"

namespace hanbat::s3 {

/// The body's bytes as a blob, which is there already for what came from outside; else the request prepares it. `what`
/// names the object or part that it is for. The blob stays until the call has ended.
store::Blob blob_of(region::Request& rq, const wire::Body& body, const std::string& what);
/// What is known of bytes when all of them have been read.
struct ReadAgain {
  std::string checksum;  // base64
  std::string md5;       // hex
};
/// Reads the bytes for a checksum that nobody made yet; outside of the transaction, see Request::prepare. `key`: as of
/// body_of.
ReadAgain read_again(region::Request& rq, const std::vector<Segment>& segments, ChecksumAlgorithm algorithm,
                     const std::optional<CustomerKey>& key = {});
/// `size` bytes from `offset` of the segments, streamed; with the key that they were encrypted by, if they were.
wire::Body body_of(const store::Blobs& blobs, const std::vector<Segment>& segments, std::uint64_t offset,
                   std::uint64_t size, const std::optional<CustomerKey>& key = {});
/// The piece of the segments.
std::vector<Segment> slice(const std::vector<Segment>& segments, std::uint64_t offset, std::uint64_t size);

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t size = 0;
};
/// Reads "bytes=a-b", "bytes=a-", "bytes=-n"; nothing when it is no single range (S3 then sends the whole). Throws
/// InvalidRange when it lies outside.
std::optional<ByteRange> parse_range(std::string_view range, std::uint64_t size);

/// InvalidArgument, and which argument it is about.
wire::Error invalid_argument(std::string message, std::string name, std::string value);
/// What looks like a version's id may have been one; what does not never was: InvalidArgument.
void check_version_id(const std::string& id);
/// Throws InvalidStorageClass for a class that no object of a general purpose bucket has.
void check_storage_class(const std::optional<std::string>& asked);

/// 304, with those headers of the 200 that a cache updates what it keeps by (RFC 9110, 15.4.5).
class NotModified : public wire::Error {
 public:
  explicit NotModified(const HeadObjectOutput& described) : wire::Error("NotModified", 304, "Not Modified") {
    told_.e_tag = described.e_tag;
    told_.last_modified = described.last_modified;
    told_.cache_control = described.cache_control;
    told_.expires = described.expires;
  }

  const wire::Shape* members_shape() const override { return &HeadObjectOutput::shape(); }
  const void* members() const override { return &told_; }

 private:
  HeadObjectOutput told_;
};

/// Conditions of a read of the object, which a 200 would describe so. Their headers begin with `prefix` where they are
/// about the source of a copy. Throws PreconditionFailed or NotModified.
void check_conditions(Timestamp now, std::string_view prefix, const ObjectRow& object,
                      const std::optional<std::string>& if_match, const std::optional<std::string>& if_none_match,
                      const std::optional<Timestamp>& if_modified_since,
                      const std::optional<Timestamp>& if_unmodified_since, const HeadObjectOutput& described);
/// Conditions of a write: If-Match on what is there, If-None-Match: * on nothing. A version that came after `since` is
/// a conflict with who else writes. Throws PreconditionFailed, NoSuchKey, ConditionalRequestConflict, 501
/// NotImplemented for those that S3 does not take either.
void check_write_conditions(const std::string& key, const std::optional<ObjectRow>& there,
                            const std::optional<std::string>& if_match, const std::optional<std::string>& if_none_match,
                            std::optional<Timestamp> since = {});

/// How every object is encrypted, as AWS says it of those that name nothing else (see README.md on the bytes
/// themselves).
inline constexpr const char* kSseS3 = "AES256";
/// What a write may ask of its object's encryption: SSE-S3. Throws 501 for KMS's.
void check_encryption(std::string_view operation, const std::optional<std::string>& asked);

/// What policies may bound the writing of an object by, whichever operation begins it.
template <class In>
region::ConditionKeys write_keys(const In& in, const Json& tags) {
  region::ConditionKeys keys = object_tag_keys(tags);
  add_acl_keys(acl_headers(in), keys);
  if (in.storage_class) keys["s3:x-amz-storage-class"] = {*in.storage_class};
  if (in.server_side_encryption) keys["s3:x-amz-server-side-encryption"] = {*in.server_side_encryption};
  if (in.sse_customer_algorithm)
    keys["s3:x-amz-server-side-encryption-customer-algorithm"] = {*in.sse_customer_algorithm};
  return keys;
}
void check_key(std::string_view key);
inline constexpr int kMostParts = 10'000;
/// Throws InvalidArgument for what is no part's number.
void check_part_number(int number);
std::string quoted_e_tag(std::string_view e_tag);
/// Of a Content-Encoding what belongs to the object: not the chunks that it came in.
std::optional<std::string> stored_encoding(const std::optional<std::string>& told);
/// The header fields of an object, kept under the names of the API's members.
template <class In>
Json headers_of(const In& in) {
  Json headers = Json::object();
  const auto keep = [&](std::string_view name, const std::optional<std::string>& value) {
    if (value) headers[name] = *value;
  };
  keep("CacheControl", in.cache_control);
  keep("ContentDisposition", in.content_disposition);
  keep("ContentEncoding", stored_encoding(in.content_encoding));
  keep("ContentLanguage", in.content_language);
  headers["ContentType"] = in.content_type.value_or("binary/octet-stream");
  if (in.expires) headers["Expires"] = in.expires->ms;
  return headers;
}
/// User metadata; names are lower case on the wire.
template <class In>
Json metadata_of(const In& in) {
  Json out = Json::object();
  std::size_t size = 0;
  if (in.metadata)
    for (const auto& [name, value] : *in.metadata) {
      out[lower(name)] = value;
      size += name.size() + value.size();
    }
  if (size > 2048)
    throw wire::Error("MetadataTooLarge", 400, "Your metadata headers exceed the maximum allowed metadata size")
        .with("Size", std::to_string(size))
        .with("MaxSizeAllowed", "2048");
  return out;
}

}  // namespace hanbat::s3
