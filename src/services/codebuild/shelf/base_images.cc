#include "services/codebuild/shelf/base_images.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/text.h"
#include "os/files.h"
#include "services/codebuild/build_machine.h"

namespace hanbat::codebuild {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRoot = "/v2/";
constexpr std::string_view kDigest = "sha256:";
constexpr std::size_t kLongestName = 240;  // a folder bears it
constexpr std::chrono::milliseconds kLookForFetch{300};
constexpr std::chrono::minutes kLongestWait{21};  // the shelf gives up before

/// Letters, digits and what names of images have between them; no part of it climbs.
bool is_plain(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName && text.front() != '.' && text.find("..") == text.npos &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
                  c == '_' || c == ':';
         });
}

bool is_digest(std::string_view text) {
  return text.starts_with(kDigest) && text.size() == kDigest.size() + 64 &&
         text.find_first_not_of("0123456789abcdef", kDigest.size()) == text.npos;
}

/// An answer in the registry's own form: docker shows the message.
http::Response refusal(int status, const char* code, const std::string& message) {
  const Json errors = Json::array({Json::object({{"code", code}, {"message", message}})});
  return {status, {{"Content-Type", "application/json"}}, Json::object({{"errors", errors}}).dump()};
}

/// A manifest's own word for what it is; image layouts may leave it out.
std::string media_type_of(const std::string& manifest) {
  const Json json = Json::parse(manifest);
  if (const std::string type = json.text("mediaType"); !type.empty()) return type;
  return json.find("manifests") ? "application/vnd.oci.image.index.v1+json"
                                : "application/vnd.oci.image.manifest.v1+json";
}

/// The file of a digest in any of the repository's images, or "".
std::string find_blob(const RuntimeShelf& shelf, const std::string& repository, std::string_view digest) {
  const std::string prefix = replace_all(repository, "/", "+");
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(shelf.images_folder(), none)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(prefix + ":") && !name.starts_with(prefix + "@")) continue;
    const fs::path file = entry.path() / "blobs" / std::string(digest.substr(kDigest.size()));
    if (fs::is_regular_file(fs::symlink_status(file, none))) return file;
  }
  return "";
}

void send_file(http::Exchange& exchange, const std::string& file, http::Headers headers) {
  std::ifstream in(file, std::ios::binary);
  auto& out = exchange.start(200, std::move(headers), fs::file_size(file));
  std::array<char, 64 * 1024> piece{};
  while (in.read(piece.data(), piece.size()) || in.gcount() > 0)
    out.write({piece.data(), static_cast<std::size_t>(in.gcount())});
  out.finish();
}

/// How it stands once the fetch, if one was needed, is over; still kComing when the client went away meanwhile.
RuntimeShelf::Finding wait_for(region::Region& home, RuntimeShelf& shelf, const BuildRow& build,
                               const std::string& image, http::Exchange& exchange) {
  auto found = shelf.ask(build, std::string(kBaseImage), image);
  http::Server* server = home.find_server();
  if (found.standing != RuntimeShelf::Standing::kComing || !server) return found;
  server->rest(build.id, [&] {
    const auto until = std::chrono::steady_clock::now() + kLongestWait;
    while (found.standing == RuntimeShelf::Standing::kComing && std::chrono::steady_clock::now() < until &&
           !exchange.client_gone()) {
      std::this_thread::sleep_for(kLookForFetch);
      found = shelf.ask(build, std::string(kBaseImage), image);
    }
  });
  return found;
}

}  // namespace

bool is_base_image_path(std::string_view path) { return path.starts_with(kRoot); }

std::optional<BaseImagePath> parse_base_image_path(std::string_view path) {
  if (!is_base_image_path(path)) return std::nullopt;
  const auto parts = split(path.substr(kRoot.size()), '/');
  if (parts.size() < 4) return std::nullopt;
  BaseImagePath out;
  const std::string& kind = parts[parts.size() - 2];
  out.blob = kind == "blobs";
  out.reference = parts.back();
  for (std::size_t i = 0; i + 2 < parts.size(); ++i) {
    if (!is_plain(parts[i])) return std::nullopt;
    out.repository += (i == 0 ? "" : "/") + parts[i];
  }
  if ((!out.blob && kind != "manifests") || !is_plain(out.reference) ||
      out.repository.size() + out.reference.size() > kLongestName || (out.blob && !is_digest(out.reference)))
    return std::nullopt;
  return out;
}

void answer_base_image(region::Region& home, RuntimeShelf& shelf, const BuildRow& build, http::Exchange& exchange) {
  const http::RequestHead& head = exchange.head();
  if (head.method != "GET" && head.method != "HEAD") {
    http::Response not_allowed = refusal(405, "UNSUPPORTED", "Base images are only read here.");
    not_allowed.headers.add("Allow", "GET, HEAD");
    return exchange.send(not_allowed);
  }
  if (head.raw_path == kRoot) return exchange.send({200, {{"Docker-Distribution-Api-Version", "registry/2.0"}}, "{}"});
  const auto asked = parse_base_image_path(head.raw_path);
  if (!asked) return exchange.send(refusal(404, "NAME_UNKNOWN", "There is no such image here."));

  if (is_digest(asked->reference)) {
    if (const std::string file = find_blob(shelf, asked->repository, asked->reference); !file.empty()) {
      const std::string type = asked->blob ? "application/octet-stream" : media_type_of(read_file(file));
      return send_file(exchange, file, {{"Content-Type", type}, {"Docker-Content-Digest", asked->reference}});
    }
    if (asked->blob) return exchange.send(refusal(404, "BLOB_UNKNOWN", "That is not on the region's shelf."));
  }
  const std::string image = asked->repository + (is_digest(asked->reference) ? "@" : ":") + asked->reference;
  const auto found = wait_for(home, shelf, build, image, exchange);
  if (found.standing != RuntimeShelf::Standing::kThere)
    return exchange.send(refusal(404, "MANIFEST_UNKNOWN", image + ": " + found.refusal));
  const std::string place = shelf.images_folder() + "/" + replace_all(image, "/", "+");
  const std::string digest(trim(read_file(place + "/manifest")));
  if (!is_digest(std::string(kDigest) + digest)) throw std::runtime_error(place + " has no manifest");
  const std::string file = place + "/blobs/" + digest;
  send_file(
      exchange, file,
      {{"Content-Type", media_type_of(read_file(file))}, {"Docker-Content-Digest", std::string(kDigest) + digest}});
}

}  // namespace hanbat::codebuild
