#include "services/codebuild/sources/git_hosts.h"

#include <algorithm>

#include "base/text.h"
#include "services/codebuild/sources/source_credentials.h"

namespace hanbat::codebuild {
namespace {

constexpr std::string_view kHttps = "https://";

/// The only host of the type; "" where any may run its software.
std::string_view host_of(SourceType type) {
  switch (type) {
    case SourceType::kGitHub:
      return "github.com";
    case SourceType::kBitbucket:
      return "bitbucket.org";
    case SourceType::kGitLab:
      return "gitlab.com";
    case SourceType::kGitHubEnterprise:
    case SourceType::kGitLabSelfManaged:
    case SourceType::kCodePipeline:
    case SourceType::kCodeCommit:
    case SourceType::kS3:
    case SourceType::kNoSource:
      return "";
  }
  return "";
}

/// What such hosts take for the name beside a token.
std::string token_user(ServerType server) {
  switch (server) {
    case ServerType::kGitHub:
    case ServerType::kGitHubEnterprise:
      return "x-access-token";
    case ServerType::kBitbucket:
      return "x-token-auth";
    case ServerType::kGitLab:
    case ServerType::kGitLabSelfManaged:
      return "oauth2";
  }
  return "";
}

/// "https://host:port/path" → "host:port"; "" for what is no such address. No name is taken from an address: it would
/// stand in the project for all who may read that.
std::string host_in(std::string_view location) {
  if (!location.starts_with(kHttps)) return "";
  location.remove_prefix(kHttps.size());
  const std::string_view host = location.substr(0, location.find('/'));
  const bool plain = std::all_of(host.begin(), host.end(),
                                 [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '-' || c == ':'; });
  return plain && host.size() + 1 < location.size() ? std::string(host) : "";
}

}  // namespace

bool is_of_other_host(SourceType type) {
  return type == SourceType::kGitHubEnterprise || type == SourceType::kGitLabSelfManaged || !host_of(type).empty();
}

void check_git_location(const ProjectSource& source) {
  const std::string host = host_in(source.location.value_or(""));
  const std::string_view wanted = host_of(type_of(source));
  if (host.empty() || (!wanted.empty() && host != wanted))
    throw InvalidInputException("Invalid project source: location must be a valid HTTPS repository of source type " +
                                source.type);
}

std::vector<border::GitLogin> git_logins(region::Region& home, store::Tx& tx, const BuildRow& row) {
  std::vector<ProjectSource> sources = row.shape.secondary_sources.value_or(std::vector<ProjectSource>());
  sources.push_back(*row.shape.source);
  std::vector<border::GitLogin> logins;
  for (const SourceCredentialsRow& credentials : region::list<SourceCredentialsInfo>(tx, row.place)) {
    const auto token = home.vault.open(credentials.own.text("token"), source_token_purpose(credentials.id));
    if (!token) continue;
    for (const ProjectSource& source : sources) {
      if (source.type != credentials.shape.server_type) continue;
      const std::string user = credentials.own.text("username");
      logins.push_back({host_in(source.location.value_or("")),
                        user.empty() ? token_user(require_word<ServerType>(source.type)) : user, *token});
    }
  }
  return logins;
}

}  // namespace hanbat::codebuild
