// Which certificates a server shows to who asks for its name.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "http/client.h"

namespace hanbat::http {

/// The certificates (DER) in the order in which the server shows them, its own first. They are believed of nobody: this
/// says what is shown and not whether it is true. Blocks. Throws http::Error (status 0) or std::system_error when
/// nobody answers in TLS.
std::vector<std::string> shown_certificates(const Endpoint& endpoint, std::chrono::milliseconds longest);

}  // namespace hanbat::http
