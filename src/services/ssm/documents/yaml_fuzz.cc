// Documents in YAML from users: read or refused, and what was read comes back the same from our own writing of it.
#include "base/fuzzing.h"
#include "services/ssm/documents/yaml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const hanbat::Json read = hanbat::ssm::yaml_to_json({reinterpret_cast<const char*>(data), size});
    if (!read.is_object()) return 0;
    hanbat::fuzzing::require(hanbat::ssm::yaml_to_json(hanbat::ssm::json_to_yaml(read)) == read, "it comes back");
  } catch (const hanbat::ssm::YamlError& error) {
    hanbat::fuzzing::require(*error.what() != '\0', "a refusal has a reason");
  }
  return 0;
}
