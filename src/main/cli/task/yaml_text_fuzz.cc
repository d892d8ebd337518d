// A pack's task.yaml: read or refused with a line, and held against the schema without an end.
#include "base/fuzzing.h"
#include "main/cli/task/json_schema.h"
#include "main/cli/task/yaml_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hanbat::cli::task;
  static const hanbat::Json schema = hanbat::Json::parse(
      R"({"type": "object", "required": ["a"], "additionalProperties": false, "properties": {"a": {"$ref": "#/$defs/n"}, "b":
      {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 2, "pattern": "^[a-z]+$"}}},
      "$defs": {"n": {"type": "number", "minimum": 1}}})");
  try {
    const YamlText read = read_yaml({reinterpret_cast<const char*>(data), size});
    for (const SchemaFault& fault : hold_against_schema(read.value, schema)) {
      hanbat::fuzzing::require(!fault.message.empty(), "a fault says what it is");
      hanbat::fuzzing::require(read.line_of(fault.place) >= 1, "a fault has a line");
    }
  } catch (const YamlError& error) {
    hanbat::fuzzing::require(*error.what() != '\0', "a refusal has a reason");
  }
  return 0;
}
