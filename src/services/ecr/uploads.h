// Layers on their way in: what came so far is a file, so an upload goes on after a restart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "services/ecr/store.h"
#include "store/blobs.h"

namespace hanbat::ecr {

class Uploads {
 public:
  explicit Uploads(std::string folder) : folder_(std::move(folder)) {}

  /// A new upload to the repository; it is forgotten after a day.
  std::string begin(region::Request& rq, const RepositoryRow& repository) const;
  /// Whether the repository has that upload.
  bool exists(store::Tx& tx, const RepositoryRow& repository, std::string_view id) const;
  /// How many bytes came so far.
  std::uint64_t received(std::string_view id) const;
  /// Appends all of the body; returns how many bytes there are now.
  std::uint64_t append(std::string_view id, http::BodyReader& body) const;
  /// The bytes as a blob; the upload itself stays.
  store::Blob to_blob(std::string_view id, store::Blobs& blobs) const;
  void forget(store::Tx& tx, std::string_view id) const;
  /// Removes the file; after forget was committed.
  void remove_file(std::string_view id) const;

 private:
  std::string path(std::string_view id) const;
  std::string folder_;
};

/// The task that ends an upload which nobody finished.
inline constexpr std::string_view kExpireUpload = "ecr.expire_upload";

}  // namespace hanbat::ecr
