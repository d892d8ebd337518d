// How an action fails.
#pragma once

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/words.h"

namespace hanbat::host {

enum class HostErrorCode {
  kInvalid,   ///< the argument is refused and always will be
  kNotFound,  ///< there is no such thing
  kFailed,    ///< the machine could not; trying again may help
  kGone       ///< the root daemon is away
};

struct HostError : std::runtime_error {
  HostError(HostErrorCode error_code, const std::string& message) : std::runtime_error(message), code(error_code) {}
  HostErrorCode code;
};

}  // namespace hanbat::host

namespace hanbat {

template <>
inline constexpr auto kWords<host::HostErrorCode> =
    std::to_array<Word<host::HostErrorCode>>({{host::HostErrorCode::kInvalid, "Invalid"},
                                              {host::HostErrorCode::kNotFound, "NotFound"},
                                              {host::HostErrorCode::kFailed, "Failed"},
                                              {host::HostErrorCode::kGone, "Gone"}});

}  // namespace hanbat
