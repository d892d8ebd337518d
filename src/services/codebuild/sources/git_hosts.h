// Sources that are repositories of other hosts: where they may lie, and as whom a build clones them.
#pragma once

#include <vector>

#include "border/git_login.h"
#include "region/region.h"
#include "services/codebuild/store.h"
#include "services/codebuild/words.h"

namespace hanbat::codebuild {

/// Whether it is a repository of GitHub, Bitbucket or GitLab, or of a host that runs their software.
bool is_of_other_host(SourceType type);
/// Throws InvalidInputException for a place that is none of the type's host.
void check_git_location(const ProjectSource& source);

/// Of the hosts of the build's sources, those for which the account has credentials.
std::vector<border::GitLogin> git_logins(region::Region& home, store::Tx& tx, const BuildRow& row);

}  // namespace hanbat::codebuild
