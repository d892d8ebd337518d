// A contest's clock as arithmetic: limits as people write them, and what is left.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace hanbat::cli::task {

/// "4h", "20m", "1h30m", "45s" as seconds; nothing for what is none of them, or is 0.
std::optional<Seconds> parse_limit(std::string_view text);
/// "4h", "1h30m", "45s": what parse_limit reads. The length must be positive.
std::string limit_text(Seconds length);
/// "1:02:03", "-0:00:10" when it is over.
std::string clock_text(Seconds left);

}  // namespace hanbat::cli::task
