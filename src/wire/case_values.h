// What the tests of whole messages say of values and bodies: how a dynamic value is made from a case's JSON, how it
// differs from one, and when two bodies mean the same. Header only, so that no daemon links it.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <pugixml.hpp>

#include "base/json.h"
#include "base/text.h"
#include "wire/dynamic_model.h"
#include "wire/error.h"
#include "wire/scalar.h"

namespace hanbat::wire {

inline void fill(const Member& member, const Json& json, void* value);

inline void fill_structure(const Shape& shape, const Json& json, void* value) {
  for (const Member& member : shape.members) {
    const Json* found = json.find(member.name);
    if (found && !found->is_null()) fill(member, *found, make_value(member, value));
  }
}

inline void fill(const Member& member, const Json& json, void* value) {
  const Shape& shape = *member.shape;
  switch (shape.type) {
    case Type::kStructure:
      return fill_structure(shape, json, value);
    case Type::kList:
      for (const Json& item : json.items()) {
        void* place = shape.list->add(value);
        if (!item.is_null()) fill(*shape.element, item, shape.element->slot.make(place));
      }
      return;
    case Type::kMap:
      for (const auto& [key, item] : json.members()) {
        void* place = shape.map->add(value, key);
        if (!item.is_null()) fill(*shape.element, item, shape.element->slot.make(place));
      }
      return;
    case Type::kBlob:
      *static_cast<std::string*>(value) = json.as_string();
      return;
    case Type::kBody:
      *static_cast<Body*>(value) = Body::of_bytes(json.as_string());
      return;
    case Type::kDocument:
      *static_cast<Json*>(value) = member.json_value && json.is_string() ? Json::parse(json.as_string()) : json;
      return;
    case Type::kTimestamp:
      if (json.is_string()) return scalar_from_text(shape, json.as_string(), value);
      *static_cast<Timestamp*>(value) = Timestamp{std::llround(json.as_double() * 1000)};
      return;
    case Type::kDouble:
      if (json.is_string()) return scalar_from_text(shape, json.as_string(), value);
      *static_cast<double*>(value) = json.as_double();
      return;
    default:
      scalar_from_text(shape, json.is_string() ? json.as_string() : json.dump(), value);
  }
}

/// What differs between a decoded value and the parameters of a case, or "".
inline std::string difference(const Shape& shape, const void* value, const Json& want, const std::string& path) {
  switch (shape.type) {
    case Type::kStructure: {
      for (const Member& member : shape.members) {
        const void* have = find_value(member, value);
        const Json* expected = want.find(member.name);
        const std::string here = path + "." + std::string(member.name);
        if (!expected || expected->is_null()) {
          if (have && member.shape->type == Type::kBody && static_cast<const Body*>(have)->empty()) continue;
          if (have) return here + " is there";
          continue;
        }
        if (!have) {
          if ((expected->is_array() || expected->is_object()) && expected->empty()) continue;
          return here + " is missing";
        }
        std::string deeper = difference(*member.shape, have, *expected, here);
        if (!deeper.empty()) return deeper;
      }
      return "";
    }
    case Type::kList: {
      const auto& items = *static_cast<const std::vector<Dynamic>*>(value);
      if (items.size() != want.size()) return path + " has " + std::to_string(items.size()) + " items";
      for (std::size_t i = 0; i < items.size(); ++i) {
        const void* have = shape.element->slot.find(&items[i]);
        const Json& expected = want.items()[i];
        if (expected.is_null() != (have == nullptr)) return path + " differs in a null";
        if (!have) continue;
        std::string deeper = difference(*shape.element->shape, have, expected, path + "[" + std::to_string(i) + "]");
        if (!deeper.empty()) return deeper;
      }
      return "";
    }
    case Type::kMap: {
      const auto& entries = *static_cast<const std::map<std::string, Dynamic>*>(value);
      if (entries.size() != want.size()) return path + " has " + std::to_string(entries.size()) + " entries";
      for (const auto& [key, place] : entries) {
        const Json* expected = want.find(key);
        if (!expected) return path + " has " + key;
        const void* have = shape.element->slot.find(&place);
        if (expected->is_null() != (have == nullptr)) return path + " differs in a null";
        if (!have) continue;
        std::string deeper = difference(*shape.element->shape, have, *expected, path + "." + key);
        if (!deeper.empty()) return deeper;
      }
      return "";
    }
    case Type::kDocument: {
      Json expected = want;
      if (expected.is_string() && static_cast<const Json*>(value)->is_object())
        expected = Json::parse(expected.as_string());
      return *static_cast<const Json*>(value) == expected ? ""
                                                          : path + " is " + static_cast<const Json*>(value)->dump();
    }
    case Type::kBody:
      return static_cast<const Body*>(value)->bytes() == want.as_string() ? "" : path + " differs";
    default:
      break;
  }
  Dynamic expected;
  Member member{};
  member.shape = &shape;
  void* wanted = dynamic_slot(shape.type).make(&expected);
  fill(member, want, wanted);
  const std::string a = scalar_to_text(shape, TimeFormat::kUnix, value);
  const std::string b = scalar_to_text(shape, TimeFormat::kUnix, wanted);
  return a == b ? "" : path + " is '" + a + "', not '" + b + "'";
}

/// An XML tree as text in which the order of elements with different names does not matter.
inline std::string canonical(pugi::xml_node node, bool root) {
  std::vector<std::pair<std::string, std::string>> children;
  std::string text;
  bool has_elements = false;
  for (pugi::xml_node child : node.children()) has_elements = has_elements || child.type() == pugi::node_element;
  for (pugi::xml_node child : node.children()) {
    if (child.type() == pugi::node_element) {
      const std::string name = child.name();
      // The cases leave out what every answer of the query and ec2 protocols carries.
      if (name == "ResponseMetadata" || name == "RequestId" || name == "requestId" || name == "RequestID") continue;
      children.emplace_back(name, canonical(child, false));
    } else if (!has_elements) {
      text += child.value();
    }
  }
  // A map's entries come in any order; a list's items in their own.
  std::stable_sort(children.begin(), children.end(), [](const auto& a, const auto& b) {
    const bool entry = a.first == "entry" || a.first == "myMap" || a.first == "KVP";
    return entry ? a < b : a.first < b.first;
  });
  std::string out;
  if (!has_elements && trim(text).empty()) text.clear();
  if (!root) {
    std::vector<std::string> attributes;
    for (pugi::xml_attribute attribute : node.attributes())
      attributes.push_back(std::string(attribute.name()) + "=" + attribute.value());
    std::sort(attributes.begin(), attributes.end());
    out = std::string("<") + node.name() + " " + join(attributes, " ") + ">";
  }
  out += text;
  for (const auto& [name, child] : children) out += child;
  return out + "</>";
}

inline std::string canonical_xml(const std::string& text) {
  pugi::xml_document document;
  if (!document.load_buffer(text.data(), text.size(), pugi::parse_default | pugi::parse_ws_pcdata_single))
    return "not XML: " + text;
  return canonical(document.document_element(), true);
}

/// JSON in which the order of members does not matter, and 1 is 1.0.
inline std::string canonical_json(const Json& json) {
  if (json.is_object()) {
    std::map<std::string, std::string> members;
    for (const auto& [key, value] : json.members()) members[key] = canonical_json(value);
    std::string out = "{";
    for (const auto& [key, value] : members) out += key + ":" + value + ",";
    return out + "}";
  }
  if (json.is_array()) {
    std::string out = "[";
    for (const Json& item : json.items()) out += canonical_json(item) + ",";
    return out + "]";
  }
  if (json.is_number()) return number_text(json.as_double());
  return json.dump();
}

/// An error with the members of a case.
class CaseError : public Error {
 public:
  CaseError(std::string code, int status, std::string message, const Shape* shape, const void* members)
      : Error(std::move(code), status, std::move(message)), shape_(shape), members_(members) {}
  const Shape* members_shape() const override { return shape_; }
  const void* members() const override { return members_; }

 private:
  const Shape* shape_;
  const void* members_;
};

}  // namespace hanbat::wire
