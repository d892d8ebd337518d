// `install.runtime-versions` of a build specification: which version is meant, and the folder on the region's shelf
// that holds it. The shelf is /hanbat/runtimes, read-only: <name>/<version>/ is a prefix with bin/, and root/ in it,
// when there is one, belongs over / (what an interpreter has compiled in as its paths).
#pragma once

#include <map>
#include <stdexcept>
#include <string>

#include "border/build_job.h"

namespace hanbat::guest {

struct RuntimeError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The version that CodeBuild takes for what a specification asks: one that the image has, `latest`, `3.x`; or another
/// one as it is spelt, where the image installs others. Throws RuntimeError with CodeBuild's words. Source: CodeBuild
/// User Guide, "Runtime versions".
std::string select_runtime(const border::BuildRuntimes& runtimes, const std::string& name, const std::string& asked);

/// Whether the build image itself has that version, so that nothing is laid out.
bool image_has_runtime(const std::string& name, const std::string& version);

/// What the image's own command says while it installs: "Installing Python version 3.9 ...".
std::string installing(const std::string& name, const std::string& version);

/// Where the runtime lies in a build.
std::string prefix_of(const std::string& name, const std::string& version);

/// Puts the runtime first: in PATH, and in the variables that its tools ask for.
void add_runtime(std::map<std::string, std::string>& environment, const std::string& name, const std::string& version);

}  // namespace hanbat::guest
