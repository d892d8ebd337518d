// git's passwords for CodeCommit over HTTPS: the signature that the AWS CLI's credential helper and
// git-remote-codecommit make.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"

namespace hanbat::wire {

/// git's passwords for CodeCommit: `<date>Z<signature>` over the repository's path and the host, with or without its
/// port (the AWS CLI's helper signs without, git-remote-codecommit with). The user name is the key's id, then `%` and
/// the session token when there is one.
struct GitUser {
  std::string access_key_id;
  std::string session_token;
};
GitUser parse_git_user(std::string_view user);
/// Whether the password is that of the secret for the path ("/v1/repos/wsi-api-repo") and host ("127.0.0.1:4566"), at
/// most 15 minutes away from now.
bool verify_git_password(std::string_view password, std::string_view secret, std::string_view region,
                         std::string_view path, std::string_view host, Timestamp now);
/// Makes such a password, as git-remote-codecommit does.
std::string git_password(std::string_view secret, std::string_view region, std::string_view path, std::string_view host,
                         Timestamp at);

}  // namespace hanbat::wire
