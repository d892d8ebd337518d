// Of which checksum an upload is made.
#pragma once

#include <optional>
#include <string>

#include "services/s3/objects/checksums.h"
#include "services/s3/uploads/store.h"

namespace hanbat::s3 {

/// Of which checksum the upload is to be made, if any.
std::optional<ChecksumAlgorithm> algorithm_of(const UploadRow& upload);

/// Throws InvalidRequest for what is no type of a checksum.
ChecksumType require_type(const std::string& named);

}  // namespace hanbat::s3
