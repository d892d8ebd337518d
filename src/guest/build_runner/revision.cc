#include "guest/build_runner/revision.h"

namespace hanbat::guest {
namespace {

bool is_commit(std::string_view text) {
  return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

WantedRevision wanted_revision(std::string_view version) {
  WantedRevision wanted;
  if (is_commit(version)) {
    wanted.commit = version;
    return wanted;
  }
  if (const auto at = version.rfind("^{"); at != std::string_view::npos && version.ends_with('}')) {
    const std::string_view commit = version.substr(at + 2, version.size() - at - 3);
    if (is_commit(commit)) {
      wanted.commit = commit;
      version = version.substr(0, at);
    }
  }
  for (const std::string_view prefix : {"refs/heads/", "refs/tags/"})
    if (version.starts_with(prefix)) version.remove_prefix(prefix.size());
  wanted.name = version;
  return wanted;
}

}  // namespace hanbat::guest
