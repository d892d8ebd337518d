// As whom git clones repositories of other hosts: the account's credentials, which CodeBuild gives a build while it
// fetches its sources. They stand in no file and in no command line.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "border/git_login.h"

namespace hanbat::guest {

/// Those that CodeBuild has for the build. Throws ServiceError when it refuses.
std::vector<border::GitLogin> git_logins(const std::string& url);

/// What git is told so that it shows the login of the address's host there, and nowhere else.
struct GitAccess {
  std::vector<std::string> options;  // before its command
  std::vector<std::pair<std::string, std::string>> variables;
};
GitAccess git_access(std::string_view address, const std::vector<border::GitLogin>& logins);

}  // namespace hanbat::guest
