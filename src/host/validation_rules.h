// The checks that the specs' validations are made of. Each throws HostError kInvalid, naming `what`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "host/edge_range.h"

namespace hanbat::host {

[[noreturn]] void refuse(std::string_view what, std::string_view why);
void require_within(std::int64_t value, std::int64_t least, std::int64_t most, std::string_view what);
void require_at_most(std::size_t count, std::size_t most, std::string_view what);
/// An address of AWS's public ones here.
void require_public_address(std::string_view text, std::string_view what, const EdgeRange& edge);
void require_mac(std::string_view text, std::string_view what);
/// Text that goes into a quoted word of HAProxy's configuration, or after a device's key: nothing that ends it.
void require_plain_text(std::string_view text, std::string_view what, std::size_t most);
/// The id of an interface, whose device's name is no one else's.
void require_interface_id(std::string_view text);

}  // namespace hanbat::host
