// Sources that are repositories of other hosts: where they may lie, and as whom a build clones them.
#pragma once

#include <string>
#include <vector>

#include "region/region.h"
#include "services/codebuild/store.h"
#include "services/codebuild/words.h"

namespace hanbat::codebuild {

/// Whether it is a repository of GitHub, Bitbucket or GitLab, or of a host that runs their software.
bool is_of_other_host(SourceType type);
/// Throws InvalidInputException for a place that is none of the type's host.
void check_git_location(const ProjectSource& source);

/// As whom git clones what lies at a host.
struct GitLogin {
  std::string host;  // with its port
  std::string username;
  std::string password;
};
/// Of the hosts of the build's sources, those for which the account has credentials.
std::vector<GitLogin> git_logins(region::Region& home, store::Tx& tx, const BuildRow& row);

}  // namespace hanbat::codebuild
