// Multipart uploads: parts arrive in any order and again.
#include <algorithm>

#include "base/ids.h"
#include "region/canonical_user.h"
#include "services/s3/buckets/ownership.h"
#include "services/s3/encryption/sealed_bytes.h"
#include "services/s3/lifecycle/rules.h"
#include "services/s3/objects/object_parts.h"
#include "services/s3/s3.h"
#include "services/s3/uploads/upload_checksum.h"
#include "services/s3/website/configuration.h"

namespace hanbat::s3 {

std::optional<ChecksumAlgorithm> algorithm_of(const UploadRow& upload) {
  const std::string name = upload.body.text("algorithm");
  if (name.empty()) return std::nullopt;
  return require_word<ChecksumAlgorithm>(name);
}

ChecksumType require_type(const std::string& named) {
  if (const auto found = find_word<ChecksumType>(named)) return *found;
  throw wire::Error("InvalidRequest", 400, "Value for x-amz-checksum-type header is invalid.");
}

namespace {

ChecksumType usual_type(ChecksumAlgorithm algorithm) {
  return algorithm == ChecksumAlgorithm::kCrc64nvme ? ChecksumType::kFullObject : ChecksumType::kComposite;
}

/// When the bucket's rules end the upload, if they do.
template <class Out>
void tell_end(const BucketRow& bucket, const UploadRow& upload, Out& out) {
  const auto end = find_end(lifecycle_rules_of(bucket), upload);
  if (!end) return;
  out.abort_date = end->at;
  out.abort_rule_id = end->rule_id;
}

/// Whether such a checksum can be made from those of the parts.
bool goes_with(ChecksumAlgorithm algorithm, ChecksumType type) {
  switch (algorithm) {
    case ChecksumAlgorithm::kCrc32:
    case ChecksumAlgorithm::kCrc32c:
      return true;
    case ChecksumAlgorithm::kCrc64nvme:
      return type == ChecksumType::kFullObject;
    case ChecksumAlgorithm::kSha1:
    case ChecksumAlgorithm::kSha256:
      return type == ChecksumType::kComposite;
  }
  return false;
}

}  // namespace

UploadRow S3::require_upload(region::Request& rq, const std::string& bucket, const std::string& key,
                             const std::string& upload_id) {
  const auto upload = find_upload(rq.tx, upload_id);
  if (!upload || upload->bucket != bucket || upload->key != key)
    throw wire::Error("NoSuchUpload", 404,
                      "The specified upload does not exist. The upload ID may be invalid, or the upload may have been "
                      "aborted or completed.")
        .with("UploadId", upload_id);
  return *upload;
}

CreateMultipartUploadOutput S3::create_multipart_upload(region::Request& rq, const CreateMultipartUploadInput& in) {
  const Json tags = parse_tagging(in.tagging.value_or(""));
  const BucketRow bucket =
      require_bucket_for_key(rq, "s3:PutObject", in.bucket, in.key, terms_of(in), {}, write_keys(in, tags));
  require_tagging(rq, in.bucket, in.key, tags);
  const auto acl = acl_of_write(rq, bucket, in.key, acl_headers(in));
  check_key(in.key);
  const auto key = customer_key_of_write(rq, bucket, in);
  check_encryption(rq.operation.name, in.server_side_encryption);
  check_storage_class(in.storage_class);
  check_redirect_location(in.website_redirect_location);

  UploadRow upload{random_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._", 64),
                   bucket.id,
                   in.key,
                   rq.now(),
                   rq.caller.arn,
                   Json::object({{"headers", headers_of(in)}, {"metadata", metadata_of(in)}})};
  keep_written(upload.body, acl, bucket);
  if (in.tagging) upload.body["tags"] = tags;
  set_lock(rq, bucket, in, in.key, upload.body);
  if (in.storage_class && *in.storage_class != "STANDARD") upload.body["storage_class"] = *in.storage_class;
  if (in.website_redirect_location) upload.body[kRedirectLocation] = *in.website_redirect_location;
  if (key) upload.body[kSealedBy] = sealed_by(*key);
  CreateMultipartUploadOutput out;
  tell_end(bucket, upload, out);
  give_encryption(key, out);
  if (in.checksum_type && !in.checksum_algorithm)
    throw wire::Error("InvalidRequest", 400,
                      "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
  if (in.checksum_algorithm) {
    const ChecksumAlgorithm algorithm = require_algorithm(rq.operation.name, *in.checksum_algorithm);
    const ChecksumType type = in.checksum_type ? require_type(*in.checksum_type) : usual_type(algorithm);
    const std::string name(word_of(algorithm)), type_name(word_of(type));
    if (!goes_with(algorithm, type))
      throw wire::Error("InvalidRequest", 400,
                        "The " + type_name + " checksum type cannot be used with the " + name + " checksum algorithm.");
    upload.body["algorithm"] = name;
    upload.body["checksum_type"] = type_name;
    out.checksum_algorithm = *in.checksum_algorithm;
    out.checksum_type = type_name;
  }
  insert(rq.tx, upload);

  out.bucket = bucket.id;
  out.key = in.key;
  out.upload_id = upload.upload_id;
  return out;
}

namespace {

/// The checksum of a part, of the upload's algorithm. Throws InvalidRequest where the part was sent with another, or
/// with none where those of the parts are what the object's is made of.
Json part_checksums(region::Request& rq, const UploadRow& upload, const UploadPartInput& in, const PartRow& part,
                    const std::optional<CustomerKey>& key) {
  Json sums = checksums_of(in.body);
  const auto algorithm = algorithm_of(upload);
  // Who completes the upload need not bring the key to read the parts again.
  const std::string usual(word_of(kUsualChecksum));
  if (key && !algorithm && !sums.contains(usual))
    sums[usual] = read_again(rq, part.segments(), kUsualChecksum, key).checksum;
  std::string told;
  if (told_algorithm(in)) told = word_of(*told_algorithm(in));
  if (in.checksum_algorithm) told = lower(*in.checksum_algorithm);
  if (!algorithm || sums.contains(word_of(*algorithm))) return sums;
  const std::string wanted(word_of(*algorithm));
  if (!told.empty() || upload.body.text("checksum_type") == word_of(ChecksumType::kComposite))
    throw wire::Error("InvalidRequest", 400,
                      "Checksum Type mismatch occurred, expected checksum Type: " + wanted +
                          ", actual checksum Type: " + (told.empty() ? "null" : told));
  return Json::object({{wanted, read_again(rq, part.segments(), *algorithm, key).checksum}});
}

}  // namespace

UploadPartOutput S3::upload_part(region::Request& rq, const UploadPartInput& in) {
  region::ConditionKeys keys;
  if (in.sse_customer_algorithm)
    keys["s3:x-amz-server-side-encryption-customer-algorithm"] = {*in.sse_customer_algorithm};
  const BucketRow bucket =
      require_bucket_for_key(rq, "s3:PutObject", in.bucket, in.key, terms_of(in), {}, std::move(keys));
  const UploadRow upload = require_upload(rq, in.bucket, in.key, in.upload_id);
  check_part_number(in.part_number);
  const auto key = customer_key_of_write(rq, bucket, in);
  require_part_key(upload.body, key);

  const wire::Body& body = in.body;
  const std::string name = in.upload_id + "/" + std::to_string(in.part_number);
  const Rewritten* sealed = key ? &seal(rq, body, name, key) : nullptr;
  const store::Blob blob = sealed ? sealed->loose.blob() : blob_of(rq, body, name);
  PartRow part;
  part.number = in.part_number;
  part.size = blob.size;
  part.e_tag = quoted_e_tag(blob.md5);
  part.modified = rq.now();
  part.body = Json::object();
  if (blob.size > 0)
    part.body["segments"] = to_json(std::vector<Segment>{{blob.sha256, 0, blob.size, sealed ? sealed->iv : ""}});
  part.body["checksums"] = part_checksums(rq, upload, in, part, key);
  put_part(rq.tx, home_.blobs, upload.upload_id, part);

  UploadPartOutput out;
  give_encryption(key, out);
  out.e_tag = part.e_tag;
  if (upload.body.contains("algorithm") || told_algorithm(in) || in.checksum_algorithm) give_checksums(part.body, out);
  return out;
}

AbortMultipartUploadOutput S3::abort_multipart_upload(region::Request& rq, const AbortMultipartUploadInput& in) {
  require_bucket_for_key(rq, "s3:AbortMultipartUpload", in.bucket, in.key, terms_of(in));
  remove_upload(rq.tx, home_.blobs, require_upload(rq, in.bucket, in.key, in.upload_id));
  return {};
}

ListPartsOutput S3::list_parts(region::Request& rq, const ListPartsInput& in) {
  const BucketRow bucket = require_bucket_for_key(rq, "s3:ListMultipartUploadParts", in.bucket, in.key, terms_of(in));
  const UploadRow upload = require_upload(rq, in.bucket, in.key, in.upload_id);
  if (const auto key = customer_key_of(rq, in)) require_part_key(upload.body, key);
  const int limit = std::min(in.max_parts.value_or(1000), 1000);
  const int marker = in.part_number_marker.value_or(0);
  if (marker < 0)
    throw invalid_argument("Argument part-number-marker must be an integer between 0 and 2147483647",
                           "part-number-marker", std::to_string(marker));
  if (limit < 0)
    throw invalid_argument("Argument max-parts must be an integer between 0 and 2147483647", "max-parts",
                           std::to_string(limit));
  auto parts = s3::list_parts(rq.tx, upload.upload_id, marker, limit + 1);

  ListPartsOutput out;
  tell_end(bucket, upload, out);
  out.bucket = bucket.id;
  out.key = in.key;
  out.upload_id = in.upload_id;
  out.part_number_marker = marker;
  out.max_parts = limit;
  out.is_truncated = static_cast<int>(parts.size()) > limit;
  if (*out.is_truncated) {
    parts.resize(static_cast<std::size_t>(limit));
  }
  out.next_part_number_marker = parts.empty() ? 0 : parts.back().number;
  if (upload.body.contains("algorithm")) {
    out.checksum_algorithm = capitals(upload.body.text("algorithm"));
    out.checksum_type = upload.body.text("checksum_type");
  }
  out.storage_class = upload.body.text("storage_class", "STANDARD");
  out.owner.emplace().id = region::canonical_user_id(owner_of(bucket, upload.body));
  out.initiator = initiator_of(upload);
  for (const PartRow& row : parts) {
    if (!out.parts) out.parts.emplace();
    Part part;
    part.part_number = row.number;
    part.size = static_cast<std::int64_t>(row.size);
    part.e_tag = row.e_tag;
    part.last_modified = row.modified;
    if (upload.body.contains("algorithm")) give_checksums(row.body, part);
    out.parts->push_back(std::move(part));
  }
  return out;
}

}  // namespace hanbat::s3
