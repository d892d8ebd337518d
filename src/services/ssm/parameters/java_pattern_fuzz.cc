// Patterns from users: translated or refused, however they are made.
#include "base/fuzzing.h"
#include "services/ssm/parameters/java_pattern.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const std::string own = hanbat::ssm::to_pcre({reinterpret_cast<const char*>(data), size});
    hanbat::fuzzing::require(own.size() <= 64 * size + 64, "a translation stays in proportion");
  } catch (const hanbat::ssm::JavaPatternError& error) {
    hanbat::fuzzing::require(*error.what() != '\0', "a refusal has a reason");
  }
  return 0;
}
