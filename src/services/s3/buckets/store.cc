#include "services/s3/buckets/store.h"

#include "region/tags.h"
#include "services/s3/uploads/store.h"

namespace hanbat::s3 {

std::optional<BucketRow> find_bucket(store::Tx& tx, std::string_view name) { return region::find<Bucket>(tx, name); }

void migrate_buckets(store::Tx& tx) {
  for (BucketRow& row : region::list_all<Bucket>(tx)) {
    const Json* old = row.own.find("tags");
    if (!old) continue;
    region::TagMap tags;
    for (const Json& tag : old->items()) tags[tag.text("Key")] = tag.text("Value");
    region::import_tags(tx, region::KindOf<Bucket>::arn(row), tags);
    row.own.erase("tags");
    region::update(tx, row);
  }
}

void remove(store::Tx& tx, store::Blobs& blobs, const BucketRow& bucket) {
  remove_uploads(tx, blobs, bucket.id);
  tx.exec("DELETE FROM s3_removed_versions WHERE bucket = ?", bucket.id);
  region::remove(tx, bucket);
}

}  // namespace hanbat::s3
