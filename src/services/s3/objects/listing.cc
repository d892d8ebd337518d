// Listings: keys in order, those with a common prefix up to the delimiter folded into one.
#include <algorithm>
#include <functional>
#include <utility>

#include "base/encoding.h"
#include "base/text.h"
#include "region/canonical_user.h"
#include "services/s3/archive/archive.h"
#include "services/s3/buckets/ownership.h"
#include "services/s3/objects/object_parts.h"
#include "services/s3/s3.h"

namespace hanbat::s3 {
namespace {

constexpr int kMostKeys = 1000;

/// The prefix that the key is folded into, or nothing.
std::optional<std::string> common_prefix(std::string_view key, std::string_view prefix, std::string_view delimiter) {
  if (delimiter.empty()) return std::nullopt;
  const std::size_t at = key.find(delimiter, prefix.size());
  if (at == std::string_view::npos) return std::nullopt;
  return std::string(key.substr(0, at + delimiter.size()));
}

/// Where a row stands among those of its key.
std::int64_t place_of(const ObjectRow& row) { return row.id; }
std::string place_of(const UploadRow& row) { return row.upload_id; }

template <class Row>
using PlaceOf = decltype(place_of(std::declval<const Row&>()));

template <class Row>
struct Folded {
  std::vector<Row> rows;
  std::vector<std::string> prefixes;
  bool truncated = false;
  std::string last;           // the last key or prefix that was taken
  PlaceOf<Row> last_place{};  // of the last row; none when a prefix was taken last
};

/// Takes up to `limit` rows and prefixes. `page` gives rows in order from a position; a row that starts a common prefix
/// makes the scan jump behind it, so where prefixes may come it reads one row first and more as long as none does.
template <class Row>
Folded<Row> fold(std::string_view prefix, std::string_view delimiter, int limit, KeyRange range, PlaceOf<Row> place,
                 const std::function<std::vector<Row>(const KeyRange&, const PlaceOf<Row>&, int)>& page) {
  Folded<Row> out;
  if (limit == 0) return out;
  int taken = 0;
  int stretch = delimiter.empty() ? limit + 1 : 1;
  while (true) {
    const int want = std::min(stretch, limit - taken + 1);
    const auto rows = page(range, place, want);
    bool jumped = false;
    for (const Row& row : rows) {
      if (taken == limit) {
        out.truncated = true;
        return out;
      }
      ++taken;
      range.from_inclusive = false;
      if (const auto folded = common_prefix(row.key, prefix, delimiter)) {
        out.prefixes.push_back(*folded);
        out.last = *folded;
        out.last_place = place = {};
        // No key has this byte, so it lies behind every key with the prefix.
        range.after = *folded + "\xFF";
        jumped = true;
        break;
      }
      out.rows.push_back(row);
      out.last = range.after = row.key;
      out.last_place = place = place_of(row);
    }
    if (!jumped && static_cast<int>(rows.size()) < want) return out;
    stretch = jumped ? 1 : std::min(2 * stretch, limit + 1);
  }
}

/// Keys travel encoded as a form's values when the client asks, a blank as "+", as XML cannot carry all of them; "url"
/// is the only type. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
std::string encoded(const std::string& key, const std::optional<std::string>& type) {
  return type ? replace_all(percent_encode(key, "/"), "%20", "+") : key;
}

/// A position behind a marker: behind the whole common prefix when it lies in one, which was listed before.
std::string behind(const std::string& marker, std::string_view prefix, std::string_view delimiter) {
  if (!marker.starts_with(prefix)) return marker;
  const auto folded = common_prefix(marker, prefix, delimiter);
  return folded ? *folded + "\xFF" : marker;
}

template <class In>
bool wants_restoration(const In& in) {
  if (!in.optional_object_attributes) return false;
  return std::ranges::find(*in.optional_object_attributes, "RestoreStatus") != in.optional_object_attributes->end();
}

template <class Entry, class In>
void describe(const ObjectRow& row, Timestamp now, const In& in, Entry& entry) {
  entry.key = encoded(row.key, in.encoding_type);
  if (const auto restoration = restoration_of(row, now); restoration && wants_restoration(in)) {
    auto& told = entry.restore_status.emplace();
    told.is_restore_in_progress = restoration->ready > now;
    if (restoration->ready <= now) told.restore_expiry_date = restoration->expires;
  }
  entry.last_modified = row.modified;
  entry.e_tag = row.e_tag;
  entry.size = static_cast<std::int64_t>(row.size);
  entry.storage_class = row.body.text("storage_class", "STANDARD");
  if (const Json* sums = row.body.find("checksums"); sums && !sums->empty()) {
    entry.checksum_algorithm = std::vector<std::string>{capitals(sums->members().front().first)};
    entry.checksum_type = row.body.text("checksum_type");
  }
}

/// "url" is the only way that S3 encodes keys.
void check_encoding(const std::optional<std::string>& type) {
  if (type && *type != "url")
    throw invalid_argument("Invalid Encoding Method specified in Request", "encoding-type", *type);
}

/// A delimiter of nothing divides nothing, and is not told again.
template <class In>
std::optional<std::string> told_delimiter(const In& in) {
  if (in.delimiter.value_or("").empty()) return std::nullopt;
  return encoded(*in.delimiter, in.encoding_type);
}

int limit_of(const std::optional<int>& asked, const std::string& argument = "maxKeys") {
  if (asked && *asked < 0)
    throw wire::Error("InvalidArgument", 400, "Argument " + argument + " must be an integer between 0 and 2147483647")
        .with("ArgumentName", argument)
        .with("ArgumentValue", std::to_string(*asked));
  return std::min(asked.value_or(kMostKeys), kMostKeys);
}

std::vector<CommonPrefix> prefixes_of(const std::vector<std::string>& prefixes,
                                      const std::optional<std::string>& encoding) {
  std::vector<CommonPrefix> out;
  for (const std::string& prefix : prefixes) {
    CommonPrefix entry;
    entry.prefix = encoded(prefix, encoding);
    out.push_back(std::move(entry));
  }
  return out;
}

/// What policies may bound a listing by.
template <class Input>
region::ConditionKeys list_keys(const Input& in) {
  region::ConditionKeys keys{{"s3:prefix", {in.prefix.value_or("")}}};
  if (in.delimiter) keys["s3:delimiter"] = {*in.delimiter};
  if (in.max_keys) keys["s3:max-keys"] = {std::to_string(*in.max_keys)};
  return keys;
}

}  // namespace

ListObjectsOutput S3::list_objects(region::Request& rq, const ListObjectsInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:ListBucket", in.bucket, terms_of(in), list_keys(in));
  check_encoding(in.encoding_type);
  const std::string prefix = in.prefix.value_or("");
  const std::string delimiter = in.delimiter.value_or("");
  const int limit = limit_of(in.max_keys);
  const auto folded =
      fold<ObjectRow>(prefix, delimiter, limit, {prefix, behind(in.marker.value_or(""), prefix, delimiter)}, 0,
                      [&](const KeyRange& range, const std::int64_t&, int count) {
                        return list_latest(rq.tx, bucket.id, range, count);
                      });

  ListObjectsOutput out;
  out.name = bucket.id;
  out.prefix = encoded(prefix, in.encoding_type);
  out.marker = encoded(in.marker.value_or(""), in.encoding_type);
  out.max_keys = limit;
  out.is_truncated = folded.truncated;
  out.encoding_type = in.encoding_type;
  out.delimiter = told_delimiter(in);
  if (folded.truncated && !delimiter.empty()) out.next_marker = encoded(folded.last, in.encoding_type);
  for (const ObjectRow& row : folded.rows) {
    if (!out.contents) out.contents.emplace();
    Object entry;
    describe(row, rq.now(), in, entry);
    entry.owner.emplace().id = region::canonical_user_id(owner_of(bucket, row.body));
    out.contents->push_back(std::move(entry));
  }
  if (!folded.prefixes.empty()) out.common_prefixes = prefixes_of(folded.prefixes, in.encoding_type);
  return out;
}

ListObjectsV2Output S3::list_objects_v2(region::Request& rq, const ListObjectsV2Input& in) {
  const BucketRow bucket = require_bucket(rq, "s3:ListBucket", in.bucket, terms_of(in), list_keys(in));
  check_encoding(in.encoding_type);
  const std::string prefix = in.prefix.value_or("");
  const std::string delimiter = in.delimiter.value_or("");
  const int limit = limit_of(in.max_keys);
  // A token goes on where it says, whatever key the caller says to start after.
  ListObjectsV2Input paged = in;
  paged.start_after.reset();
  const region::Pager pager(rq, paged, {.least = 0, .beyond = region::PageSizes::Beyond::kClamp});
  const std::string start = pager.after().value_or(in.start_after.value_or(""));
  const auto folded = fold<ObjectRow>(prefix, delimiter, limit, {prefix, behind(start, prefix, delimiter)}, 0,
                                      [&](const KeyRange& range, const std::int64_t&, int count) {
                                        return list_latest(rq.tx, bucket.id, range, count);
                                      });

  ListObjectsV2Output out;
  out.name = bucket.id;
  out.prefix = encoded(prefix, in.encoding_type);
  out.max_keys = limit;
  out.key_count = static_cast<int>(folded.rows.size() + folded.prefixes.size());
  out.is_truncated = folded.truncated;
  out.encoding_type = in.encoding_type;
  out.continuation_token = in.continuation_token;
  // Where the token says where to go on, this says nothing.
  if (in.start_after && !in.continuation_token) out.start_after = encoded(*in.start_after, in.encoding_type);
  out.delimiter = told_delimiter(in);
  if (folded.truncated) out.next_continuation_token = pager.token(folded.last);
  for (const ObjectRow& row : folded.rows) {
    if (!out.contents) out.contents.emplace();
    Object entry;
    describe(row, rq.now(), in, entry);
    if (in.fetch_owner.value_or(false))
      entry.owner.emplace().id = region::canonical_user_id(owner_of(bucket, row.body));
    out.contents->push_back(std::move(entry));
  }
  if (!folded.prefixes.empty()) out.common_prefixes = prefixes_of(folded.prefixes, in.encoding_type);
  return out;
}

ListObjectVersionsOutput S3::list_object_versions(region::Request& rq, const ListObjectVersionsInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:ListBucketVersions", in.bucket, terms_of(in), list_keys(in));
  check_encoding(in.encoding_type);
  const std::string prefix = in.prefix.value_or("");
  const std::string delimiter = in.delimiter.value_or("");
  const std::string marker = in.key_marker.value_or("");
  const int limit = limit_of(in.max_keys);
  std::int64_t before_id = 0;
  if (in.version_id_marker) {
    if (marker.empty())
      throw invalid_argument("A version-id marker cannot be specified without a key marker.", "version-id-marker",
                             *in.version_id_marker);
    if (in.version_id_marker->empty())
      throw invalid_argument("A version-id marker cannot be empty.", "version-id-marker", "");
    const auto place = find_version_place(rq.tx, bucket.id, marker, *in.version_id_marker);
    if (!place)
      throw wire::Error("InvalidArgument", 400, "Invalid version id specified")
          .with("ArgumentName", "version-id-marker")
          .with("ArgumentValue", *in.version_id_marker);
    before_id = *place;
  }
  const auto folded = fold<ObjectRow>(prefix, delimiter, limit, {prefix, behind(marker, prefix, delimiter)}, before_id,
                                      [&](const KeyRange& range, const std::int64_t& before, int count) {
                                        return list_versions(rq.tx, bucket.id, range, before, count);
                                      });

  ListObjectVersionsOutput out;
  out.name = bucket.id;
  out.prefix = encoded(prefix, in.encoding_type);
  out.key_marker = encoded(marker, in.encoding_type);
  out.version_id_marker = in.version_id_marker.value_or("");
  out.max_keys = limit;
  out.is_truncated = folded.truncated;
  out.encoding_type = in.encoding_type;
  out.delimiter = told_delimiter(in);
  if (folded.truncated) {
    out.next_key_marker = encoded(folded.last, in.encoding_type);
    if (folded.last_place) out.next_version_id_marker = folded.rows.back().version_id;
  }
  for (const ObjectRow& row : folded.rows) {
    if (row.delete_marker) {
      if (!out.delete_markers) out.delete_markers.emplace();
      DeleteMarkerEntry entry;
      entry.key = encoded(row.key, in.encoding_type);
      entry.version_id = row.version_id;
      entry.is_latest = row.is_latest;
      entry.last_modified = row.modified;
      entry.owner.emplace().id = region::canonical_user_id(bucket.place.account);
      out.delete_markers->push_back(std::move(entry));
    } else {
      if (!out.versions) out.versions.emplace();
      ObjectVersion entry;
      describe(row, rq.now(), in, entry);
      entry.version_id = row.version_id;
      entry.is_latest = row.is_latest;
      entry.owner.emplace().id = region::canonical_user_id(owner_of(bucket, row.body));
      out.versions->push_back(std::move(entry));
    }
  }
  if (!folded.prefixes.empty()) out.common_prefixes = prefixes_of(folded.prefixes, in.encoding_type);
  return out;
}

ListMultipartUploadsOutput S3::list_multipart_uploads(region::Request& rq, const ListMultipartUploadsInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:ListBucketMultipartUploads", in.bucket, terms_of(in));
  check_encoding(in.encoding_type);
  const std::string prefix = in.prefix.value_or("");
  const std::string delimiter = in.delimiter.value_or("");
  const std::string marker = in.key_marker.value_or("");
  const int limit = limit_of(in.max_uploads, "max-uploads");
  // "If key-marker is not specified, the upload-id-marker parameter is ignored."
  const auto folded = fold<UploadRow>(prefix, delimiter, limit, {prefix, behind(marker, prefix, delimiter)},
                                      marker.empty() ? "" : in.upload_id_marker.value_or(""),
                                      [&](const KeyRange& range, const std::string& after, int count) {
                                        return list_uploads(rq.tx, bucket.id, range, after, count);
                                      });

  ListMultipartUploadsOutput out;
  out.bucket = bucket.id;
  out.key_marker = encoded(marker, in.encoding_type);
  out.upload_id_marker = in.upload_id_marker.value_or("");
  if (!prefix.empty()) out.prefix = encoded(prefix, in.encoding_type);
  out.delimiter = told_delimiter(in);
  out.encoding_type = in.encoding_type;
  out.max_uploads = limit;
  out.is_truncated = folded.truncated;
  if (folded.truncated) {
    out.next_key_marker = encoded(folded.last, in.encoding_type);
    out.next_upload_id_marker = folded.last_place;
  } else {
    out.next_key_marker = folded.rows.empty() ? "" : encoded(folded.rows.back().key, in.encoding_type);
    out.next_upload_id_marker = folded.rows.empty() ? "" : folded.rows.back().upload_id;
  }
  for (const UploadRow& row : folded.rows) {
    if (!out.uploads) out.uploads.emplace();
    MultipartUpload& upload = out.uploads->emplace_back();
    upload.upload_id = row.upload_id;
    upload.key = encoded(row.key, in.encoding_type);
    upload.initiated = row.initiated;
    upload.storage_class = row.body.text("storage_class", "STANDARD");
    upload.owner.emplace().id = region::canonical_user_id(owner_of(bucket, row.body));
    upload.initiator = initiator_of(row);
    if (row.body.contains("algorithm")) {
      upload.checksum_algorithm = capitals(row.body.text("algorithm"));
      upload.checksum_type = row.body.text("checksum_type");
    }
  }
  if (!folded.prefixes.empty()) out.common_prefixes = prefixes_of(folded.prefixes, in.encoding_type);
  return out;
}

}  // namespace hanbat::s3
