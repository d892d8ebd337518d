// Image manifests: which kind one is, what it names, and whether it is in order. The OCI image specification 1.1 and
// Docker's schema 2; pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hanbat::ecr {

/// In bytes.
constexpr std::size_t kLargestManifest = 4u << 20;

inline constexpr std::string_view kOciManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kOciIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kDockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view kDockerList = "application/vnd.docker.distribution.manifest.list.v2+json";

/// What is wrong with a manifest, for the client.
struct ManifestError {
  std::string message;
};

struct Manifest {
  std::string media_type;
  std::string digest;               // of its bytes
  std::vector<std::string> layers;  // digests of configuration and layers that must be in the repository
  std::vector<std::string> images;  // of an index: digests of the manifests
  std::uint64_t size = 0;           // of configuration and layers together
  std::optional<std::string> artifact_type;
  std::optional<std::string> subject;
  bool is_index() const { return media_type == kOciIndex || media_type == kDockerList; }
};

/// Reads a manifest. `media_type` is what the client said, or "". Throws ManifestError.
Manifest read_manifest(std::string_view bytes, std::string_view media_type);

/// "sha256:" and 64 hex digits.
bool is_digest(std::string_view text);
/// The hex digits of a digest.
std::string_view hex_of(std::string_view digest);
bool is_tag(std::string_view text);
bool is_repository_name(std::string_view text);

}  // namespace hanbat::ecr
