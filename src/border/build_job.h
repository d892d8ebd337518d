// The job that CodeBuild leaves for the build runner in the folder that it shares with the build's machine.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace hanbat::border {

/// An environment variable of the project, or of the build.
struct BuildVariable {
  enum class Kind { kPlaintext, kParameterStore, kSecretsManager };
  std::string name;
  std::string value;  ///< of the other kinds: what names the parameter or the secret
  Kind kind = Kind::kPlaintext;
  bool operator==(const BuildVariable&) const = default;
};

/// Metadata of a pipeline's artifact: the source revision that it was made from. CodePipeline puts it on what its
/// source actions bring in, and a build on what it makes of that.
inline constexpr std::string_view kArtifactRevision = "codepipeline-artifact-revision-id";

struct BuildSource {
  enum class Kind { kNone, kCodeCommit, kGit, kS3, kPipeline };  // kGit: a repository of another host's
  Kind kind = Kind::kNone;
  std::string location;               ///< a repository's URL, or "bucket/key"
  std::string version;                ///< "" = the newest
  std::optional<std::int64_t> depth;  ///< of the clone
  std::string identifier;             ///< of a secondary source
  bool submodules = false;            ///< a repository's are fetched, too
  bool insecure_ssl = false;          ///< whatever certificate the repository's host shows
  bool operator==(const BuildSource&) const = default;
};

/// Where artifacts go.
struct BuildOutput {
  enum class Kind { kNone, kS3 };
  enum class Packaging { kNone, kZip };
  Kind kind = Kind::kNone;
  std::string bucket;
  std::string key;
  std::string key_prefix;       ///< of the key: what stands before the artifact's name
  std::string build_folder;     ///< the part of the prefix that is the build's own, with its slash; "" for none
  bool name_from_spec = false;  ///< the buildspec may name the artifact
  Packaging packaging = Packaging::kNone;
  bool may_be_empty = false;  ///< a pipeline takes what a build without artifacts leaves: an empty archive
  std::string identifier;     ///< of a secondary artifact
  bool operator==(const BuildOutput&) const = default;
};

/// What `runtime-versions` of a build specification may name.
struct BuildRuntimes {
  std::map<std::string, std::vector<std::string>> offered;  ///< by the runtime's name, oldest first; none: no choice
  bool other_versions = false;                              ///< versions beside those are installed, too
  std::string url;                                          ///< below it the region answers where a version lies
  bool operator==(const BuildRuntimes&) const = default;
};

struct BuildJob {
  std::string build_id;
  std::string region;
  std::string project;
  std::string credentials_url;
  std::string credentials_path;
  std::string logins_url;  ///< where the logins to other hosts' repositories are; "" = no source is one
  std::string buildspec;   ///< a path in the source or the text itself; "" = buildspec.yml
  bool privileged = false;
  std::vector<BuildVariable> environment;        ///< the user's, in order; later ones win
  std::map<std::string, std::string> variables;  ///< the service's: CODEBUILD_…
  BuildSource source;
  std::vector<BuildSource> secondary_sources;
  BuildOutput artifacts;
  std::vector<BuildOutput> secondary_artifacts;
  BuildRuntimes runtimes;
  bool operator==(const BuildJob&) const = default;

  Json to_json() const;
  /// Throws MessageError.
  static BuildJob from_json(const Json& json);
};

}  // namespace hanbat::border
