// The application specification file of a revision: read, or refused with a reason. The first line is a path that the
// permissions are held against.
#include <string>

#include "base/fuzzing.h"
#include "guest/deploy_agent/appspec.h"

using hanbat::fuzzing::require;
using namespace hanbat::guest;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hanbat::fuzzing::Input input(data, size);
  const std::string path(input.line().substr(0, 60));
  AppSpec spec;
  try {
    spec = AppSpec::parse(std::string(input.rest()));
  } catch (const AppSpecError& error) {
    require(*error.what() != '\0', "a refusal has a reason");
    return 0;
  }
  for (const auto& [event, scripts] : spec.hooks) {
    require(&spec.scripts(event) == &scripts, "a hook is found by its name");
    for (const HookScript& script : scripts) {
      require(script.timeout_s > 0, "a script has some time");
      require(!script.location.empty(), "a script lies somewhere");
    }
  }
  for (const Permission& permission : spec.permissions) {
    require(!permission.mode || *permission.mode <= 07777, "a mode has four octal digits");
    if (permission.pattern.size() <= 60) permission.matches(path);
  }
  return 0;
}
