// How a command of a deployment ended on its instance, as CodeDeploy's agent reports it: the payload of
// PutHostCommandComplete's Diagnostics. The form is AWS's.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

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

/// The word of CodeDeploy's API (LifecycleErrorCode): "ScriptFailed".
std::string_view word_of(HostDiagnostics::Code code);

}  // namespace hanbat::border
