// A request's JSON into its typed input, with the service's errors.
#include "wire/json_value.h"

#include "base/utf8.h"
#include "wire/json_scalar.h"
#include "wire/scalar.h"

namespace hanbat::wire {

Json parse_json(const Decoding& decoding, std::string_view text) {
  if (text.empty()) return Json::object();
  constexpr std::size_t kMostValues = 100'000;
  std::size_t marks = 0;  // each value but the first has one before it
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"')
      quoted = !quoted;
    else if (quoted && text[i] == '\\')
      ++i;
    else if (!quoted && (text[i] == ',' || text[i] == '[' || text[i] == '{'))
      ++marks;
  }
  if (marks >= kMostValues) decoding.malformed("JSON: more than " + std::to_string(kMostValues) + " values");
  try {
    return Json::parse(text);
  } catch (const JsonError& error) {
    decoding.malformed(error.what());
  }
}

void json_into(Decoding& decoding, Names names, const Shape& structure, const Json& json, void* value,
               std::vector<bool>& seen, const Path* path) {
  if (!json.is_object()) decoding.malformed(std::string("Unexpected ") + kind_of(json) + ": expected START_OBJECT");
  for (std::size_t i = 0; i < structure.members.size(); ++i) {
    const Member& member = structure.members[i];
    if (names == Names::kOfWire && member.location != Location::kBody) continue;
    const Json* found = json.find(names == Names::kOfWire ? member.wire_name : member.name);
    if (!found || found->is_null()) continue;
    seen[i] = true;
    json_into(decoding, names, member, *found, make_value(member, value), Path{path, member.name});
  }
}

void json_into(Decoding& decoding, Names names, const Member& member, const Json& json, void* value, const Path& path) {
  const Shape& shape = *member.shape;
  switch (shape.type) {
    case Type::kStructure: {
      std::vector<bool> seen(shape.members.size());
      json_into(decoding, names, shape, json, value, seen, &path);
      decoding.end_structure(shape, seen, &path);
      return;
    }
    case Type::kList: {
      if (!json.is_array()) decoding.malformed(std::string("Unexpected ") + kind_of(json) + ": expected START_ARRAY");
      std::size_t index = 0;
      for (const Json& item : json.items()) {
        ++index;
        void* place = shape.list->add(value);
        if (!item.is_null())
          json_into(decoding, names, *shape.element, item, shape.element->slot.make(place),
                    Path{&path, "member", index});
      }
      break;
    }
    case Type::kMap:
      if (!json.is_object()) decoding.malformed(std::string("Unexpected ") + kind_of(json) + ": expected START_OBJECT");
      for (const auto& [key, item] : json.members()) {
        if (!is_utf8(key)) decoding.malformed("a key is not UTF-8");
        void* place = shape.map->add(value, key);
        if (!item.is_null())
          json_into(decoding, names, *shape.element, item, shape.element->slot.make(place), Path{&path, key});
      }
      break;
    default:
      try {
        read_scalar(member, shape, json, value);
      } catch (const BadValue& bad) {
        decoding.malformed(bad.what);
      }
  }
}

}  // namespace hanbat::wire
