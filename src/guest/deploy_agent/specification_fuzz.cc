// What comes to the agent of a deployment: a PKCS#7 message in PEM, and the JSON within. The first byte chooses: the
// bytes are the message, or they are the envelope, or JSON that has passed the signature.
#include <string>

#include "base/fuzzing.h"
#include "border/fields.h"
#include "guest/deploy_agent/specification.h"

using hanbat::fuzzing::require;
using namespace hanbat;
using namespace hanbat::guest;

namespace {

void check(const Specification& s) {
  for (const std::string& folder : {s.deployment_id, s.group_id})
    require(!folder.empty() && folder.find('/') == std::string::npos && folder != "..", "an id is one folder's name");
  require(!s.app_spec_filename.starts_with('/') && s.app_spec_filename.find("..") == std::string::npos,
          "the AppSpec file lies in the revision");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzzing::Input input(data, size);
  const std::uint8_t choice = input.byte() % 3;
  const std::string text(input.rest());
  try {
    if (choice == 0) {
      verified_content(text);
    } else if (choice == 1) {
      codedeploycommands::Envelope envelope;
      envelope.format = "PKCS7/JSON";
      envelope.payload = text;
      check(read_specification(envelope));
    } else {
      check(Specification::from_json(border::parse_message(text, "the deployment specification")));
    }
  } catch (const border::MessageError& error) {
    require(*error.what() != '\0', "a refusal has a reason");
  }
  return 0;
}
