// The rows of buckets, which lie in the region's store.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/words.h"
#include "gen/s3/model.h"
#include "region/resources.h"
#include "store/blobs.h"
#include "store/database.h"

namespace hanbat::s3 {

/// Whether a bucket keeps the versions of its objects. One that was never asked to has none of these.
enum class Versioning { kEnabled, kSuspended };
/// Who owns what others put into a bucket; ownership.h says what comes of it.
enum class ObjectOwnership { kBucketOwnerEnforced, kBucketOwnerPreferred, kObjectWriter };

}  // namespace hanbat::s3

namespace hanbat {

template <>
inline constexpr auto kWords<s3::Versioning> = std::to_array<Word<s3::Versioning>>(
    {{s3::Versioning::kEnabled, "Enabled"}, {s3::Versioning::kSuspended, "Suspended"}});
template <>
inline constexpr auto kWords<s3::ObjectOwnership> =
    std::to_array<Word<s3::ObjectOwnership>>({{s3::ObjectOwnership::kBucketOwnerEnforced, "BucketOwnerEnforced"},
                                              {s3::ObjectOwnership::kBucketOwnerPreferred, "BucketOwnerPreferred"},
                                              {s3::ObjectOwnership::kObjectWriter, "ObjectWriter"}});

}  // namespace hanbat

namespace hanbat::region {

template <>
struct KindOf<s3::Bucket> {
  static constexpr std::string_view kRows = "s3/bucket";
  static std::string arn(const Resource<s3::Bucket>& row) { return "arn:aws:s3:::" + row.id; }
};

}  // namespace hanbat::region

namespace hanbat::s3 {

/// A bucket's row; its id is its name, which is one for all accounts and regions, so its place has no region. Its own
/// is {versioning, policy, public_access_block, event_bridge, ownership}.
using BucketRow = region::Resource<Bucket>;

inline std::optional<Versioning> versioning_of(const BucketRow& bucket) {
  return find_word<Versioning>(bucket.own.text("versioning"));
}
/// What an answer to a write says of the version that it made: nothing while versioning is suspended, though reads tell
/// of "null" then. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
inline std::optional<std::string> told_of_new(const BucketRow& bucket, const std::string& version_id) {
  return versioning_of(bucket) == Versioning::kEnabled ? std::optional(version_id) : std::nullopt;
}
inline const std::string& region_of(const BucketRow& bucket) { return *bucket.shape.bucket_region; }

std::optional<BucketRow> find_bucket(store::Tx& tx, std::string_view name);
/// Rows of before 002_resources.sql as they are now, and their tags; at start.
void migrate_buckets(store::Tx& tx);
/// With the uploads to it that are not completed, and its tags.
void remove(store::Tx& tx, store::Blobs& blobs, const BucketRow& bucket);

}  // namespace hanbat::s3
