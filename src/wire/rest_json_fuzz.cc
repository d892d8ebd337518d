// The REST JSON protocol. No service of ours speaks it yet, so its model is one of our own, with every place that a
// member can be in: labels, query, headers, prefixed headers, the body with nested structures, lists, maps and
// documents.
#include "wire/dynamic_model.h"
#include "wire/fuzzing.h"

using namespace hanbat;
using namespace hanbat::wire;

namespace {

constexpr const char* kShapes = R"({
  "Input": {"type": "structure", "required": ["Name", "Parts"], "members": {
    "Name": {"shape": "Text", "location": "uri", "locationName": "Name"},
    "Rest": {"shape": "Text", "location": "uri", "locationName": "Rest"},
    "Limit": {"shape": "Whole", "location": "querystring", "locationName": "limit"},
    "Tags": {"shape": "Texts", "location": "querystring", "locationName": "tag"},
    "Others": {"shape": "TextMap", "location": "querystring"},
    "Words": {"shape": "Texts", "location": "header", "locationName": "X-Words"},
    "Since": {"shape": "Time", "location": "header", "locationName": "X-Since"},
    "Facts": {"shape": "Text", "jsonvalue": true, "location": "header", "locationName": "X-Facts"},
    "Meta": {"shape": "TextMap", "location": "headers", "locationName": "X-Meta-"},
    "Parts": {"shape": "Parts", "locationName": "parts"},
    "Settings": {"shape": "PartMap"},
    "Free": {"shape": "Free"},
    "At": {"shape": "Time"},
    "Bytes": {"shape": "Bytes"},
    "Share": {"shape": "Number"},
    "Big": {"shape": "Big"},
    "On": {"shape": "Flag"}}},
  "Part": {"type": "structure", "required": ["Key"], "members": {
    "Key": {"shape": "Text"}, "Inner": {"shape": "Part"}, "More": {"shape": "Parts"},
    "When": {"shape": "Time", "timestampFormat": "iso8601"}, "Texts": {"shape": "TextMap"}}},
  "Parts": {"type": "list", "member": {"shape": "Part"}},
  "PartMap": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Part"}},
  "Texts": {"type": "list", "member": {"shape": "Text"}},
  "TextMap": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}},
  "Text": {"type": "string"}, "Whole": {"type": "integer"}, "Big": {"type": "long"}, "Number": {"type": "double"},
  "Flag": {"type": "boolean"}, "Time": {"type": "timestamp"}, "Bytes": {"type": "blob"},
  "Free": {"type": "structure", "document": true, "members": {}}})";

struct World {
  Json metadata = Json::parse(R"({"protocol": "rest-json", "apiVersion": "1"})");
  Json shapes = Json::parse(kShapes);
  DynamicModel model{metadata, shapes};
  const OperationModel& operation = model.operation(Json::parse(
      R"({"name": "Put", "http": {"method": "PUT", "requestUri": "/things/{Name}/of/{Rest+}?kind=x"},
          "input": {"shape": "Input"}})"));
};

World& world() {
  static World one;
  return one;
}

std::shared_ptr<void> make() {
  auto holder = std::make_shared<Dynamic>();
  void* value = DynamicSlot<Type::kStructure>::kSlot.make(holder.get());
  return {holder, value};
}

constexpr wire::fuzzing::Subject kSubjects[] = {{"Put", &make}};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hanbat::fuzzing::Input input(data, size);
  wire::fuzzing::check_protocol(world().model.service(), kSubjects, wire::fuzzing::read_request(input));
  return 0;
}
