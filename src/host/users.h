// The users without rights that the region's programs run as.
#pragma once

#include <string>

namespace hanbat::host {

struct Owner {
  unsigned uid = 0;
  unsigned gid = 0;
};
/// The user of that name, made when there is none. Throws HostError kFailed when it cannot be made.
Owner require_user(const std::string& name);

}  // namespace hanbat::host
