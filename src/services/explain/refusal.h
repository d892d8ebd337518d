// AWS's messages of access denied, read back: who may not do what to what, and which kind of policy said so. Pure.
// Source: IAM User Guide, "Troubleshoot access denied error messages".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gen/explain/model.h"
#include "services/explain/story.h"

namespace hanbat::explain {

/// What a message of access denied says.
struct Refusal {
  std::string principal;  // an ARN; "anonymous"
  std::string action;     // "s3:GetObject"
  std::string resource;   // an ARN, or "*" where the message names none
  std::string
      policy;  // "identity-based", "permissions boundary", "service control", "resource-based", "session", …; ""
  bool is_explicit = false;
};

/// Whether an error is one of authorization.
bool is_denial(std::string_view code, std::string_view message);
/// The refusal in the text, wherever in it that begins; nothing when there is none.
std::optional<Refusal> read_refusal(std::string_view text);
/// The message without EC2's sealed part, which says nothing to a reader.
std::string without_encoded_message(std::string_view message);

/// The smallest statement that allows it: {"Effect":"Allow","Action":…,"Resource":…}; one with a principal where the
/// resource's own policy must say it.
std::string statement_for(const Refusal& refusal);
/// "the role web", "the user kim": how a sentence names a principal.
Text name_of_principal(std::string_view arn);
/// What it means and the way out: "the role R lacks A on X: add this statement".
Finding finding_of(const Refusal& refusal, std::string subject);
/// A service ("CodeBuild", codebuild.amazonaws.com) that may not assume the role that it was given.
Finding finding_of_untrusting_role(const std::string& service, const std::string& principal, const std::string& role);

}  // namespace hanbat::explain
