// The second id of S3's answers, by which AWS's people find the host that gave them.
#pragma once

#include <string>
#include <string_view>

namespace hanbat::wire {

/// 76 characters of base64, as AWS's are; the same for the same request.
std::string host_id_of(std::string_view request_id);

}  // namespace hanbat::wire
