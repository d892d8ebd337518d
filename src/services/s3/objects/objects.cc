// Objects: written and read.
#include "base/ids.h"
#include "base/text.h"
#include "base/words.h"
#include "services/s3/archive/archive.h"
#include "services/s3/encryption/sealed_bytes.h"
#include "services/s3/locks/lock.h"
#include "services/s3/objects/delete_marker.h"
#include "services/s3/objects/events.h"
#include "services/s3/objects/object_parts.h"
#include "services/s3/s3.h"
#include "services/s3/website/configuration.h"

namespace hanbat::s3 {
namespace {

/// What GetObjectAttributes can be asked for.
enum class ObjectAttribute { kETag, kChecksum, kObjectParts, kStorageClass, kObjectSize };

}  // namespace
}  // namespace hanbat::s3

namespace hanbat {

template <>
constexpr auto kWords<s3::ObjectAttribute> =
    std::to_array<Word<s3::ObjectAttribute>>({{s3::ObjectAttribute::kETag, "ETag"},
                                              {s3::ObjectAttribute::kChecksum, "Checksum"},
                                              {s3::ObjectAttribute::kObjectParts, "ObjectParts"},
                                              {s3::ObjectAttribute::kStorageClass, "StorageClass"},
                                              {s3::ObjectAttribute::kObjectSize, "ObjectSize"}});

}  // namespace hanbat

namespace hanbat::s3 {
namespace {

constexpr std::uint64_t kLargestPut = 5ull << 30;
constexpr int kMostListed = 1000;

/// What GetObject and HeadObject answer of an object alike.
template <class In, class Out>
void describe(Timestamp now, const In& in, const BucketRow& bucket, const ObjectRow& object, Out& out) {
  const Json& headers = object.body["headers"];
  const auto header = [&](std::string_view name) -> std::optional<std::string> {
    const Json* value = headers.find(name);
    if (!value) return std::nullopt;
    return value->as_string();
  };
  const auto prefer = [](const std::optional<std::string>& asked, std::optional<std::string> kept) {
    return asked ? asked : kept;
  };
  out.accept_ranges = "bytes";
  out.e_tag = object.e_tag;
  out.last_modified = object.modified;
  out.cache_control = prefer(in.response_cache_control, header("CacheControl"));
  out.content_disposition = prefer(in.response_content_disposition, header("ContentDisposition"));
  out.content_encoding = prefer(in.response_content_encoding, header("ContentEncoding"));
  out.content_language = prefer(in.response_content_language, header("ContentLanguage"));
  out.content_type = prefer(in.response_content_type, header("ContentType"));
  if (in.response_expires) {
    out.expires = *in.response_expires;
  } else if (const Json* expires = headers.find("Expires")) {
    out.expires = Timestamp{expires->as_int()};
  }
  if (const std::string storage = object.body.text("storage_class"); !storage.empty()) out.storage_class = storage;
  out.restore = restore_header(object, now);
  out.expiration = told_expiration(bucket, object);
  if (const Json* elsewhere = object.body.find(kRedirectLocation))
    out.website_redirect_location = elsewhere->as_string();
  give_lock(object, out);
  auto& metadata = out.metadata.emplace();
  if (const Json* kept = object.body.find("metadata"))
    for (const auto& [name, value] : kept->members()) metadata[name] = value.as_string();
  if (const Json* tags = object.body.find("tags"); tags && !tags->empty())
    out.tag_count = static_cast<int>(tags->size());
  if (is_sealed(object.body)) {
    out.sse_customer_algorithm = kSseC;
    out.sse_customer_key_md5 = in.sse_customer_key_md5;
  } else {
    out.server_side_encryption = kSseS3;
  }
  if (versioning_of(bucket)) out.version_id = object.version_id;
}

template <class In>
void check_conditions(Timestamp now, const In& in, const BucketRow& bucket, const ObjectRow& object) {
  HeadObjectOutput described;
  describe(now, in, bucket, object, described);
  s3::check_conditions(now, "", object, in.if_match, in.if_none_match, in.if_modified_since, in.if_unmodified_since,
                       described);
}

/// The part of the object that is asked for, by Range or by part number.
template <class In, class Out>
ByteRange choose_range(const In& in, const ObjectRow& object, Out& out) {
  ByteRange range{0, object.size};
  bool partial = false;
  if (in.part_number && in.range)
    throw wire::Error("InvalidRequest", 400, "Cannot specify both Range header and partNumber query parameter");
  if (in.part_number) {
    check_part_number(*in.part_number);
    const Json& parts = object.body["parts"];
    const std::int64_t count = parts.is_array() ? static_cast<std::int64_t>(parts.size()) : 1;
    if (*in.part_number > count)
      throw wire::Error("InvalidPartNumber", 416, "The requested partnumber is not satisfiable")
          .with("PartNumberRequested", std::to_string(*in.part_number))
          .with("ActualPartCount", std::to_string(count));
    partial = true;
    if (parts.is_array()) {
      for (int i = 1; i < *in.part_number; ++i)
        range.first += static_cast<std::uint64_t>(parts.items()[static_cast<std::size_t>(i) - 1].as_int());
      range.size = static_cast<std::uint64_t>(parts.items()[static_cast<std::size_t>(*in.part_number) - 1].as_int());
      out.parts_count = static_cast<int>(count);
    }
  } else if (in.range) {
    if (const auto asked = parse_range(*in.range, object.size)) {
      range = *asked;
      partial = true;
    }
  }
  if (partial && object.size > 0)
    out.content_range = "bytes " + std::to_string(range.first) + "-" + std::to_string(range.first + range.size - 1) +
                        "/" + std::to_string(object.size);
  out.content_length = static_cast<std::int64_t>(range.size);
  // A part's or a range's bytes are not what the checksums were made of.
  if (range.size == object.size && in.checksum_mode && iequals(*in.checksum_mode, "ENABLED")) {
    give_checksums(object.body, out);
    if (object.body.contains("checksum_type")) out.checksum_type = object.body.text("checksum_type");
  }
  return range;
}

/// Only who signs may have an answer's headers otherwise.
void check_response_headers(const region::Caller& caller, const GetObjectInput& in) {
  const bool asked = in.response_cache_control || in.response_content_disposition || in.response_content_encoding ||
                     in.response_content_language || in.response_content_type || in.response_expires;
  if (asked && caller.account.empty())
    throw wire::Error("InvalidRequest", 400,
                      "Request specific response headers cannot be used for anonymous GET requests.");
}

}  // namespace

void check_part_number(int number) {
  if (number < 1 || number > kMostParts)
    throw invalid_argument("Part number must be an integer between 1 and 10000, inclusive", "partNumber",
                           std::to_string(number));
}

ObjectRow S3::require_object(region::Request& rq, const BucketRow& bucket, const std::string& key,
                             const std::optional<std::string>& version_id) {
  const auto object =
      version_id ? find_version(rq.tx, bucket.id, key, *version_id) : find_latest(rq.tx, bucket.id, key);
  if (!object) {
    if (version_id) check_version_id(*version_id);
    if (version_id)
      throw wire::Error("NoSuchVersion", 404, "The specified version does not exist.")
          .with("Key", key)
          .with("VersionId", *version_id);
    // Who may not list the bucket does not learn what is in it.
    require_bucket(rq, "s3:ListBucket", bucket.id);
    throw wire::Error("NoSuchKey", 404, "The specified key does not exist.").with("Key", key);
  }
  if (object->delete_marker) {
    if (version_id) throw MarkerIsNoObject(*object, rq.operation.route.method);
    require_bucket(rq, "s3:ListBucket", bucket.id);
    throw HiddenByMarker(*object);
  }
  notes_of(rq).object_size = object->size;
  return *object;
}

void S3::require_tagging(region::Request& rq, const std::string& bucket, const std::string& key, const Json& tags) {
  if (!tags.empty()) require_bucket_for_key(rq, "s3:PutObjectTagging", bucket, key, {}, {}, object_tag_keys(tags));
}

ObjectRow S3::write_object(region::Request& rq, const BucketRow& bucket, ObjectRow object, std::string_view reason) {
  object.version_id = version_id_for(bucket);
  object = put_version(rq.tx, home_.blobs, std::move(object));
  if (!object.delete_marker) notes_of(rq).object_size = object.size;
  publish_object_event(rq, bucket, object, object.delete_marker ? ObjectEvent::kDeleted : ObjectEvent::kCreated,
                       reason);
  return object;
}

void S3::publish_object_event(region::Request& rq, const BucketRow& bucket, const ObjectRow& object, ObjectEvent event,
                              std::string_view reason) {
  s3::publish_object_event(home_, rq.tx, bucket, object, event,
                           {rq.request_id, rq.caller.account, rq.caller.source_ip, std::string(reason)});
}

PutObjectOutput S3::put_object(region::Request& rq, const PutObjectInput& in) {
  const Json tags = parse_tagging(in.tagging.value_or(""));
  region::ConditionKeys keys = write_keys(in, tags);
  if (in.if_match) keys["s3:if-match"] = {*in.if_match};
  if (in.if_none_match) keys["s3:if-none-match"] = {*in.if_none_match};
  const BucketRow bucket =
      require_bucket_for_key(rq, "s3:PutObject", in.bucket, in.key, terms_of(in), {}, std::move(keys));
  require_tagging(rq, in.bucket, in.key, tags);
  const auto acl = acl_of_write(rq, bucket, in.key, acl_headers(in));
  check_key(in.key);
  const auto key = customer_key_of_write(rq, bucket, in);
  check_encryption(rq.operation.name, in.server_side_encryption);
  check_storage_class(in.storage_class);
  check_redirect_location(in.website_redirect_location);
  check_write_conditions(in.key, find_latest(rq.tx, bucket.id, in.key), in.if_match, in.if_none_match);
  const wire::Body& body = in.body;
  if (body.size().value_or(0) > kLargestPut)
    throw wire::Error("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size");

  const std::string name = in.bucket + "/" + in.key;
  const Rewritten* sealed = key ? &seal(rq, body, name, key) : nullptr;
  const store::Blob blob = sealed ? sealed->loose.blob() : blob_of(rq, body, name);
  ObjectRow object;
  object.bucket = bucket.id;
  object.key = in.key;
  object.size = blob.size;
  object.e_tag = quoted_e_tag(blob.md5);
  object.modified = rq.now();
  object.body = Json::object({{"headers", headers_of(in)}, {"metadata", metadata_of(in)}});
  set_lock(rq, bucket, in, object.key, object.body);
  if (blob.size > 0)
    object.body["segments"] = to_json(std::vector<Segment>{{blob.sha256, 0, blob.size, sealed ? sealed->iv : ""}});
  if (key) object.body[kSealedBy] = sealed_by(*key);
  keep_written(object.body, acl, bucket);
  if (in.tagging) object.body["tags"] = tags;
  if (in.storage_class && *in.storage_class != "STANDARD") object.body["storage_class"] = *in.storage_class;
  if (in.website_redirect_location) object.body[kRedirectLocation] = *in.website_redirect_location;
  if (Json sums = checksums_of(body); !sums.empty()) {
    object.body["checksums"] = std::move(sums);
    object.body["checksum_type"] = word_of(ChecksumType::kFullObject);
  }
  object = write_object(rq, bucket, std::move(object), "PutObject");

  PutObjectOutput out;
  out.e_tag = object.e_tag;
  give_encryption(key, out);
  out.version_id = told_of_new(bucket, object.version_id);
  out.expiration = told_expiration(bucket, object);
  give_checksums(object.body, out);
  if (object.body.contains("checksum_type")) out.checksum_type = object.body.text("checksum_type");
  return out;
}

GetObjectOutput S3::get_object(region::Request& rq, const GetObjectInput& in) {
  const BucketRow bucket = require_bucket_for_key(rq, in.version_id ? "s3:GetObjectVersion" : "s3:GetObject", in.bucket,
                                                  in.key, terms_of(in), in.version_id);
  const ObjectRow object = require_object(rq, bucket, in.key, in.version_id);
  check_response_headers(rq.caller, in);
  const auto key = customer_key_of(rq, in);
  require_opened(object.body, key);
  check_conditions(rq.now(), in, bucket, object);
  require_readable(object, rq.now());

  GetObjectOutput out;
  describe(rq.now(), in, bucket, object, out);
  const ByteRange range = choose_range(in, object, out);
  out.body = body_of(home_.blobs, object.segments(), range.first, range.size, key);
  return out;
}

HeadObjectOutput S3::head_object(region::Request& rq, const HeadObjectInput& in) {
  const BucketRow bucket = require_bucket_for_key(rq, in.version_id ? "s3:GetObjectVersion" : "s3:GetObject", in.bucket,
                                                  in.key, terms_of(in), in.version_id);
  const ObjectRow object = require_object(rq, bucket, in.key, in.version_id);
  require_opened(object.body, customer_key_of(rq, in));
  check_conditions(rq.now(), in, bucket, object);

  HeadObjectOutput out;
  describe(rq.now(), in, bucket, object, out);
  choose_range(in, object, out);
  return out;
}

namespace {

void check_not_negative(const std::optional<int>& given, const char* header, const char* name) {
  if (given && *given < 0)
    throw invalid_argument(std::string("Argument ") + name + " must be an integer between 0 and 2147483647", header,
                           std::to_string(*given));
}

/// The parts that the object was made of; each of them only where it has a checksum of its own, as on AWS.
void describe_parts(const GetObjectAttributesInput& in, const ObjectRow& object, GetObjectAttributesOutput& out) {
  if (!object.body.contains("parts")) return;
  const auto& sizes = object.body["parts"].items();
  auto& parts = out.object_parts.emplace();
  parts.total_parts_count = static_cast<int>(sizes.size());
  const Json* sums = object.body.find("part_checksums");
  if (!sums) return;
  const int most = std::min(in.max_parts.value_or(kMostListed), kMostListed);
  const int marker = in.part_number_marker.value_or(0);
  const int end = std::min(static_cast<int>(sizes.size()), marker + most);
  for (int i = marker; i < end; ++i) {
    ObjectPart& part = (parts.parts ? *parts.parts : parts.parts.emplace()).emplace_back();
    part.part_number = i + 1;
    part.size = sizes[static_cast<std::size_t>(i)].as_int();
    give_checksums(Json::object({{"checksums", sums->items()[static_cast<std::size_t>(i)]}}), part);
  }
  parts.max_parts = most;
  parts.part_number_marker = marker;
  parts.next_part_number_marker = end;
  parts.is_truncated = end < static_cast<int>(sizes.size());
}

}  // namespace

GetObjectAttributesOutput S3::get_object_attributes(region::Request& rq, const GetObjectAttributesInput& in) {
  require_bucket_for_key(rq, in.version_id ? "s3:GetObjectVersion" : "s3:GetObject", in.bucket, in.key, terms_of(in),
                         in.version_id);
  const BucketRow bucket =
      require_bucket_for_key(rq, in.version_id ? "s3:GetObjectVersionAttributes" : "s3:GetObjectAttributes", in.bucket,
                             in.key, terms_of(in), in.version_id);
  const ObjectRow object = require_object(rq, bucket, in.key, in.version_id);
  require_opened(object.body, customer_key_of(rq, in));
  check_not_negative(in.max_parts, "x-amz-max-parts", "max-parts");
  check_not_negative(in.part_number_marker, "x-amz-part-number-marker", "part-number-marker");

  GetObjectAttributesOutput out;
  out.last_modified = object.modified;
  if (versioning_of(bucket)) out.version_id = object.version_id;
  for (const std::string& asked : in.object_attributes) {
    const auto attribute = find_word<ObjectAttribute>(asked);
    if (!attribute) throw invalid_argument("Invalid attribute name specified.", "x-amz-object-attributes", asked);
    switch (*attribute) {
      case ObjectAttribute::kETag:
        out.e_tag = object.e_tag.substr(1, object.e_tag.size() - 2);
        break;
      case ObjectAttribute::kChecksum:
        if (!object.body.contains("checksums")) break;
        give_checksums(object.body, out.checksum.emplace());
        out.checksum->checksum_type = object.body.text("checksum_type");
        break;
      case ObjectAttribute::kObjectParts:
        describe_parts(in, object, out);
        break;
      case ObjectAttribute::kStorageClass:
        out.storage_class = object.body.text("storage_class", "STANDARD");
        break;
      case ObjectAttribute::kObjectSize:
        out.object_size = static_cast<std::int64_t>(object.size);
        break;
    }
  }
  return out;
}

}  // namespace hanbat::s3
