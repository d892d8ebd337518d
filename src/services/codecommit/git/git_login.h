// Who a git client is: the AWS CLI's credential helper and git-remote-codecommit sign the repository's path with SigV4;
// IAM users may have HTTPS git credentials, a name and password of their own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/message.h"
#include "region/identity.h"
#include "region/region.h"

namespace hanbat::codecommit {

/// A client that proved who it is.
struct GitLogin {
  region::Caller caller;
  std::string region;  // which region's repository is meant
};

/// Checks the request's Basic authorization for the repository; nothing when it has none or it is wrong. The region is
/// the one in the host's name (git-codecommit.<region>.…), else the one that the signature was made for, else the
/// default.
std::optional<GitLogin> log_in(region::Region& home, store::Tx& tx, const http::RequestHead& head,
                               const std::string& repository_name);

/// Where a repository of that name is meant to be when nothing says the region: where the account has one, the default
/// region before others, and that in the end.
std::vector<std::string> regions_of(const region::Region& home, store::Tx& tx, const std::string& account,
                                    const std::string& repository_name);

}  // namespace hanbat::codecommit
