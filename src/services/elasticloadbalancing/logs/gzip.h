// Bytes as a gzip file; the same bytes are always the same file.
#pragma once

#include <string>
#include <string_view>

namespace hanbat::elasticloadbalancing {

std::string gzip(std::string_view bytes);

}  // namespace hanbat::elasticloadbalancing
