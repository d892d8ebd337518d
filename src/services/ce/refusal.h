// How input that can mean nothing is refused. Cost Explorer's model has no error for it; it answers this one.
#pragma once

#include <string>

#include "wire/error.h"

namespace hanbat::ce {

inline wire::Error invalid(const std::string& message) { return wire::Error("ValidationException", 400, message); }

}  // namespace hanbat::ce
