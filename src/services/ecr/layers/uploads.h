// Layers on their way in. Their bytes go straight into a blob of the store, hashed as they come, so that finishing one
// costs no second pass. An upload ends with the daemon: a client whose connection broke begins its layer anew anyway.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "services/ecr/store.h"
#include "store/blobs.h"

namespace hanbat::ecr {

/// Safe from all threads; chunks of one upload take turns.
class Uploads {
 public:
  explicit Uploads(store::Blobs& blobs) : blobs_(blobs) {}

  /// A new upload to the repository; it is forgotten after a day.
  std::string begin(region::Request& rq, const RepositoryRow& repository);
  /// How many bytes came so far.
  std::uint64_t received(std::string_view id);
  /// Appends all of the body; returns how many bytes there are now.
  std::uint64_t append(std::string_view id, http::BodyReader& body);
  /// Appends the bytes when as many came before them as `first` says; returns how many there are now. Nothing, and
  /// nothing is appended, when it is another number or the upload takes no more.
  std::optional<std::uint64_t> append_at(std::string_view id, std::uint64_t first, std::string_view bytes);
  /// The bytes as a blob, of as many as came; the upload takes no more then, but can be asked again.
  store::Blob to_blob(std::string_view id);
  /// Ends the upload, once the transaction is committed; its bytes go unless a repository has them by then.
  void forget(store::Tx& tx, std::string_view id);

 private:
  struct Upload {
    std::mutex mutex;
    std::unique_ptr<store::BlobWriter> writer;
    std::optional<store::Blob> blob;  // once it is complete
  };
  /// Shared, because an upload may be forgotten while a chunk of it is still coming.
  std::shared_ptr<Upload> find_or_make(std::string_view id);
  /// The upload, which is no longer among the others; or null.
  std::shared_ptr<Upload> take(std::string_view id);

  store::Blobs& blobs_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Upload>, std::less<>> uploads_;
};

/// Ends an upload that nobody finished.
struct ExpireUpload {
  static constexpr std::string_view kKind = "ecr.expire_upload";
  std::string upload_id;

  Json to_json() const { return Json::object({{"id", upload_id}}); }
  static ExpireUpload from_json(const Json& json) { return {json.text("id")}; }
};

}  // namespace hanbat::ecr
