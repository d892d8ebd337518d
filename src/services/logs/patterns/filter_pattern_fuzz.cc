// Filter patterns of callers over events of programs: a pattern is refused or decides, the same each time.
#include "base/fuzzing.h"
#include "services/logs/patterns/filter_pattern.h"

using hanbat::fuzzing::require;
using namespace hanbat::logs;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hanbat::fuzzing::Input input(data, size);
  const std::string_view text = input.line();
  const std::string_view message = input.rest();
  try {
    const FilterPattern pattern(text);
    const auto values = pattern.match(message);
    require(values == FilterPattern(text).match(message), "a pattern decides the same each time");
    if (!values) return 0;
    for (const auto& [name, value] : *values) require(name.size() > 1 && name.front() == '$', "a value has a name");
  } catch (const hanbat::wire::Error& error) {
    require(!error.message().empty(), "a refusal has a reason");
  }
  return 0;
}
