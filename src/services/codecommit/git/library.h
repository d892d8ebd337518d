// libgit2 as it is used here: brought up once, its errors thrown. For the files that call it.
#pragma once

#include <string_view>

namespace hanbat::codecommit {

/// Brings libgit2 up. It counts its users itself, and stays for the life of the process.
void ensure_library();
/// Throws std::runtime_error with `what` and libgit2's own words when the code is an error.
void check(int code, std::string_view what);

}  // namespace hanbat::codecommit
