// The user's browser, where there is a desktop.
#pragma once

#include <string>

namespace hanbat::cli {

enum class Browser { kOpen, kLeave };

/// Has the user's browser go there, when that is wanted and a person sits at a desktop; else, and where there is no
/// xdg-open, nothing happens: the address has been printed.
void browse(const std::string& address, Browser browser);

}  // namespace hanbat::cli
