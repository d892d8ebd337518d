#include "services/codecommit/git/git_login.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"
#include "services/codecommit/store.h"
#include "wire/git_password.h"

namespace hanbat::codecommit {
namespace {

/// "git-codecommit.eu-west-1.amazonaws.com" → "eu-west-1"
std::optional<std::string> region_of_host(const std::string& host) {
  const auto parts = split(host, '.');
  for (std::size_t i = 0; i + 1 < parts.size(); ++i)
    if (parts[i] == "git-codecommit" || parts[i] == "git-codecommit-fips" || parts[i] == "codecommit")
      return parts[i + 1];
  return std::nullopt;
}

std::optional<std::pair<std::string, std::string>> basic(const http::RequestHead& head) {
  const std::string_view value = head.headers.get("Authorization");
  if (value.size() < 6 || !iequals(value.substr(0, 6), "Basic ")) return std::nullopt;
  const auto text = from_base64(trim(value.substr(6)));
  if (!text) return std::nullopt;
  const auto colon = text->find(':');
  if (colon == std::string::npos) return std::nullopt;
  return std::pair(text->substr(0, colon), text->substr(colon + 1));
}

}  // namespace

std::vector<std::string> regions_of(const region::Region& home, store::Tx& tx, const std::string& account,
                                    const std::string& repository_name) {
  auto regions = regions_with(tx, account, repository_name);
  std::stable_partition(regions.begin(), regions.end(),
                        [&](const auto& each) { return each == home.settings.default_region; });
  regions.push_back(home.settings.default_region);
  return regions;
}

std::optional<GitLogin> log_in(region::Region& home, store::Tx& tx, const http::RequestHead& head,
                               const std::string& repository_name) {
  const auto given = basic(head);
  if (!given) return std::nullopt;
  const auto named = region_of_host(head.host());
  const Timestamp now = home.clock.now();

  const wire::GitUser user = wire::parse_git_user(given->first);
  if (const auto credential = home.identity().find_credential(tx, user.access_key_id)) {
    if (!credential->active || !constant_time_equals(credential->session_token, user.session_token))
      return std::nullopt;
    if (credential->expiration && *credential->expiration <= now) return std::nullopt;
    std::vector<std::string> regions;
    if (named) {
      regions.push_back(*named);
    } else {
      // The plain address names no region, but the signature was made for one.
      regions = regions_of(home, tx, credential->caller.account, repository_name);
    }
    const std::string path = head.raw_path.substr(0, head.raw_path.find(repository_name) + repository_name.size());
    for (const auto& region : regions)
      if (wire::verify_git_password(given->second, credential->secret_access_key, region, path,
                                    head.headers.get("Host"), now))
        return GitLogin{credential->caller, region};
    return std::nullopt;
  }
  if (auto caller = home.identity().find_git_caller(tx, given->first, given->second))
    return GitLogin{*std::move(caller), named.value_or(home.settings.default_region)};
  return std::nullopt;
}

}  // namespace hanbat::codecommit
