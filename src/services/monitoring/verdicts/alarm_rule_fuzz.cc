// Rules of composite alarms: one is refused or decides, and names every alarm that it asks about.
#include <algorithm>

#include "base/fuzzing.h"
#include "services/monitoring/verdicts/alarm_rule.h"
#include "wire/error.h"

using namespace hanbat::monitoring;
using hanbat::fuzzing::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (size > 10'240) return 0;  // AWS's limit
  try {
    const AlarmRule rule = AlarmRule::parse("PutCompositeAlarm", text);
    const auto names = rule.alarms();
    rule.holds([&](const std::string& name) -> std::optional<AlarmState> {
      require(std::ranges::find(names, name) != names.end(), "a rule names what it asks about");
      return AlarmState::kAlarm;
    });
  } catch (const hanbat::wire::Error& error) {
    require(!error.message().empty(), "a refusal has a reason");
  }
  return 0;
}
