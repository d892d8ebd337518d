// The build specification, which whoever may push a commit writes: read, or refused with a reason. The first line is a
// path that the artifacts' patterns are held against.
#include <string>

#include "base/fuzzing.h"
#include "guest/build_runner/buildspec.h"
#include "guest/build_runner/secret_reference.h"

using hanbat::fuzzing::require;
using namespace hanbat::guest;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hanbat::fuzzing::Input input(data, size);
  const std::string path(input.line().substr(0, 60));
  BuildSpec spec;
  try {
    spec = BuildSpec::parse(std::string(input.rest()));
  } catch (const BuildSpecError& error) {
    require(*error.what() != '\0', "a refusal has a reason");
    return 0;
  }
  require(!spec.phases.empty(), "a specification has phases");
  for (const auto& [name, phase] : spec.phases)
    require(name == "install" || name == "pre_build" || name == "build" || name == "post_build", "a phase is known");
  require(spec.shell == "sh" || spec.shell == "bash" || spec.shell == "/bin/sh" || spec.shell == "/bin/bash",
          "a shell is known");
  for (const auto& [variable, text] : spec.secrets_manager) try {
      require(!SecretReference::parse(text).secret_id.empty(), "a reference names a secret");
    } catch (const SecretReferenceError& error) {
      require(*error.what() != '\0', "a refusal has a reason");
    }
  for (const std::string& pattern : spec.artifacts.files) {
    // The C library's matcher takes time exponential in the stars; the build's own machine is all that it keeps busy.
    if (pattern.size() > 60) continue;
    artifact_match(pattern, path);
    if (pattern.find_first_of("*?[\\") == std::string::npos)
      require(artifact_match(pattern, pattern), "a pattern without wildcards is the path itself");
  }
  return 0;
}
