// Reachability Analyzer's explanations as sentences, each with the rule that would let the packet pass. Pure.
#pragma once

#include <string>

#include "services/explain/story.h"

namespace hanbat::explain {

/// The packet that was asked about.
struct AskedPacket {
  std::string source, destination;  // as the caller named them
  std::string protocol;             // tcp, udp
  int port = 0;
};

/// What the analyzer takes for any address of the internet where none is said.
inline constexpr const char* kSomewhere = "203.0.113.1";

/// "80", "1024-65535"; "" of what is no range.
std::string ports_text(const Json& range);

/// An explanation, a code of AWS's with what it is about, as a sentence and the way out.
Finding finding_of_packet(const Json& explanation, const AskedPacket& asked);

}  // namespace hanbat::explain
