// Copies: a new row that shares the segments of another; no byte is copied.
#include "base/encoding.h"
#include "base/words.h"
#include "services/s3/objects/object_parts.h"
#include "services/s3/s3.h"

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
  const wire::Error invalid("InvalidArgument", 400,
                            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
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
void check_source(const In& in, const ObjectRow& source) {
  try {
    check_conditions(source, in.copy_source_if_match, in.copy_source_if_none_match, in.copy_source_if_modified_since,
                     in.copy_source_if_unmodified_since, {});
  } catch (const NotModified&) {
    throw wire::Error("PreconditionFailed", 412, "At least one of the pre-conditions you specified did not hold");
  }
}

}  // namespace

CopyObjectOutput S3::copy_object(region::Request& rq, const CopyObjectInput& in) {
  const CopySource from = parse_copy_source(in.copy_source);
  const bool retag = require_word(in.tagging_directive, CopyDirective::kCopy) == CopyDirective::kReplace;
  const Json new_tags = parse_tagging(retag ? in.tagging.value_or("") : "");
  region::ConditionKeys keys = write_keys(in, new_tags);
  keys["s3:x-amz-copy-source"] = {in.copy_source};
  if (in.metadata_directive) keys["s3:x-amz-metadata-directive"] = {*in.metadata_directive};
  if (in.if_match) keys["s3:if-match"] = {*in.if_match};
  if (in.if_none_match) keys["s3:if-none-match"] = {*in.if_none_match};
  const BucketRow bucket =
      require_bucket_for_key(rq, "s3:PutObject", in.bucket, in.key, in.expected_bucket_owner, {}, std::move(keys));
  const BucketRow source_bucket =
      require_bucket_for_key(rq, from.version_id ? "s3:GetObjectVersion" : "s3:GetObject", from.bucket, from.key,
                             in.expected_source_bucket_owner, from.version_id);
  check_key(in.key);
  check_encryption(rq.operation.name, in.server_side_encryption);
  const ObjectRow source = require_object(rq, source_bucket, from.key, from.version_id);
  // Tags that come along are read there and written here.
  const Json* old_tags = retag ? nullptr : source.body.find("tags");
  if (old_tags && !old_tags->empty())
    require_bucket_for_key(rq, from.version_id ? "s3:GetObjectVersionTagging" : "s3:GetObjectTagging", from.bucket,
                           from.key, {}, from.version_id);
  require_tagging(rq, in.bucket, in.key, old_tags ? *old_tags : new_tags);
  require_acl(rq, bucket, in.key, in.acl);
  check_source(in, source);
  check_write_conditions(find_latest(rq.tx, bucket.id, in.key), in.if_match, in.if_none_match);
  const bool replace = require_word(in.metadata_directive, CopyDirective::kCopy) == CopyDirective::kReplace;
  if (from.bucket == in.bucket && from.key == in.key && !from.version_id && !replace && !retag && !in.storage_class &&
      !in.server_side_encryption)
    throw wire::Error("InvalidRequest", 400,
                      "This copy request is illegal because it is trying to copy an object to itself without changing "
                      "the object's metadata, storage class, website redirect location or encryption attributes.");

  ObjectRow copy = source;
  copy.bucket = bucket.id;
  copy.key = in.key;
  copy.modified = rq.now();
  copy.body.erase("parts");
  if (replace) {
    copy.body["headers"] = headers_of(in);
    copy.body["metadata"] = metadata_of(in);
  }
  if (retag) copy.body["tags"] = new_tags;
  if (in.storage_class) copy.body["storage_class"] = *in.storage_class;
  copy = write_object(rq, bucket, std::move(copy), "CopyObject");

  CopyObjectOutput out;
  out.server_side_encryption = kSseS3;
  auto& result = out.copy_object_result.emplace();
  result.e_tag = copy.e_tag;
  result.last_modified = copy.modified;
  give_checksums(copy.body, result);
  if (versioning_of(bucket)) out.version_id = copy.version_id;
  if (versioning_of(source_bucket)) out.copy_source_version_id = source.version_id;
  return out;
}

UploadPartCopyOutput S3::upload_part_copy(region::Request& rq, const UploadPartCopyInput& in) {
  const CopySource from = parse_copy_source(in.copy_source);
  require_bucket_for_key(rq, "s3:PutObject", in.bucket, in.key, in.expected_bucket_owner, {},
                         {{"s3:x-amz-copy-source", {in.copy_source}}});
  const BucketRow source_bucket =
      require_bucket_for_key(rq, from.version_id ? "s3:GetObjectVersion" : "s3:GetObject", from.bucket, from.key,
                             in.expected_source_bucket_owner, from.version_id);
  const UploadRow upload = require_upload(rq, in.bucket, in.key, in.upload_id);
  const ObjectRow source = require_object(rq, source_bucket, from.key, from.version_id);
  check_source(in, source);
  ByteRange range{0, source.size};
  if (in.copy_source_range) {
    const auto asked = parse_range(*in.copy_source_range, source.size);
    if (!asked)
      throw wire::Error(
          "InvalidArgument", 400,
          "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are "
          "the zero-based offsets of the first and last bytes to copy");
    range = *asked;
  }

  PartRow part;
  part.number = in.part_number;
  part.size = range.size;
  part.modified = rq.now();
  const auto segments = slice(source.segments(), range.first, range.size);
  part.body = Json::object({{"segments", to_json(segments)}});
  // A part's ETag is its MD5. Of a whole simple object that is known; of a piece it must be computed.
  const bool whole = range.size == source.size && source.e_tag.find('-') == std::string::npos;
  if (whole) {
    part.e_tag = source.e_tag;
  } else {
    const store::Blob& blob =
        rq.prepare<store::LooseBlob>(part.body.dump(), [&blobs = home_.blobs, segments, size = range.size] {
            const auto writer = blobs.create();
            body_of(blobs, segments, 0, size).read([&](std::string_view bytes) { writer->write(bytes); });
            return store::LooseBlob(blobs, writer->commit());
          }).blob();
    part.e_tag = quoted_e_tag(blob.md5);
    part.body["segments"] = to_json(std::vector<Segment>{{blob.sha256, 0, blob.size}});
  }
  put_part(rq.tx, home_.blobs, upload.upload_id, part);

  UploadPartCopyOutput out;
  out.server_side_encryption = kSseS3;
  auto& result = out.copy_part_result.emplace();
  result.e_tag = part.e_tag;
  result.last_modified = part.modified;
  if (versioning_of(source_bucket)) out.copy_source_version_id = source.version_id;
  return out;
}

}  // namespace hanbat::s3
