// The rows of uploads in parts, and of their parts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "gen/s3/model.h"
#include "services/s3/objects/key_range.h"
#include "services/s3/objects/segments.h"
#include "services/s3/objects/store.h"
#include "store/blobs.h"
#include "store/database.h"

namespace hanbat::s3 {

struct UploadRow {
  std::string upload_id;
  std::string bucket;
  std::string key;
  Timestamp initiated;
  std::string initiator;
  Json body;
};

struct PartRow {
  int number = 0;
  std::uint64_t size = 0;
  std::string e_tag;
  Timestamp modified;
  Json body;

  std::vector<Segment> segments() const;
};

/// Who began it, as lists tell it.
Initiator initiator_of(const UploadRow& upload);
void insert(store::Tx& tx, const UploadRow& upload);
/// The sizes of all parts of uploads that have not ended. They are of their upload's class, but for the archives, whose
/// parts lie in Standard.
StoredBytes bytes_of_parts(store::Tx& tx);
std::optional<UploadRow> find_upload(store::Tx& tx, std::string_view upload_id);
/// By key, then id. `after_upload` continues within the key `range.after`.
std::vector<UploadRow> list_uploads(store::Tx& tx, std::string_view bucket, const KeyRange& range,
                                    std::string_view after_upload, int limit);
/// With its parts.
void remove_upload(store::Tx& tx, store::Blobs& blobs, const UploadRow& upload);
/// All of the bucket's, with their parts.
void remove_uploads(store::Tx& tx, store::Blobs& blobs, std::string_view bucket);
void put_part(store::Tx& tx, store::Blobs& blobs, std::string_view upload_id, const PartRow& part);
std::vector<PartRow> list_parts(store::Tx& tx, std::string_view upload_id, int after, int limit);

}  // namespace hanbat::s3
