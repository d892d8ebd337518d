// Copies: a new row that shares the segments of another; no byte is copied.
#include "base/encoding.h"
#include "base/text.h"
#include "base/words.h"
#include "services/s3/archive/archive.h"
#include "services/s3/buckets/ownership.h"
#include "services/s3/encryption/sealed_bytes.h"
#include "services/s3/objects/object_parts.h"
#include "services/s3/s3.h"
#include "services/s3/website/configuration.h"

namespace hanbat::s3 {
namespace {

/// Whether a copy keeps its source's metadata or tags, or has those of the call.
enum class CopyDirective { kCopy, kReplace };

}  // namespace
}  // namespace hanbat::s3

namespace hanbat {

template <>
constexpr auto kWords<s3::CopyDirective> = std::to_array<Word<s3::CopyDirective>>(
    {{s3::CopyDirective::kCopy, "COPY"}, {s3::CopyDirective::kReplace, "REPLACE"}});

}  // namespace hanbat

namespace hanbat::s3 {
namespace {

struct CopySource {
  std::string bucket;
  std::string key;
  std::optional<std::string> version_id;
};

/// Reads "bucket/key" or "/bucket/key", with "?versionId=…". Throws InvalidArgument.
CopySource parse_copy_source(std::string_view text) {
  const wire::Error invalid =
      invalid_argument("Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
                       "x-amz-copy-source", "x-amz-copy-source");
  CopySource out;
  if (const std::size_t at = text.find("?versionId="); at != std::string_view::npos) {
    out.version_id = std::string(text.substr(at + 11));
    text = text.substr(0, at);
  }
  const auto decoded = percent_decode(text);
  if (!decoded) throw wire::Error(invalid);
  std::string_view path = *decoded;
  if (path.starts_with('/')) path.remove_prefix(1);
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == path.size()) throw wire::Error(invalid);
  out.bucket = path.substr(0, slash);
  out.key = path.substr(slash + 1);
  return out;
}

template <class In>
void check_source(Timestamp now, const In& in, const ObjectRow& source) {
  check_conditions(now, "x-amz-copy-source-", source, in.copy_source_if_match, in.copy_source_if_none_match,
                   in.copy_source_if_modified_since, in.copy_source_if_unmodified_since, {});
  require_readable(source, now);
}

CopyDirective directive_of(const std::optional<std::string>& named, const std::string& what) {
  if (!named) return CopyDirective::kCopy;
  if (const auto found = find_word<CopyDirective>(*named)) return *found;
  throw invalid_argument("Unknown " + what + " directive.", "x-amz-" + what + "-directive", *named);
}

/// The checksums of the copy, which is of one piece: those of its source, if they are of its bytes and of the algorithm
/// that is asked for; else they are made, and with them the ETag that a single object has.
void give_copy_checksums(region::Request& rq, const CopyObjectInput& in, ObjectRow& copy, bool was_in_parts,
                         const std::optional<CustomerKey>& key) {
  std::optional<ChecksumAlgorithm> wanted;
  if (in.checksum_algorithm) wanted = require_algorithm(rq.operation.name, *in.checksum_algorithm);
  const Json& kept = copy.body["checksums"];
  const bool of_bytes = copy.body.text("checksum_type") == word_of(ChecksumType::kFullObject);
  if (!wanted)
    for (const auto& [algorithm, name] : kWords<ChecksumAlgorithm>)
      if (kept.contains(name)) wanted = algorithm;
  const std::string name(word_of(wanted.value_or(kUsualChecksum)));
  if (!was_in_parts && of_bytes && kept.contains(name)) {
    const std::string sum = kept.text(name);
    copy.body["checksums"] = Json::object({{name, sum}});
    return;
  }
  const ReadAgain read = read_again(rq, copy.segments(), wanted.value_or(kUsualChecksum), key);
  copy.body["checksums"] = Json::object({{name, read.checksum}});
  copy.body["checksum_type"] = word_of(ChecksumType::kFullObject);
  if (was_in_parts) copy.e_tag = quoted_e_tag(read.md5);
}

/// What a copy consists of: its source's segments, unless one of the two is encrypted by a customer's key. Then the
/// bytes are written anew.
struct CopiedBytes {
  std::vector<Segment> segments;
  std::optional<std::string> e_tag;  // of what was written anew
};

CopiedBytes copied_bytes(region::Request& rq, const std::string& name, std::vector<Segment> segments,
                         const std::optional<CustomerKey>& from, const std::optional<CustomerKey>& to) {
  if (!from && !to) return {std::move(segments), std::nullopt};
  std::uint64_t size = 0;
  for (const Segment& segment : segments) size += segment.size;
  const Rewritten& anew = rewrite(
      rq, name + " of " + to_json(segments).dump(),
      [&blobs = rq.home.blobs, segments, size, from] { return body_of(blobs, segments, 0, size, from); }, to);
  return {anew.segments(), quoted_e_tag(anew.loose.blob().md5)};
}

region::ConditionKeys keys_of_copy(const CopyObjectInput& in, const Json& tags) {
  region::ConditionKeys keys = write_keys(in, tags);
  keys["s3:x-amz-copy-source"] = {in.copy_source};
  if (in.metadata_directive) keys["s3:x-amz-metadata-directive"] = {*in.metadata_directive};
  if (in.if_match) keys["s3:if-match"] = {*in.if_match};
  if (in.if_none_match) keys["s3:if-none-match"] = {*in.if_none_match};
  return keys;
}

/// The source under the copy's name, without what is the source's alone.
ObjectRow begin_copy(const CopyObjectInput& in, const ObjectRow& source, Timestamp now) {
  ObjectRow copy = source;
  copy.bucket = in.bucket;
  copy.key = in.key;
  copy.modified = now;
  for (const char* of_source : {"parts", "part_checksums", "upload_id", "storage_class", kRestored, kRedirectLocation,
                                kAcl, kObjectOwner, kSealedBy})
    copy.body.erase(of_source);
  if (in.storage_class && *in.storage_class != "STANDARD") copy.body["storage_class"] = *in.storage_class;
  if (in.website_redirect_location) copy.body[kRedirectLocation] = *in.website_redirect_location;
  return copy;
}

/// Gives the copy its bytes, their checksums and its ETag.
void fill_copy(region::Request& rq, const CopyObjectInput& in, const ObjectRow& source, ObjectRow& copy,
               const std::optional<CustomerKey>& source_key, const std::optional<CustomerKey>& key) {
  const CopiedBytes bytes = copied_bytes(rq, in.bucket + "/" + in.key, source.segments(), source_key, key);
  if (bytes.e_tag) copy.body["segments"] = to_json(bytes.segments);
  if (key) copy.body[kSealedBy] = sealed_by(*key);
  give_copy_checksums(rq, in, copy, source.body.contains("parts"), key);
  if (bytes.e_tag) copy.e_tag = *bytes.e_tag;
}

/// The range of a source, which has to have a beginning and an end within it.
ByteRange source_range(const std::string& text, std::uint64_t size) {
  const std::string_view digits = std::string_view(text).substr(std::min<std::size_t>(text.size(), 6));
  const std::size_t dash = digits.find('-');
  const std::int64_t first = parse_int(digits.substr(0, dash)).value_or(-1);
  const std::int64_t last = dash == std::string_view::npos ? -1 : parse_int(digits.substr(dash + 1)).value_or(-1);
  if (!text.starts_with("bytes=") || first < 0 || last < first)
    throw invalid_argument(
        "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the "
        "zero-based offsets of the first and last bytes to copy",
        "x-amz-copy-source-range", text);
  if (static_cast<std::uint64_t>(last) >= size)
    throw invalid_argument("Range specified is not valid for source object of size: " + std::to_string(size),
                           "x-amz-copy-source-range", text);
  return {static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(last - first) + 1};
}

}  // namespace

ObjectRow S3::require_source(region::Request& rq, const BucketRow& bucket, const std::string& key,
                             const std::optional<std::string>& version_id) {
  try {
    return require_object(rq, bucket, key, version_id);
  } catch (const wire::Error& error) {
    if (error.status() != 405) throw;
    throw wire::Error("InvalidRequest", 400,
                      "The source of a copy request may not specifically refer to a delete marker by version id.");
  }
}

CopyObjectOutput S3::copy_object(region::Request& rq, const CopyObjectInput& in) {
  const CopySource from = parse_copy_source(in.copy_source);
  const bool retag = directive_of(in.tagging_directive, "tagging") == CopyDirective::kReplace;
  const Json new_tags = parse_tagging(retag ? in.tagging.value_or("") : "");
  const BucketRow bucket =
      require_bucket_for_key(rq, "s3:PutObject", in.bucket, in.key, terms_of(in), {}, keys_of_copy(in, new_tags));
  const BucketRow source_bucket = require_bucket_for_key(rq, from.version_id ? "s3:GetObjectVersion" : "s3:GetObject",
                                                         from.bucket, from.key, terms_of_source(in), from.version_id);
  check_key(in.key);
  const auto key = customer_key_of_write(rq, bucket, in);
  const auto source_key = source_key_of(rq, in);
  check_encryption(rq.operation.name, in.server_side_encryption);
  check_storage_class(in.storage_class);
  check_redirect_location(in.website_redirect_location);
  const ObjectRow source = require_source(rq, source_bucket, from.key, from.version_id);
  require_opened(source.body, source_key);
  // Tags that come along are read there and written here.
  const Json* old_tags = retag ? nullptr : source.body.find("tags");
  if (old_tags && !old_tags->empty())
    require_bucket_for_key(rq, from.version_id ? "s3:GetObjectVersionTagging" : "s3:GetObjectTagging", from.bucket,
                           from.key, {}, from.version_id);
  require_tagging(rq, in.bucket, in.key, old_tags ? *old_tags : new_tags);
  const auto acl = acl_of_write(rq, bucket, in.key, acl_headers(in));
  check_source(rq.now(), in, source);
  check_write_conditions(in.key, find_latest(rq.tx, bucket.id, in.key), in.if_match, in.if_none_match);
  const bool replace = directive_of(in.metadata_directive, "metadata") == CopyDirective::kReplace;
  if (from.bucket == in.bucket && from.key == in.key && !from.version_id && !replace && !retag && !in.storage_class &&
      !in.server_side_encryption && !in.website_redirect_location && !key)
    throw wire::Error("InvalidRequest", 400,
                      "This copy request is illegal because it is trying to copy an object to itself without changing "
                      "the object's metadata, storage class, website redirect location or encryption attributes.");

  ObjectRow copy = begin_copy(in, source, rq.now());
  keep_written(copy.body, acl, bucket);
  set_lock(rq, bucket, in, in.key, copy.body);
  fill_copy(rq, in, source, copy, source_key, key);
  if (replace) {
    copy.body["headers"] = headers_of(in);
    copy.body["metadata"] = metadata_of(in);
  }
  if (retag) copy.body["tags"] = new_tags;
  copy = write_object(rq, bucket, std::move(copy), "CopyObject");

  CopyObjectOutput out;
  out.expiration = told_expiration(bucket, copy);
  give_encryption(key, out);
  auto& result = out.copy_object_result.emplace();
  result.e_tag = copy.e_tag;
  result.last_modified = copy.modified;
  give_checksums(copy.body, result);
  result.checksum_type = copy.body.text("checksum_type");
  out.version_id = told_of_new(bucket, copy.version_id);
  if (versioning_of(source_bucket)) out.copy_source_version_id = source.version_id;
  return out;
}

UploadPartCopyOutput S3::upload_part_copy(region::Request& rq, const UploadPartCopyInput& in) {
  const CopySource from = parse_copy_source(in.copy_source);
  region::ConditionKeys keys{{"s3:x-amz-copy-source", {in.copy_source}}};
  if (in.sse_customer_algorithm)
    keys["s3:x-amz-server-side-encryption-customer-algorithm"] = {*in.sse_customer_algorithm};
  const BucketRow bucket =
      require_bucket_for_key(rq, "s3:PutObject", in.bucket, in.key, terms_of(in), {}, std::move(keys));
  const BucketRow source_bucket = require_bucket_for_key(rq, from.version_id ? "s3:GetObjectVersion" : "s3:GetObject",
                                                         from.bucket, from.key, terms_of_source(in), from.version_id);
  const UploadRow upload = require_upload(rq, in.bucket, in.key, in.upload_id);
  const auto key = customer_key_of_write(rq, bucket, in);
  require_part_key(upload.body, key);
  const ObjectRow source = require_source(rq, source_bucket, from.key, from.version_id);
  const auto source_key = source_key_of(rq, in);
  require_opened(source.body, source_key);
  check_part_number(in.part_number);
  check_source(rq.now(), in, source);
  const ByteRange range =
      in.copy_source_range ? source_range(*in.copy_source_range, source.size) : ByteRange{0, source.size};

  PartRow part;
  part.number = in.part_number;
  part.size = range.size;
  part.modified = rq.now();
  const CopiedBytes bytes = copied_bytes(rq, in.upload_id + "/" + std::to_string(in.part_number),
                                         slice(source.segments(), range.first, range.size), source_key, key);
  part.body = Json::object({{"segments", to_json(bytes.segments)}});
  // A part's ETag is its MD5.
  const std::string algorithm = upload.body.text("algorithm", word_of(kUsualChecksum));
  const ReadAgain read = read_again(rq, part.segments(), require_word<ChecksumAlgorithm>(algorithm), key);
  part.e_tag = bytes.e_tag.value_or(quoted_e_tag(read.md5));
  part.body["checksums"] = Json::object({{algorithm, read.checksum}});
  put_part(rq.tx, home_.blobs, upload.upload_id, part);

  UploadPartCopyOutput out;
  give_encryption(key, out);
  auto& result = out.copy_part_result.emplace();
  result.e_tag = part.e_tag;
  result.last_modified = part.modified;
  if (upload.body.contains("algorithm")) give_checksums(part.body, result);
  if (versioning_of(source_bucket)) out.copy_source_version_id = source.version_id;
  return out;
}

}  // namespace hanbat::s3
