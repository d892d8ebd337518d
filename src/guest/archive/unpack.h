// An archive that came from outside, unpacked so that nothing can land outside the folder.
#pragma once

#include <stdexcept>
#include <string>

namespace hanbat::guest {

struct BundleError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Unpacks a zip, tar or tgz into an existing folder. An entry that would leave the folder (absolute, "..", through a
/// link) is an error, as is a bundle of another kind. Throws BundleError.
void unpack(const std::string& file, const std::string& bundle_type, const std::string& folder);

}  // namespace hanbat::guest
