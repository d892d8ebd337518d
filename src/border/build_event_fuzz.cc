// A line of events.jsonl, which whoever is root in a build's machine may write: it is an event or refused by
// MessageError, and an event comes back from its own line.
#include "base/fuzzing.h"
#include "base/utf8.h"
#include "border/build_event.h"
#include "border/fields.h"

using hanbat::fuzzing::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  try {
    const auto event = hanbat::border::BuildEvent::from_line(line);
    const auto again = hanbat::border::BuildEvent::from_line(event.to_json().dump());
    if (hanbat::is_utf8(line)) require(again == event, "an event comes back from its line");
  } catch (const hanbat::border::MessageError& error) {
    require(*error.what() != '\0', "a refusal has a reason");
  }
  return 0;
}
