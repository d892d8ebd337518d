// Layers by the API, as docker's clients never use it but some tools do.
#include <algorithm>

#include "base/text.h"
#include "services/ecr/ecr.h"
#include "services/ecr/images/manifest.h"
#include "services/ecr/layers/store.h"

namespace hanbat::ecr {
namespace {

constexpr std::int64_t kPartSize = 20 << 20;

void require_upload(region::Request& rq, const RepositoryRow& row, const std::string& id) {
  if (!has_upload(rq.tx, row, id))
    throw UploadNotFoundException("The upload with id '" + id + "' was not found in the repository with name '" +
                                  name_of(row) + "' in the registry with id '" + row.place.account + "'");
}

InvalidLayerPartException misplaced_part(const RepositoryRow& row, const std::string& upload_id,
                                         std::uint64_t received) {
  InvalidLayerPartException error(
      "The layer part does not begin where the last one ended, or has another size than its bytes say.");
  error.last_valid_byte_received = static_cast<std::int64_t>(received) - 1;
  error.registry_id = row.place.account;
  error.repository_name = name_of(row);
  error.upload_id = upload_id;
  return error;
}

}  // namespace

BatchCheckLayerAvailabilityOutput Ecr::batch_check_layer_availability(region::Request& rq,
                                                                      const BatchCheckLayerAvailabilityInput& in) {
  const RepositoryRow row = require_repository(rq, "BatchCheckLayerAvailability", in.registry_id, in.repository_name);
  BatchCheckLayerAvailabilityOutput out;
  out.layers.emplace();
  out.failures.emplace();
  for (const auto& digest : in.layer_digests) {
    if (!is_digest(digest)) {
      out.failures->push_back(
          {.failure_code = "InvalidLayerDigest", .failure_reason = "Invalid layer digest", .layer_digest = digest});
      continue;
    }
    const auto size = find_layer(rq.tx, row, digest);
    Layer layer{.layer_availability = size ? "AVAILABLE" : "UNAVAILABLE", .layer_digest = digest};
    if (size) layer.layer_size = *size;
    out.layers->push_back(std::move(layer));
  }
  return out;
}

GetDownloadUrlForLayerOutput Ecr::get_download_url_for_layer(region::Request& rq,
                                                             const GetDownloadUrlForLayerInput& in) {
  const RepositoryRow row = require_repository(rq, "GetDownloadUrlForLayer", in.registry_id, in.repository_name);

  if (!find_layer(rq.tx, row, in.layer_digest))
    throw LayersNotFoundException("The layer with digest '" + in.layer_digest +
                                  "' does not exist in the repository with name '" + name_of(row) +
                                  "' in the registry with id '" + row.place.account + "'");
  const std::string ticket = tokens_.layer_ticket(row.id, in.layer_digest, rq.now() + std::chrono::hours(1));

  return {.download_url = "https://" + registry_host(row.place) + "/v2/" + name_of(row) + "/blobs/" + in.layer_digest +
                          "?ticket=" + ticket,
          .layer_digest = in.layer_digest};
}

InitiateLayerUploadOutput Ecr::initiate_layer_upload(region::Request& rq, const InitiateLayerUploadInput& in) {
  const RepositoryRow row = require_repository(rq, "InitiateLayerUpload", in.registry_id, in.repository_name);
  return {.part_size = kPartSize, .upload_id = uploads_.begin(rq, row)};
}

std::uint64_t Ecr::append_part(const RepositoryRow& row, const UploadLayerPartInput& in) {
  const bool fits = in.part_first_byte >= 0 &&
                    in.part_last_byte - in.part_first_byte + 1 == static_cast<std::int64_t>(in.layer_part_blob.size());
  if (fits)
    if (const auto received =
            uploads_.append_at(in.upload_id, static_cast<std::uint64_t>(in.part_first_byte), in.layer_part_blob))
      return *received;
  throw misplaced_part(row, in.upload_id, uploads_.received(in.upload_id));
}

UploadLayerPartOutput Ecr::upload_layer_part(region::Request& rq, const UploadLayerPartInput& in) {
  const RepositoryRow row = require_repository(rq, "UploadLayerPart", in.registry_id, in.repository_name);

  require_upload(rq, row, in.upload_id);
  const auto received = rq.prepare<std::uint64_t>(in.upload_id + " " + std::to_string(in.part_first_byte),
                                                  [this, row, in] { return append_part(row, in); });

  return {.last_byte_received = static_cast<std::int64_t>(received) - 1,
          .registry_id = row.place.account,
          .repository_name = name_of(row),
          .upload_id = in.upload_id};
}

CompleteLayerUploadOutput Ecr::complete_layer_upload(region::Request& rq, const CompleteLayerUploadInput& in) {
  const RepositoryRow row = require_repository(rq, "CompleteLayerUpload", in.registry_id, in.repository_name);

  require_upload(rq, row, in.upload_id);
  const auto& blob = rq.prepare<store::Blob>(in.upload_id, [this, id = in.upload_id] {
    if (uploads_.received(id) == 0) throw EmptyUploadException("The upload has no parts.");
    return uploads_.to_blob(id);
  });
  const std::string digest = "sha256:" + blob.sha256;
  if (std::find(in.layer_digests.begin(), in.layer_digests.end(), digest) == in.layer_digests.end())
    throw InvalidLayerException("The layer's digest is " + digest + ", which is none of those given.");
  if (find_layer(rq.tx, row, digest))
    throw LayerAlreadyExistsException("The layer with digest '" + digest +
                                      "' already exists in the repository with name '" + name_of(row) +
                                      "' in the registry with id '" + row.place.account + "'");

  add_layer(rq.tx, rq.home.blobs, row, blob);
  uploads_.forget(rq.tx, in.upload_id);

  return {.layer_digest = digest,
          .registry_id = row.place.account,
          .repository_name = name_of(row),
          .upload_id = in.upload_id};
}

}  // namespace hanbat::ecr
