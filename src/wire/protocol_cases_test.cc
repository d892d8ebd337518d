// AWS's own protocol cases, used the other way round: what a client sends must decode to the parameters, what it shall
// read must be what we encode. tests/wire/known_failures.txt lists those that do not pass, and why.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "base/json.h"
#include "base/text.h"
#include "wire/case_values.h"
#include "wire/cbor.h"
#include "wire/codec.h"
#include "wire/dynamic_model.h"
#include "wire/testing.h"

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
  const bool cbor = model.service().protocol == Protocol::kCbor;
  const Body body = Body::of_bytes(cbor ? from_base64(sent.text("body")).value() : sent.text("body"));
  Dynamic input;
  void* value = DynamicSlot<Type::kStructure>::kSlot.make(&input);
  const OperationModel& matched = match(model.service(), request, body);
  if (matched.name != operation.name) return "matched " + std::string(matched.name);
  decode_request(operation, request, body, value);
  return difference(*operation.input, value, test["params"], "");
}

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
  std::string have = response.body.read_all();
  std::string expected = want.text("body");
  if (model.service().protocol == Protocol::kCbor) {
    // AWS puts the model's namespace before the error's name; clients take it off.
    const auto read = [&](const std::string& bytes) {
      if (bytes.empty()) return std::string();
      Json json = json_of_cbor(bytes);
      // A case tells the older code alone, as which clients read the header's.
      if (headers.contains("x-amzn-query-error")) json.erase("__type");
      if (const Json* type = json.find("__type"))
        json["__type"] = type->as_string().substr(type->as_string().find('#') + 1);
      return json.dump();
    };
    have = read(have);
    expected = read(from_base64(expected).value());
  }
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
  if (!std::filesystem::exists(kCases)) return;  // an extra; tests/wire/protocols has our own
  const auto known = known_failures();
  int passed = 0;
  std::vector<std::string> wrong;
  for (const auto& file : std::filesystem::directory_iterator(kCases / direction)) {
    const std::string protocol = file.path().stem();
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
