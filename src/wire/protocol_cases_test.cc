// AWS's own protocol cases, used the other way round: what a client sends must decode to the parameters, what it shall
// read must be what we encode. tests/wire/known_failures.txt lists those that do not pass, and why.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <pugixml.hpp>

#include "base/encoding.h"
#include "base/text.h"
#include "wire/codec.h"
#include "wire/dynamic_model.h"
#include "wire/form.h"
#include "wire/scalar.h"

namespace hanbat::wire {
namespace {

const std::filesystem::path kCases = std::filesystem::path(HANBAT_SOURCE_DIR) / "../shared/wire-cases/protocols";

std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

/// "input/rest-json/CaseId" → why it does not pass.
std::map<std::string, std::string> known_failures() {
  std::map<std::string, std::string> out;
  std::istringstream lines(slurp(std::filesystem::path(HANBAT_SOURCE_DIR) / "tests/wire/known_failures.txt"));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t space = line.find(' ');
    out[line.substr(0, space)] = space == std::string::npos ? "" : line.substr(space + 1);
  }
  return out;
}

void fill(const Member& member, const Json& json, void* value);

void fill_structure(const Shape& shape, const Json& json, void* value) {
  for (const Member& member : shape.members) {
    const Json* found = json.find(member.name);
    if (found && !found->is_null()) fill(member, *found, make_value(member, value));
  }
}

void fill(const Member& member, const Json& json, void* value) {
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
std::string difference(const Shape& shape, const void* value, const Json& want, const std::string& path) {
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
std::string canonical(pugi::xml_node node, bool root) {
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

std::string canonical_xml(const std::string& text) {
  pugi::xml_document document;
  if (!document.load_buffer(text.data(), text.size(), pugi::parse_default | pugi::parse_ws_pcdata_single))
    return "not XML: " + text;
  return canonical(document.document_element(), true);
}

/// JSON in which the order of members does not matter, and 1 is 1.0.
std::string canonical_json(const Json& json) {
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

std::string input_difference(DynamicModel& model, const Json& test) {
  OperationModel& operation = model.operation(test["given"]);
  RequestView request;
  const Json& sent = test["serialized"];
  request.method = sent.text("method", "POST");
  const std::string uri = sent.text("uri", "/");
  request.path = uri.substr(0, uri.find('?'));
  if (uri.find('?') != std::string::npos) request.query = uri.substr(uri.find('?') + 1);
  if (sent["headers"].is_object())
    for (const auto& [name, value] : sent["headers"].members())
      request.headers.emplace_back(name, value.is_string() ? value.as_string() : value.dump());
  const Body body = Body::of_bytes(sent.text("body"));
  Dynamic input;
  void* value = DynamicSlot<Type::kStructure>::kSlot.make(&input);
  const OperationModel& matched = match(model.service(), request, body);
  if (matched.name != operation.name) return "matched " + std::string(matched.name);
  decode_request(operation, request, body, value);
  return difference(*operation.input, value, test["params"], "");
}

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

std::string output_difference(DynamicModel& model, const Json& test) {
  OperationModel& operation = model.operation(test["given"]);
  Dynamic holder;
  void* value = DynamicSlot<Type::kStructure>::kSlot.make(&holder);
  Response response;
  const Json& want = test["response"];
  if (test.contains("error")) {
    const Shape* shape = model.shape(test["given"]["errors"].items().at(0).text("shape"));
    fill_structure(*shape, test["error"], value);
    std::string message = test.text("errorMessage");
    if (message.empty()) message = test["error"].text("Message", test["error"].text("message"));
    CaseError error(test.text("errorCode"), static_cast<int>(want.integer("status_code")), message, shape, value);
    if (const Json* query = want["headers"].find("x-amzn-query-error"))
      error.with_query_code(query->as_string().substr(0, query->as_string().find(';')));
    response = encode_error(model.service(), error, "foo-id");
  } else {
    fill_structure(*operation.output, test["result"], value);
    response = encode_response(operation, value, "foo-id");
  }
  if (response.status != want.integer("status_code")) return "status " + std::to_string(response.status);
  const Json headers = want["headers"].is_object() ? want["headers"] : Json::object();
  for (const auto& [name, expected] : headers.members()) {
    const std::string* have = find_header(response.headers, name);
    const std::string text = expected.is_string() ? expected.as_string() : expected.dump();
    if (iequals(name, "Content-Type") && have && text.substr(0, text.find(';')) == have->substr(0, have->find(';')))
      continue;
    if (!have || replace_all(*have, ", ", ",") != replace_all(text, ", ", ","))
      return "header " + name + " is " + (have ? *have : "missing");
  }
  const std::string have = response.body.read_all();
  const std::string expected = want.text("body");
  if (expected.empty()) return have.empty() || have == "{}" || have.find('<') == 0 ? "" : "body " + have;
  if (expected[0] == '<') {
    const std::string a = canonical_xml(have);
    const std::string b = canonical_xml(expected);
    return a == b ? "" : "\n  have " + a + "\n  want " + b;
  }
  if (expected[0] == '{' && have[0] == '{') {
    Json ours = Json::parse(have);
    Json theirs = Json::parse(expected);
    if (test.contains("error")) {
      ours.erase("message");
      theirs.erase("message");
      theirs.erase("Message");
      if (!theirs.contains("__type")) ours.erase("__type");
    }
    const std::string a = canonical_json(ours);
    const std::string b = canonical_json(theirs);
    return a == b ? "" : "\n  have " + a + "\n  want " + b;
  }
  return have == expected ? "" : "body " + have;
}

void run(const std::string& direction) {
  if (!std::filesystem::exists(kCases))
    GTEST_SKIP() << "AWS's protocol cases are not beside the project (" << kCases << ")";
  const auto known = known_failures();
  int passed = 0;
  std::vector<std::string> wrong;
  for (const auto& file : std::filesystem::directory_iterator(kCases / direction)) {
    const std::string protocol = file.path().stem();
    if (protocol.find("cbor") != std::string::npos) continue;  // no service of ours speaks it
    const Json suites = Json::parse(slurp(file.path()));
    for (const Json& suite : suites.items()) {
      DynamicModel model(suite["metadata"], suite["shapes"]);
      for (const Json& test : suite["cases"].items()) {
        const std::string name = direction + "/" + protocol + "/" + test.text("id", test.text("description"));
        std::string different;
        try {
          different = direction == "input" ? input_difference(model, test) : output_difference(model, test);
        } catch (const Error& error) {
          different = error.code() + ": " + error.message();
        } catch (const std::exception& error) {
          different = error.what();
        }
        const bool expected_to_fail = known.contains(name);
        if (different.empty() == expected_to_fail)
          wrong.push_back(name + (expected_to_fail ? " passes now; take it off the list" : " " + different));
        if (different.empty()) ++passed;
      }
    }
  }
  EXPECT_GT(passed, 0);
  EXPECT_TRUE(wrong.empty()) << wrong.size() << " cases:\n" << join(wrong, "\n");
  std::cout << passed << " " << direction << " cases pass\n";
}

TEST(ProtocolCases, WhatClientsSendDecodesToTheirParameters) { run("input"); }
TEST(ProtocolCases, WhatWeEncodeIsWhatClientsExpect) { run("output"); }

}  // namespace
}  // namespace hanbat::wire
