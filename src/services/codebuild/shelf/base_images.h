// Base images of Dockerfiles: a registry for builds alone, which their docker asks before the ones of the outside
// (images/codebuild/files/etc/containers/registries.conf). What it has not is brought onto the region's shelf first:
// pulled from where its name says, or made as a stand-in, or refused in one line that docker shows.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/server.h"
#include "services/codebuild/shelf/runtime_shelf.h"
#include "services/codebuild/store.h"

namespace hanbat::codebuild {

/// What a path of the registry asks for.
struct BaseImagePath {
  std::string repository;  // "docker.io/library/python"
  bool blob = false;       // or a manifest
  std::string reference;   // "3.12-slim", "sha256:…"
};
/// Nothing for what is no path of an image; each part is a plain name, which leads out of no folder.
std::optional<BaseImagePath> parse_base_image_path(std::string_view path);
/// Whether the path is the registry's: "/v2/…".
bool is_base_image_path(std::string_view path);

/// Answers a build's docker; waits while the image is fetched.
void answer_base_image(region::Region& home, RuntimeShelf& shelf, const BuildRow& build, http::Exchange& exchange);

}  // namespace hanbat::codebuild
