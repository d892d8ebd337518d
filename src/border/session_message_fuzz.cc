// Messages of a session from strangers: refused, or written again as they came.
#include "base/fuzzing.h"
#include "border/fields.h"
#include "border/session_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hanbat::border;
  try {
    const auto message = SessionMessage::from_bytes({reinterpret_cast<const char*>(data), size});
    hanbat::fuzzing::require(SessionMessage::from_bytes(message.to_bytes()) == message,
                             "a message comes back from its bytes");
    message.acknowledged();
  } catch (const MessageError&) {
    // No message, or no acknowledgement.
  }
  return 0;
}
