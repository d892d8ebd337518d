// The rows of layers, whose bytes are blobs of the region's store, and of uploads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "services/ecr/store.h"
#include "store/blobs.h"
#include "store/database.h"

namespace hanbat::ecr {

std::optional<std::int64_t> find_layer(store::Tx& tx, const RepositoryRow& repository, std::string_view digest);
/// A repository that has a layer.
struct LayerHome {
  std::string repository_id;
  std::int64_t size = 0;
};
/// The repositories of that name, of any account and region, that have the layer.
std::vector<LayerHome> list_layer_homes(store::Tx& tx, std::string_view repository_name, std::string_view digest);
/// The layer is the repository's from now on.
void add_layer(store::Tx& tx, store::Blobs& blobs, const RepositoryRow& repository, const store::Blob& blob);
/// The same for a layer that another repository of the region has.
void mount_layer(store::Tx& tx, store::Blobs& blobs, const RepositoryRow& repository, std::string_view digest,
                 std::int64_t size);
/// The repository names the layer no more.
void remove_layer(store::Tx& tx, store::Blobs& blobs, const RepositoryRow& repository, std::string_view digest);

void insert_upload(store::Tx& tx, std::string_view id, const RepositoryRow& repository, Timestamp now);
bool has_upload(store::Tx& tx, const RepositoryRow& repository, std::string_view id);
void remove_upload(store::Tx& tx, std::string_view id);
void remove_all_uploads(store::Tx& tx);
/// All layers of the repository, each once.
std::int64_t bytes_of_layers(store::Tx& tx, std::string_view repository_id);

}  // namespace hanbat::ecr
