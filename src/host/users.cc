#include "host/users.h"

#include <pwd.h>

#include "host/error.h"
#include "os/process.h"

namespace hanbat::host {

Owner require_user(const std::string& name) {
  const passwd* found = ::getpwnam(name.c_str());
  if (!found) {
    run_checked({"useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell",
                 "/usr/sbin/nologin", name});
    found = ::getpwnam(name.c_str());
  }
  if (!found) throw HostError(HostErrorCode::kFailed, "no user " + name);
  return {found->pw_uid, found->pw_gid};
}

}  // namespace hanbat::host
