// Manifests, tags and referrers over the registry's protocol.
#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"
#include "services/ecr/registry/access.h"
#include "services/ecr/registry/registry.h"

namespace hanbat::ecr {
namespace {

/// The type of a Content-Type, without its parameters.
std::string media_type(const http::RequestHead& head) {
  const std::string_view value = head.headers.get("Content-Type");
  return std::string(trim(value.substr(0, value.find(';'))));
}

}  // namespace

void Registry::serve_manifest(const Route& route) {
  if (!is_tag(route.reference) && !is_digest(route.reference))
    throw RegistryError{400, "TAG_INVALID", "The tag or digest is not valid: " + route.reference};
  if (head_.method == "GET" || head_.method == "HEAD") return get_manifest(route);
  if (head_.method == "PUT") return put_manifest(route);
  if (head_.method == "DELETE") return delete_manifest(route);
  refuse_method("GET, HEAD, PUT, DELETE");
}

void Registry::get_manifest(const Route& route) {
  std::optional<RepositoryRow> repository;
  const auto image = with_repository(store::Tx::Mode::kRead, "BatchGetImage", route.name,
                                     [&](region::Request& rq, const RepositoryRow& found) {
                                       repository = found;
                                       return find_image_by_reference(rq.tx, found, route.reference);
                                     });
  if (!image) throw RegistryError{404, "MANIFEST_UNKNOWN", "Requested image not found"};
  if (head_.method == "GET")
    home_.db.write([&](store::Tx& tx) { record_pull(tx, *repository, image->digest, home_.clock.now()); });
  http::Headers headers{{"Content-Type", image->media_type},
                        {"Docker-Content-Digest", image->digest},
                        {"ETag", "\"" + image->digest + "\""},
                        {"Docker-Distribution-Api-Version", "registry/2.0"}};
  auto& out = exchange_.start(200, std::move(headers), image->manifest.size());
  out.write(image->manifest);
  out.finish();
}

void Registry::put_manifest(const Route& route) {
  precheck("PutImage", route.name,
           [](region::Request&, const RepositoryRow&) {});  // before the body: who may not push need not send it
  const std::string bytes = exchange_.read_body(kLargestManifest);
  Manifest manifest;
  try {
    manifest = read_manifest(bytes, media_type(head_));
  } catch (const ManifestError& error) {
    throw RegistryError{400, "MANIFEST_INVALID", error.message};
  }
  const bool by_digest = is_digest(route.reference);
  if (by_digest && route.reference != manifest.digest)
    throw RegistryError{400, "DIGEST_INVALID", "The manifest's digest is " + manifest.digest};

  with_repository(store::Tx::Mode::kWrite, "PutImage", route.name,
                  [&](region::Request& rq, const RepositoryRow& repository) {
                    put_image(rq, repository, manifest, bytes, by_digest ? "" : route.reference);
                  });

  http::Headers headers{{"Location", location(route.name + "/manifests/" + manifest.digest)},
                        {"Docker-Content-Digest", manifest.digest},
                        {"Docker-Distribution-Api-Version", "registry/2.0"}};
  if (manifest.subject) headers.add("OCI-Subject", *manifest.subject);
  exchange_.send({201, std::move(headers), ""});
}

void Registry::delete_manifest(const Route& route) {
  const bool gone =
      with_repository(store::Tx::Mode::kWrite, "BatchDeleteImage", route.name,
                      [&](region::Request& rq, const RepositoryRow& repository) {
                        if (is_digest(route.reference)) {
                          if (is_referenced(rq.tx, repository, route.reference))
                            throw RegistryError{403, "DENIED", "Requested image referenced by manifest list"};
                          return delete_image(rq.home, rq.tx, repository, route.reference, "");
                        }
                        const auto digest = find_tag(rq.tx, repository, route.reference);
                        return digest && delete_image(rq.home, rq.tx, repository, *digest, route.reference);
                      });
  if (!gone) throw RegistryError{404, "MANIFEST_UNKNOWN", "Requested image not found"};
  exchange_.send({202, {{"Docker-Distribution-Api-Version", "registry/2.0"}}, ""});
}

void Registry::list_tags(const Route& route) {
  if (head_.method != "GET") refuse_method("GET");
  const auto all = with_repository(
      store::Tx::Mode::kRead, "ListImages", route.name,
      [&](region::Request& rq, const RepositoryRow& repository) { return ecr::list_tags(rq.tx, repository); });
  const std::string last = head_.query("last").value_or("");
  const auto wanted = parse_int(head_.query("n").value_or("1000"));
  if (!wanted || *wanted < 0)
    throw RegistryError{400, "PAGINATION_NUMBER_INVALID", "The number of results is not valid."};
  const std::size_t count = static_cast<std::size_t>(std::min<std::int64_t>(*wanted, 1000));

  Json tags = Json::array();
  bool more = false;
  for (const auto& [tag, digest] : all) {
    if (tag <= last) continue;
    if (tags.size() == count) {
      more = count > 0;
      break;
    }
    tags.push_back(tag);
  }
  http::Headers headers{{"Content-Type", "application/json"}, {"Docker-Distribution-Api-Version", "registry/2.0"}};
  if (more)
    headers.add("Link", "<" + location(route.name + "/tags/list") + "?n=" + std::to_string(count) +
                            "&last=" + percent_encode(tags.items().back().as_string()) + ">; rel=\"next\"");
  exchange_.send({200, std::move(headers), Json::object({{"name", route.name}, {"tags", std::move(tags)}}).dump()});
}

void Registry::list_referrers(const Route& route) {
  if (head_.method != "GET") refuse_method("GET");
  if (!is_digest(route.reference)) throw RegistryError{400, "DIGEST_INVALID", "The digest is not valid."};
  const auto images = with_repository(store::Tx::Mode::kRead, "BatchGetImage", route.name,
                                      [&](region::Request& rq, const RepositoryRow& repository) {
                                        return ecr::list_referrers(rq.tx, repository, route.reference);
                                      });
  const auto filter = head_.query("artifactType");
  Json manifests = Json::array();
  for (const auto& image : images) {
    if (filter && image.artifact_type != filter) continue;
    Json entry = Json::object({{"mediaType", image.media_type},
                               {"digest", image.digest},
                               {"size", static_cast<std::int64_t>(image.manifest.size())}});
    if (image.artifact_type) entry["artifactType"] = *image.artifact_type;
    const Json manifest = Json::parse(image.manifest);
    if (manifest["annotations"].is_object()) entry["annotations"] = manifest["annotations"];
    manifests.push_back(std::move(entry));
  }
  http::Headers headers{{"Content-Type", std::string(kOciIndex)}};
  if (filter) headers.add("OCI-Filters-Applied", "artifactType");
  exchange_.send(
      {200, std::move(headers),
       Json::object({{"schemaVersion", 2}, {"mediaType", kOciIndex}, {"manifests", std::move(manifests)}}).dump()});
}

}  // namespace hanbat::ecr
