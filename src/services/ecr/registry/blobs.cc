// Blobs over the registry's protocol: fetched whole or in ranges, sent in one piece or in chunks, mounted.
#include <unistd.h>

#include "base/text.h"
#include "services/ecr/registry/access.h"
#include "services/ecr/registry/registry.h"

namespace hanbat::ecr {
namespace {

struct Range {
  std::int64_t first, last;
};

/// The one range of a Range header; nothing when there is none that we serve apart.
std::optional<Range> read_range(std::string_view header, std::int64_t size) {
  if (!header.starts_with("bytes=") || header.find(',') != std::string_view::npos) return std::nullopt;
  header.remove_prefix(6);
  const auto dash = header.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = parse_int(header.substr(0, dash)), last = parse_int(header.substr(dash + 1));
  Range range{0, size - 1};
  if (first) {
    range.first = *first;
    if (last) range.last = std::min(*last, size - 1);
  } else if (last) {
    range.first = std::max<std::int64_t>(0, size - *last);
  } else {
    return std::nullopt;
  }
  if (range.first < 0 || range.first > range.last || range.first >= size)
    throw RegistryError{416, "RANGE_INVALID", "The range is not satisfiable."};
  return range;
}

std::string require_digest(const http::RequestHead& head) {
  const std::string digest = head.query("digest").value_or("");
  if (!is_digest(digest)) throw RegistryError{400, "DIGEST_INVALID", "The digest is not valid: " + digest};
  return digest;
}

}  // namespace

void Registry::serve_blob(const Route& route) {
  if (head_.method != "GET" && head_.method != "HEAD") refuse_method("GET, HEAD");
  if (!is_digest(route.reference)) throw RegistryError{400, "DIGEST_INVALID", "The digest is not valid."};
  std::optional<std::int64_t> size;
  if (const auto ticket = head_.query("ticket")) {
    // A download link: whoever has it was allowed when it was made.
    size = home_.db.read([&](store::Tx& tx) -> std::optional<std::int64_t> {
      for (const LayerHome& home : list_layer_homes(tx, route.name, route.reference))
        if (tokens_.admits(*ticket, home.repository_id, route.reference, home_.clock.now())) {
          if (const auto row = region::find<Repository>(tx, home.repository_id))
            region::BilledAnswer::name_payer(service_, payer_of(*row, "GetDownloadUrlForLayer"));
          return home.size;
        }
      return std::nullopt;
    });
    if (!size) throw RegistryError{403, "DENIED", "The download link is not valid or has expired."};
  } else {
    const char* action = head_.method == "HEAD" ? "BatchCheckLayerAvailability" : "GetDownloadUrlForLayer";
    size = with_repository(store::Tx::Mode::kRead, action, route.name,
                           [&](region::Request& rq, const RepositoryRow& repository) {
                             return find_layer(rq.tx, repository, route.reference);
                           });
    if (!size) throw RegistryError{404, "BLOB_UNKNOWN", "The layer does not exist: " + route.reference};
  }
  send_blob(route.reference, *size);
}

void Registry::send_blob(const std::string& digest, std::int64_t size) {
  http::Headers headers{{"Content-Type", "application/octet-stream"},
                        {"Docker-Content-Digest", digest},
                        {"Accept-Ranges", "bytes"},
                        {"ETag", "\"" + digest + "\""},
                        {"Docker-Distribution-Api-Version", "registry/2.0"}};
  const auto range = read_range(head_.headers.get("Range"), size);
  const Range part = range.value_or(Range{0, size - 1});
  const auto length = static_cast<std::uint64_t>(part.last - part.first + 1);
  if (range)
    headers.add("Content-Range",
                "bytes " + std::to_string(part.first) + "-" + std::to_string(part.last) + "/" + std::to_string(size));
  const Fd file = home_.blobs.open(hex_of(digest));
  if (::lseek(file.get(), part.first, SEEK_SET) < 0) throw_errno("seek in a layer");
  auto& out = exchange_.start(range ? 206 : 200, std::move(headers), length);
  if (head_.method == "HEAD") return out.finish();
  http::FileBody body(file.get(), length);
  out.copy(body);
}

void Registry::begin_upload(const Route& route) {
  if (head_.method != "POST") refuse_method("POST");
  const auto found = [](region::Request&, const RepositoryRow& row) { return row; };
  const RepositoryRow repository = precheck("InitiateLayerUpload", route.name, found);
  if (head_.query("mount") && try_mount(repository)) return;
  const std::string id =
      with_repository(store::Tx::Mode::kWrite, "InitiateLayerUpload", route.name,
                      [&](region::Request& rq, const RepositoryRow& found) { return uploads_.begin(rq, found); });
  if (head_.query("digest")) {
    uploads_.append(id, exchange_.body());
    return finish_upload(repository, id);
  }
  exchange_.send({202,
                  {{"Location", location(route.name + "/blobs/uploads/" + id)},
                   {"Docker-Upload-UUID", id},
                   {"Range", "0-0"},
                   {"Docker-Distribution-Api-Version", "registry/2.0"}},
                  ""});
}

bool Registry::try_mount(const RepositoryRow& repository) {
  const std::string digest = head_.query("mount").value_or(""), from = head_.query("from").value_or("");
  if (!is_digest(digest) || from.empty()) return false;
  try {
    const auto size = with_repository(
        store::Tx::Mode::kRead, "GetDownloadUrlForLayer", from,
        [&](region::Request& rq, const RepositoryRow& source) { return find_layer(rq.tx, source, digest); });
    if (!size) return false;
    with_repository(store::Tx::Mode::kWrite, "CompleteLayerUpload", name_of(repository),
                    [&](region::Request& rq, const RepositoryRow& found) {
                      mount_layer(rq.tx, home_.blobs, found, digest, *size);
                    });
  } catch (const wire::Error&) {
    return false;  // who may not read there uploads the layer instead
  }
  created(repository, digest);
  return true;
}

void Registry::serve_upload(const Route& route) {
  const auto find = [&](region::Request& rq, const RepositoryRow& found) {
    return std::pair(found, has_upload(rq.tx, found, route.reference));
  };
  const auto [repository, exists] =
      precheck(head_.method == "PUT" ? "CompleteLayerUpload" : "UploadLayerPart", route.name, find);
  if (!exists) throw RegistryError{404, "BLOB_UPLOAD_UNKNOWN", "The upload does not exist: " + route.reference};
  const std::string& id = route.reference;

  if (head_.method == "DELETE") {
    home_.db.write([&](store::Tx& tx) { uploads_.forget(tx, id); });
    return exchange_.send({204, {}, ""});
  }
  const bool sends = head_.method == "PATCH" || head_.method == "PUT";
  if (!sends && head_.method != "GET") refuse_method("GET, PATCH, PUT, DELETE");
  if (sends) {
    // A chunk that says where it begins must begin where the last one ended.
    const std::string_view range = head_.headers.get("Content-Range");
    if (!range.empty()) {
      const auto first = parse_int(range.substr(0, range.find('-')));
      if (!first || static_cast<std::uint64_t>(*first) != uploads_.received(id))
        throw RegistryError{416, "BLOB_UPLOAD_INVALID", "The chunk does not begin where the last one ended."};
    }
    uploads_.append(id, exchange_.body());
  }
  if (head_.method == "PUT") return finish_upload(repository, id);
  // The bytes of a part are no rows; its record is one, and lasts once it is answered.
  if (sends)
    with_repository(store::Tx::Mode::kWrite, "UploadLayerPart", route.name,
                    [](region::Request&, const RepositoryRow&) {});
  const std::uint64_t received = uploads_.received(id);
  exchange_.send({head_.method == "GET" ? 204 : 202,
                  {{"Location", location(route.name + "/blobs/uploads/" + id)},
                   {"Docker-Upload-UUID", id},
                   {"Range", "0-" + std::to_string(received == 0 ? 0 : received - 1)},
                   {"Docker-Distribution-Api-Version", "registry/2.0"}},
                  ""});
}

void Registry::finish_upload(const RepositoryRow& repository, const std::string& id) {
  const std::string digest = require_digest(head_);
  const store::Blob blob = uploads_.to_blob(id);
  if ("sha256:" + blob.sha256 != digest)
    throw RegistryError{400, "DIGEST_INVALID", "The layer's digest is sha256:" + blob.sha256 + ", not " + digest};
  with_repository(store::Tx::Mode::kWrite, "CompleteLayerUpload", name_of(repository),
                  [&](region::Request& rq, const RepositoryRow& found) {
                    add_layer(rq.tx, home_.blobs, found, blob);
                    uploads_.forget(rq.tx, id);
                  });
  created(repository, digest);
}

}  // namespace hanbat::ecr
