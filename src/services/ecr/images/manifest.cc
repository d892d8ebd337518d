#include "services/ecr/images/manifest.h"

#include <algorithm>
#include <cctype>

#include "base/json.h"
#include "crypto/digest.h"

namespace hanbat::ecr {
namespace {

constexpr std::uint64_t kLargestImage = 1ull << 50;

std::string require_digest(const Json& descriptor) {
  std::string digest = descriptor.text("digest");
  if (!is_digest(digest)) throw ManifestError{"a descriptor without a sha256 digest"};
  return digest;
}

/// Layers that lie elsewhere by design (Windows base layers) are not pushed.
bool is_foreign(const Json& layer) {
  return layer.text("mediaType").find("foreign") != std::string::npos ||
         layer.text("mediaType").find("nondistributable") != std::string::npos;
}

std::string kind_of(const Json& json, std::string_view declared) {
  std::string type = json.text("mediaType", declared);
  if (!declared.empty() && type != declared)
    throw ManifestError{"the manifest's mediaType differs from the Content-Type"};
  if (!type.empty()) return type;
  if (json["manifests"].is_array()) return std::string(kOciIndex);
  return std::string(kOciManifest);
}

}  // namespace

bool is_digest(std::string_view text) {
  return text.size() == 71 && text.starts_with("sha256:") && std::all_of(text.begin() + 7, text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string_view hex_of(std::string_view digest) { return digest.substr(7); }

bool is_tag(std::string_view text) {
  const auto word = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
  return !text.empty() && text.size() <= 300 && word(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), [&](unsigned char c) { return word(c) || c == '.' || c == '-'; });
}

bool is_repository_name(std::string_view text) {
  if (text.size() < 2 || text.size() > 256) return false;
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  bool after_plain = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (plain(c)) {
      after_plain = true;
    } else {
      if ((c != '.' && c != '_' && c != '-' && c != '/') || !after_plain) return false;
      after_plain = false;
    }
  }
  return after_plain;
}

namespace {

Manifest manifest_of(const Json& json, std::string_view bytes, std::string_view media_type) {
  if (!json.is_object() || json.integer("schemaVersion") != 2)
    throw ManifestError{"only manifests of schema version 2 are taken"};
  Manifest manifest;
  manifest.media_type = kind_of(json, media_type);
  manifest.digest = "sha256:" + crypto::sha256_hex(bytes);
  const std::string& type = manifest.media_type;
  if (type != kOciManifest && type != kDockerManifest && type != kOciIndex && type != kDockerList)
    throw ManifestError{"a manifest of type " + type + " is not taken"};
  if (manifest.is_index()) {
    if (!json["manifests"].is_array()) throw ManifestError{"an index without manifests"};
    for (const auto& each : json["manifests"].items()) manifest.images.push_back(require_digest(each));
  } else {
    if (!json["config"].is_object()) throw ManifestError{"a manifest without a configuration"};
    if (!json["layers"].is_array()) throw ManifestError{"a manifest without layers"};
    std::vector<const Json*> parts{&json["config"]};
    for (const auto& layer : json["layers"].items()) parts.push_back(&layer);
    for (const Json* part : parts) {
      std::string digest = require_digest(*part);
      const std::int64_t size = part->integer("size", -1);
      if (size < 0) throw ManifestError{"a descriptor without a size"};
      manifest.size += static_cast<std::uint64_t>(size);
      if (manifest.size > kLargestImage)
        throw ManifestError{"the sizes of the layers add up to more than an image has"};
      if (!is_foreign(*part)) manifest.layers.push_back(std::move(digest));
    }
    manifest.artifact_type = json["config"].text("mediaType");
  }
  // One that is empty says as little as none.
  if (const std::string type = json.text("artifactType"); !type.empty()) manifest.artifact_type = type;
  if (json["subject"].is_object()) manifest.subject = require_digest(json["subject"]);
  const auto unique = [](std::vector<std::string>& list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  };
  unique(manifest.layers);
  unique(manifest.images);
  return manifest;
}

}  // namespace

Manifest read_manifest(std::string_view bytes, std::string_view media_type) {
  try {
    return manifest_of(Json::parse(bytes), bytes, media_type);
  } catch (const JsonError& error) {
    throw ManifestError{std::string("the manifest is not JSON, or not that of a manifest: ") + error.what()};
  }
}

}  // namespace hanbat::ecr
