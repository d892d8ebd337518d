// Image manifests, as a push sends them: what is taken names only digests, and reads the same again.
#include <algorithm>

#include "base/fuzzing.h"
#include "services/ecr/images/manifest.h"

using hanbat::fuzzing::require;
using namespace hanbat::ecr;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hanbat::fuzzing::Input input(data, size);
  static constexpr std::string_view kTypes[] = {"",          kOciManifest, kOciIndex, kDockerManifest,
                                                kDockerList, "text/plain"};
  const std::string_view type = kTypes[input.byte() % std::size(kTypes)];
  const std::string_view bytes = input.rest();

  const std::string_view line = input.line();
  if (is_repository_name(line))
    require(line.find("..") == std::string_view::npos && line.front() != '/', "a repository's name leads nowhere else");
  if (is_tag(line)) require(line.find('/') == std::string_view::npos && line != "..", "a tag is no path");
  if (is_digest(line)) require(hex_of(line).size() == 64, "a digest has 64 digits");

  Manifest manifest;
  try {
    manifest = read_manifest(bytes, type);
  } catch (const ManifestError& error) {
    require(!error.message.empty(), "a refusal has a reason");
    return 0;
  }
  require(is_digest(manifest.digest), "a manifest has a digest");
  require(std::all_of(manifest.layers.begin(), manifest.layers.end(), is_digest), "layers are digests");
  require(std::all_of(manifest.images.begin(), manifest.images.end(), is_digest), "images are digests");
  require(!manifest.subject || is_digest(*manifest.subject), "a subject is a digest");
  require(manifest.is_index() || manifest.images.empty(), "only an index names images");
  require(manifest.size <= static_cast<std::uint64_t>(INT64_MAX), "a size can be told to the client");
  const Manifest again = read_manifest(bytes, manifest.media_type);
  require(again.digest == manifest.digest && again.layers == manifest.layers && again.images == manifest.images &&
              again.size == manifest.size,
          "a manifest reads the same again");
  return 0;
}
