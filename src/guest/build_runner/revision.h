// Which revision of a repository a source version means: a branch, a tag, a commit, or a reference with a commit of its
// history: `refs/heads/main^{46e8ab…}`.
// Source: the CodeBuild user guide, "Source version sample with AWS CodeBuild".
#pragma once

#include <string>
#include <string_view>

namespace hanbat::guest {

struct WantedRevision {
  std::string name;    ///< of a branch or tag; "" = the default branch, or whatever has the commit
  std::string commit;  ///< of 40 hexadecimal digits; "" = where the name leads
};

WantedRevision wanted_revision(std::string_view source_version);

}  // namespace hanbat::guest
