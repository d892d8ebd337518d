// Random names in the forms that AWS gives its resources. All randomness of the system comes from here.
#pragma once

#include <string>
#include <string_view>

namespace hanbat {

/// `count` bytes from the kernel's generator.
std::string random_bytes(std::size_t count);
/// `count` lowercase hex digits.
std::string random_hex(std::size_t count);
/// `count` characters of the alphabet, evenly distributed.
std::string random_from(std::string_view alphabet, std::size_t count);
/// "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx"
std::string random_uuid();
/// "<prefix>-" and 17 hex digits, as EC2 names its resources.
std::string ec2_id(std::string_view prefix);

}  // namespace hanbat
