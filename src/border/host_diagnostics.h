// How a command of a deployment ended on its instance, as CodeDeploy's agent reports it: the payload of
// PutHostCommandComplete's Diagnostics. The form is AWS's.
#pragma once

#include <string>

#include "base/json.h"
#include "base/words.h"

namespace hanbat::border {

struct HostDiagnostics {
  /// AWS's numbers. The last two have no word in the API, where they are UnknownError.
  enum class Code {
    kSuccess = 0,
    kScriptMissing = 1,
    kScriptNotExecutable = 2,
    kScriptTimedOut = 3,
    kScriptFailed = 4,
    kUnknownError = 5,
    kOutputsLeftOpen = 6,
    kFailedAfterRestart = 7,
  };
  Code code = Code::kSuccess;
  std::string script_name;
  std::string message = "Succeeded";
  std::string log;  ///< what the scripts wrote
  bool operator==(const HostDiagnostics&) const = default;

  /// The log is cut to its last 2048 bytes, at a character.
  Json to_json() const;
  /// Throws MessageError. A number that is none of the above is kUnknownError.
  static HostDiagnostics from_json(const Json& json);
};

}  // namespace hanbat::border

namespace hanbat {

// LifecycleErrorCode of CodeDeploy's API.
template <>
inline constexpr auto kWords<border::HostDiagnostics::Code> = std::to_array<Word<border::HostDiagnostics::Code>>(
    {{border::HostDiagnostics::Code::kSuccess, "Success"},
     {border::HostDiagnostics::Code::kScriptMissing, "ScriptMissing"},
     {border::HostDiagnostics::Code::kScriptNotExecutable, "ScriptNotExecutable"},
     {border::HostDiagnostics::Code::kScriptTimedOut, "ScriptTimedOut"},
     {border::HostDiagnostics::Code::kScriptFailed, "ScriptFailed"},
     {border::HostDiagnostics::Code::kUnknownError, "UnknownError"},
     {border::HostDiagnostics::Code::kOutputsLeftOpen, "UnknownError"},
     {border::HostDiagnostics::Code::kFailedAfterRestart, "UnknownError"}});

}  // namespace hanbat
