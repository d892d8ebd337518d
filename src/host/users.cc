#include "host/users.h"

#include <pwd.h>

#include <cstring>
#include <optional>
#include <vector>

#include "host/error.h"
#include "os/process.h"

namespace hanbat::host {
namespace {

/// getpwnam keeps one answer for the whole process, and several threads start programs.
std::optional<Owner> find_user(const std::string& name) {
  passwd entry{}, *found = nullptr;
  std::vector<char> text(1 << 14);
  const int error = ::getpwnam_r(name.c_str(), &entry, text.data(), text.size(), &found);
  if (error != 0) throw HostError(HostErrorCode::kFailed, "look for the user " + name + ": " + std::strerror(error));
  if (!found) return std::nullopt;
  return Owner{entry.pw_uid, entry.pw_gid};
}

}  // namespace

Owner require_user(const std::string& name) {
  if (const auto found = find_user(name)) return *found;
  run_checked({"useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell",
               "/usr/sbin/nologin", name});
  if (const auto made = find_user(name)) return *made;
  throw HostError(HostErrorCode::kFailed, "no user " + name);
}

}  // namespace hanbat::host
