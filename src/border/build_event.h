// What the build runner reports: JSON lines that it appends to events.jsonl. Whoever is root in the build's machine can
// write there too, so a reader takes nothing on trust.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/json.h"
#include "base/time.h"
#include "base/words.h"

namespace hanbat::border {

/// The phases that run in the machine.
enum class RunnerPhase { kDownloadSource, kInstall, kPreBuild, kBuild, kPostBuild, kUploadArtifacts };

enum class BuildOutcome { kSucceeded, kFailed, kFault };

}  // namespace hanbat::border

namespace hanbat {

// As CodeBuild's API has them.
template <>
inline constexpr auto kWords<border::RunnerPhase> =
    std::to_array<Word<border::RunnerPhase>>({{border::RunnerPhase::kDownloadSource, "DOWNLOAD_SOURCE"},
                                              {border::RunnerPhase::kInstall, "INSTALL"},
                                              {border::RunnerPhase::kPreBuild, "PRE_BUILD"},
                                              {border::RunnerPhase::kBuild, "BUILD"},
                                              {border::RunnerPhase::kPostBuild, "POST_BUILD"},
                                              {border::RunnerPhase::kUploadArtifacts, "UPLOAD_ARTIFACTS"}});
template <>
inline constexpr auto kWords<border::BuildOutcome> =
    std::to_array<Word<border::BuildOutcome>>({{border::BuildOutcome::kSucceeded, "SUCCEEDED"},
                                               {border::BuildOutcome::kFailed, "FAILED"},
                                               {border::BuildOutcome::kFault, "FAULT"}});

}  // namespace hanbat

namespace hanbat::border {

/// One line of the build's output, its newline included.
struct OutputLine {
  std::string message;
  bool operator==(const OutputLine&) const = default;
};
struct PhaseBegun {
  RunnerPhase phase;
  bool operator==(const PhaseBegun&) const = default;
};
/// `code` and `message` are the phase's context, "" when it succeeded.
struct PhaseEnded {
  RunnerPhase phase;
  BuildOutcome outcome;
  std::string code, message;
  bool operator==(const PhaseEnded&) const = default;
};
/// The commit that the source's version stood for.
struct SourceResolved {
  std::string version;
  bool operator==(const SourceResolved&) const = default;
};
/// `location` is its ARN; the hex hashes are "" when it is not one file. `identifier` is "" for the primary one.
struct ArtifactStored {
  std::string identifier, location, sha256, md5;
  bool operator==(const ArtifactStored&) const = default;
};
struct VariableExported {
  std::string name, value;
  bool operator==(const VariableExported&) const = default;
};
/// The last. `message` says why of kFault.
struct BuildEnded {
  BuildOutcome outcome;
  std::string message;
  bool operator==(const BuildEnded&) const = default;
};

struct BuildEvent {
  using What =
      std::variant<OutputLine, PhaseBegun, PhaseEnded, SourceResolved, ArtifactStored, VariableExported, BuildEnded>;
  Timestamp at;
  What what;
  bool operator==(const BuildEvent&) const = default;

  Json to_json() const;
  /// Throws MessageError.
  static BuildEvent from_json(const Json& json);
  /// From a line of the file. Throws MessageError.
  static BuildEvent from_line(std::string_view line);
};

}  // namespace hanbat::border
