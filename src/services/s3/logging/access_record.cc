#include "services/s3/logging/access_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/encoding.h"

namespace hanbat::s3 {
namespace {

/// Operations of the API, and what the log calls them. Such as are not here are never logged.
constexpr std::pair<std::string_view, std::string_view> kOperations[] = {
    {"AbortMultipartUpload", "DELETE.UPLOAD"},
    {"CompleteMultipartUpload", "POST.UPLOAD"},
    {"CopyObject", "COPY.OBJECT"},
    {"CreateBucket", "PUT.BUCKET"},
    {"CreateMultipartUpload", "POST.UPLOADS"},
    {"DeleteBucket", "DELETE.BUCKET"},
    {"DeleteBucketCors", "DELETE.CORS"},
    {"DeleteBucketEncryption", "DELETE.ENCRYPTION"},
    {"DeleteBucketLifecycle", "DELETE.LIFECYCLE"},
    {"DeleteBucketOwnershipControls", "DELETE.OWNERSHIP_CONTROLS"},
    {"DeleteBucketPolicy", "DELETE.BUCKETPOLICY"},
    {"DeleteBucketReplication", "DELETE.REPLICATION"},
    {"DeleteBucketTagging", "DELETE.TAGGING"},
    {"DeleteBucketWebsite", "DELETE.WEBSITE"},
    {"DeleteObject", "DELETE.OBJECT"},
    {"DeleteObjectTagging", "DELETE.OBJECT_TAGGING"},
    {"DeleteObjects", "POST.MULTI_OBJECT_DELETE"},
    {"DeletePublicAccessBlock", "DELETE.PUBLIC_ACCESS_BLOCK"},
    {"GetBucketAccelerateConfiguration", "GET.ACCELERATE"},
    {"GetBucketAcl", "GET.ACL"},
    {"GetBucketCors", "GET.CORS"},
    {"GetBucketEncryption", "GET.ENCRYPTION"},
    {"GetBucketLifecycleConfiguration", "GET.LIFECYCLE"},
    {"GetBucketLocation", "GET.LOCATION"},
    {"GetBucketLogging", "GET.LOGGING_STATUS"},
    {"GetBucketNotificationConfiguration", "GET.NOTIFICATION"},
    {"GetBucketOwnershipControls", "GET.OWNERSHIP_CONTROLS"},
    {"GetBucketPolicy", "GET.BUCKETPOLICY"},
    {"GetBucketPolicyStatus", "GET.POLICY_STATUS"},
    {"GetBucketReplication", "GET.REPLICATION"},
    {"GetBucketRequestPayment", "GET.REQUEST_PAYMENT"},
    {"GetBucketTagging", "GET.TAGGING"},
    {"GetBucketVersioning", "GET.VERSIONING"},
    {"GetBucketWebsite", "GET.WEBSITE"},
    {"GetObject", "GET.OBJECT"},
    {"GetObjectAcl", "GET.ACL"},
    {"GetObjectAttributes", "GET.OBJECT_ATTRIBUTES"},
    {"GetObjectLegalHold", "GET.LEGAL_HOLD"},
    {"GetObjectLockConfiguration", "GET.OBJECT_LOCK_CONFIGURATION"},
    {"GetObjectRetention", "GET.RETENTION"},
    {"GetObjectTagging", "GET.OBJECT_TAGGING"},
    {"GetPublicAccessBlock", "GET.PUBLIC_ACCESS_BLOCK"},
    {"HeadBucket", "HEAD.BUCKET"},
    {"HeadObject", "HEAD.OBJECT"},
    {"ListMultipartUploads", "GET.UPLOADS"},
    {"ListObjectVersions", "GET.BUCKETVERSIONS"},
    {"ListObjects", "GET.BUCKET"},
    {"ListObjectsV2", "GET.BUCKET"},
    {"ListParts", "GET.UPLOAD"},
    {"PutBucketAcl", "PUT.ACL"},
    {"PutBucketCors", "PUT.CORS"},
    {"PutBucketEncryption", "PUT.ENCRYPTION"},
    {"PutBucketLifecycleConfiguration", "PUT.LIFECYCLE"},
    {"PutBucketLogging", "PUT.LOGGING_STATUS"},
    {"PutBucketNotificationConfiguration", "PUT.NOTIFICATION"},
    {"PutBucketOwnershipControls", "PUT.OWNERSHIP_CONTROLS"},
    {"PutBucketPolicy", "PUT.BUCKETPOLICY"},
    {"PutBucketRequestPayment", "PUT.REQUEST_PAYMENT"},
    {"PutBucketTagging", "PUT.TAGGING"},
    {"PutBucketVersioning", "PUT.VERSIONING"},
    {"PutBucketWebsite", "PUT.WEBSITE"},
    {"PutObject", "PUT.OBJECT"},
    {"PutObjectAcl", "PUT.ACL"},
    {"PutObjectLegalHold", "PUT.LEGAL_HOLD"},
    {"PutObjectLockConfiguration", "PUT.OBJECT_LOCK_CONFIGURATION"},
    {"PutObjectRetention", "PUT.RETENTION"},
    {"PutObjectTagging", "PUT.OBJECT_TAGGING"},
    {"PutPublicAccessBlock", "PUT.PUBLIC_ACCESS_BLOCK"},
    {"RestoreObject", "POST.RESTORE"},
    {"UploadPart", "PUT.PART"},
    {"UploadPartCopy", "COPY.PART"},
};

/// A field that no space ends; "-" of what is not there.
std::string word(std::string_view text) {
  if (text.empty()) return "-";
  std::string out;
  for (const char each : text) {
    const auto c = static_cast<unsigned char>(each);
    if (c <= 0x20 || c >= 0x7f || c == '"')
      out += fmt::format("%{:02X}", c);
    else
      out += each;
  }
  return out;
}

/// A field in quotes, which nothing within ends.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char each : text.empty() ? std::string_view("-") : text) {
    const auto c = static_cast<unsigned char>(each);
    if (c < 0x20 || c >= 0x7f || c == '"')
      out += fmt::format("%{:02X}", c);
    else
      out += each;
  }
  return out + "\"";
}

template <class Number>
std::string number(const std::optional<Number>& value) {
  return value ? std::to_string(*value) : "-";
}

}  // namespace

std::string access_line(const AccessRecord& r) {
  const std::string key = r.key.empty() ? "-" : percent_encode(r.key, "/");
  const std::string uri = r.uri.empty() ? "-" : quoted(r.uri);
  const std::string sent = r.sent == 0 ? "-" : std::to_string(r.sent);
  std::string out =
      fmt::format("{} {} [{}] {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", word(r.owner), word(r.bucket),
                  format_utc(r.at, "%d/%b/%Y:%H:%M:%S +0000"), word(r.address), word(r.requester), word(r.request_id),
                  word(r.operation), key, uri, r.status == 0 ? "-" : std::to_string(r.status), word(r.error), sent,
                  number(r.object_size), number(r.total_ms), number(r.turn_ms), r.uri.empty() ? "-" : quoted(r.referer),
                  r.uri.empty() ? "-" : quoted(r.user_agent), word(r.version_id));
  return out + fmt::format(" {} {} - {} {} {} - {} {}", word(r.host_id), word(r.signature), word(r.authentication),
                           word(r.host), word(r.tls), r.acl_required ? "Yes" : "-", word(r.region));
}

std::string logged_operation(std::string_view operation, std::string_view method, bool has_key) {
  const auto found = std::find_if(std::begin(kOperations), std::end(kOperations),
                                  [&](const auto& one) { return one.first == operation; });
  if (found != std::end(kOperations)) return fmt::format("REST.{}", found->second);
  return fmt::format("REST.{}.{}", method, has_key ? "OBJECT" : "BUCKET");
}

}  // namespace hanbat::s3
