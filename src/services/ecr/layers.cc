// Layers by the API, as docker's clients never use it but some tools do.
#include <algorithm>

#include "base/text.h"
#include "services/ecr/ecr.h"

namespace hanbat::ecr {
namespace {

constexpr std::int64_t kPartSize = 20 << 20;

void require_upload(region::Request& rq, Uploads& uploads, const RepositoryRow& row, const std::string& id) {
  if (!uploads.exists(rq.tx, row, id))
    throw UploadNotFoundException("The upload with id '" + id + "' was not found in the repository with name '" +
                                  row.name + "' in the registry with id '" + row.account + "'");
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
                                  "' does not exist in the repository with name '" + row.name +
                                  "' in the registry with id '" + row.account + "'");
  const std::string ticket = tokens_.layer_ticket(row.id, in.layer_digest, rq.now() + std::chrono::hours(1));
  const std::string host = lower(rq.host);
  const bool outside = !host.empty() && host.find("amazonaws.com") == std::string::npos;

  return {.download_url = (outside ? "http://" + host : "https://" + row.registry_host()) + "/v2/" + row.name +
                          "/blobs/" + in.layer_digest + "?ticket=" + ticket,
          .layer_digest = in.layer_digest};
}

InitiateLayerUploadOutput Ecr::initiate_layer_upload(region::Request& rq, const InitiateLayerUploadInput& in) {
  const RepositoryRow row = require_repository(rq, "InitiateLayerUpload", in.registry_id, in.repository_name);
  return {.part_size = kPartSize, .upload_id = uploads_.begin(rq, row)};
}

UploadLayerPartOutput Ecr::upload_layer_part(region::Request& rq, const UploadLayerPartInput& in) {
  const RepositoryRow row = require_repository(rq, "UploadLayerPart", in.registry_id, in.repository_name);

  require_upload(rq, uploads_, row, in.upload_id);
  const auto have = static_cast<std::int64_t>(uploads_.received(in.upload_id));
  if (in.part_first_byte != have ||
      in.part_last_byte - in.part_first_byte + 1 != static_cast<std::int64_t>(in.layer_part_blob.size())) {
    InvalidLayerPartException error(
        "The layer part does not begin where the last one ended, or has another size than told.");
    error.last_valid_byte_received = have - 1;
    error.registry_id = row.account;
    error.repository_name = row.name;
    error.upload_id = in.upload_id;
    throw error;
  }
  http::StringBody body(in.layer_part_blob);
  const auto now_have = static_cast<std::int64_t>(uploads_.append(in.upload_id, body));

  return {.last_byte_received = now_have - 1,
          .registry_id = row.account,
          .repository_name = row.name,
          .upload_id = in.upload_id};
}

CompleteLayerUploadOutput Ecr::complete_layer_upload(region::Request& rq, const CompleteLayerUploadInput& in) {
  const RepositoryRow row = require_repository(rq, "CompleteLayerUpload", in.registry_id, in.repository_name);

  require_upload(rq, uploads_, row, in.upload_id);
  if (uploads_.received(in.upload_id) == 0) throw EmptyUploadException("The upload has no parts.");
  const store::Blob blob = uploads_.to_blob(in.upload_id);
  const std::string digest = "sha256:" + blob.sha256;
  if (std::find(in.layer_digests.begin(), in.layer_digests.end(), digest) == in.layer_digests.end())
    throw InvalidLayerException("The layer's digest is " + digest + ", which is none of those given.");
  if (find_layer(rq.tx, row, digest))
    throw LayerAlreadyExistsException("The layer with digest '" + digest +
                                      "' already exists in the repository with name '" + row.name +
                                      "' in the registry with id '" + row.account + "'");

  add_layer(rq.tx, rq.home.blobs, row, blob);
  uploads_.forget(rq.tx, in.upload_id);
  // The hold keeps the blob until its link is committed.
  rq.tx.on_commit([hold = blob.hold] {});

  return {.layer_digest = digest, .registry_id = row.account, .repository_name = row.name, .upload_id = in.upload_id};
}

}  // namespace hanbat::ecr
