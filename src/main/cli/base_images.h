// Names of base images, as Dockerfiles write them.
#pragma once

#include <string>

namespace hanbat::cli {

/// The name with its registry and tag: "docker.io/library/python:3.12-slim" of "python:3.12-slim". Throws Failure for
/// what is none.
std::string whole_image_name(const std::string& name);

}  // namespace hanbat::cli
