// The rows of credentials for other hosts' repositories, and the words that they are told apart by.
#pragma once

#include "base/words.h"
#include "gen/codebuild/model.h"
#include "region/resources.h"

namespace hanbat::codebuild {

enum class ServerType { kGitHub, kGitHubEnterprise, kBitbucket, kGitLab, kGitLabSelfManaged };
/// Those that can be imported here; connections and secrets of Secrets Manager are refused by name.
enum class AuthType { kPersonalAccessToken, kBasicAuth };

/// What ListSourceCredentials shows; its id is its ARN. Own: {username, token (sealed)}.
using SourceCredentialsRow = region::Resource<SourceCredentialsInfo>;

/// What the token of the credentials of that ARN is sealed for.
std::string source_token_purpose(std::string_view arn);

}  // namespace hanbat::codebuild

namespace hanbat {

template <>
struct region::KindOf<codebuild::SourceCredentialsInfo> {
  static constexpr std::string_view kRows = "codebuild/source-credentials";
};

template <>
inline constexpr auto kWords<codebuild::ServerType> =
    std::to_array<Word<codebuild::ServerType>>({{codebuild::ServerType::kGitHub, "GITHUB"},
                                                {codebuild::ServerType::kGitHubEnterprise, "GITHUB_ENTERPRISE"},
                                                {codebuild::ServerType::kBitbucket, "BITBUCKET"},
                                                {codebuild::ServerType::kGitLab, "GITLAB"},
                                                {codebuild::ServerType::kGitLabSelfManaged, "GITLAB_SELF_MANAGED"}});
template <>
inline constexpr auto kWords<codebuild::AuthType> =
    std::to_array<Word<codebuild::AuthType>>({{codebuild::AuthType::kPersonalAccessToken, "PERSONAL_ACCESS_TOKEN"},
                                              {codebuild::AuthType::kBasicAuth, "BASIC_AUTH"}});

}  // namespace hanbat
