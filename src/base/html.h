// Text that becomes a part of a page.
#pragma once

#include <string>
#include <string_view>

namespace hanbat {

/// As it stands between tags or in a quoted attribute, whoever wrote it: what would mean something to a browser is
/// escaped, and control characters and bytes that are no UTF-8 are replaced.
std::string html_text(std::string_view text);

}  // namespace hanbat
