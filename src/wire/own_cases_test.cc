// Whole messages of each AWS protocol, from the models that we serve: tests/wire/protocols/*.txt. What botocore sends
// for an input decodes to that input; an output is encoded as the case's answer, which botocore reads (tools/wire-cases
// writes the requests and reads the answers). HANBAT_ACCEPT=1 writes what is answered now.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "wire/case_values.h"
#include "wire/codec.h"
#include "wire/dynamic_model.h"
#include "wire/testing.h"

namespace hanbat::wire {
namespace {

namespace fs = std::filesystem;
const fs::path kOwnCases = fs::path(HANBAT_SOURCE_DIR) / "tests/wire/protocols";

std::string read_case(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

/// One step of a file: "=== title", "<service> <Operation>", and its parts.
struct OwnCase {
  std::string title;
  std::string service;
  std::string operation;
  std::vector<std::pair<std::string, std::string>> parts;  // name, text

  const std::string* find(std::string_view name) const {
    for (const auto& [part, text] : parts)
      if (part == name) return &text;
    return nullptr;
  }
};

std::vector<OwnCase> read_cases(const std::string& text) {
  std::vector<OwnCase> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("=== ")) {
      OwnCase& made = out.emplace_back();
      made.title = line.substr(4);
      std::getline(lines, line);
      made.service = line.substr(0, line.find(' '));
      made.operation = line.substr(line.find(' ') + 1);
    } else if (line.starts_with("--- ")) {
      out.back().parts.emplace_back(line.substr(4), "");
    } else if (!out.empty() && !out.back().parts.empty()) {
      out.back().parts.back().second += line + "\n";
    }
  }
  for (OwnCase& made : out)
    for (auto& [name, part] : made.parts)
      while (part.ends_with('\n')) part.pop_back();
  return out;
}

std::string print(const std::vector<OwnCase>& cases) {
  std::vector<std::string> steps;
  for (const OwnCase& step : cases) {
    std::string out = "=== " + step.title + "\n" + step.service + " " + step.operation + "\n";
    for (const auto& [name, text] : step.parts) out += "--- " + name + "\n" + text + "\n";
    steps.push_back(std::move(out));
  }
  return join(steps, "\n");
}

/// A model of models/, or one of the cases' own, made anew for each case as a DynamicModel knows one operation.
struct World {
  explicit World(const OwnCase& step) {
    const fs::path served = fs::path(HANBAT_SOURCE_DIR) / "models" / (step.service + ".json");
    json = Json::parse(read_case(fs::exists(served) ? served : kOwnCases / (step.service + ".json")));
    given = json["operations"][step.operation];
    given["name"] = step.operation;
    model = std::make_unique<DynamicModel>(json["metadata"], json["shapes"]);
    operation = &model->operation(given);
  }

  Json json;
  Json given;
  std::unique_ptr<DynamicModel> model;
  OperationModel* operation = nullptr;
};

/// Head and body of "POST /path?query HTTP/1.1", header lines, an empty line, the body.
std::pair<RequestView, Body> read_own_request(const std::string& text) {
  RequestView out;
  const std::size_t blank = text.find("\n\n");
  const auto lines = split(text.substr(0, blank), '\n');
  const auto words = split(lines.at(0), ' ');
  out.method = words.at(0);
  out.path = words.at(1).substr(0, words.at(1).find('?'));
  if (const std::size_t mark = words.at(1).find('?'); mark != std::string::npos) out.query = words[1].substr(mark + 1);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::size_t colon = lines[i].find(':');
    out.headers.emplace_back(lines[i].substr(0, colon), std::string(trim(lines[i].substr(colon + 1))));
  }
  return {out, Body::of_bytes(blank == std::string::npos ? "" : text.substr(blank + 2))};
}

std::string input_difference(const OwnCase& step) {
  const World world(step);
  const auto [request, body] = read_own_request(*step.find("request"));
  Dynamic input;
  void* value = DynamicSlot<Type::kStructure>::kSlot.make(&input);
  const OperationModel& matched = match(world.model->service(), request, body);
  if (matched.name != step.operation) return "matched " + std::string(matched.name);
  decode_request(*world.operation, request, body, value);
  return difference(*world.operation->input, value, Json::parse(*step.find("input")), "");
}

std::string print(const Response& response) {
  std::string out = std::to_string(response.status) + "\n";
  for (const auto& [name, value] : response.headers) out += name + ": " + value + "\n";
  const std::string body = response.body.read_all();
  return body.empty() ? out : out + "\n" + body;
}

std::string answer(const OwnCase& step) {
  const World world(step);
  Dynamic holder;
  void* value = DynamicSlot<Type::kStructure>::kSlot.make(&holder);
  std::string out;
  if (const std::string* error = step.find("error")) {
    const Json json = Json::parse(*error);
    out = print(encode_error(world.model->service(),
                             Error(json.text("code"), static_cast<int>(json.integer("status")), json.text("message")),
                             "REQUEST"));
  } else {
    fill_structure(*world.operation->output, Json::parse(*step.find("output")), value);
    out = print(encode_response(*world.operation, value, "REQUEST"));
  }
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

std::vector<fs::path> files() {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(kOwnCases))
    if (entry.path().extension() == ".txt") out.push_back(entry.path());
  return out;
}

TEST(OwnProtocolCases, WhatBotocoreSendsDecodesToItsParameters) {
  int count = 0;
  for (const fs::path& file : files()) {
    for (const OwnCase& step : read_cases(read_case(file))) {
      EXPECT_EQ(input_difference(step), "") << file.filename() << ": " << step.title;
      ++count;
    }
  }
  EXPECT_GT(count, 30);
}

TEST(OwnProtocolCases, WhatWeEncodeIsWhatBotocoreWasSeenToRead) {
  for (const fs::path& file : files()) {
    auto cases = read_cases(read_case(file));
    for (OwnCase& step : cases) {
      const std::string now = answer(step);
      const std::string* accepted = step.find("answer");
      if (!std::getenv("HANBAT_ACCEPT")) {
        EXPECT_EQ(now, accepted ? *accepted : "") << file.filename() << ": " << step.title;
        continue;
      }
      std::erase_if(step.parts, [](const auto& part) { return part.first == "answer"; });
      step.parts.emplace_back("answer", now);
    }
    if (std::getenv("HANBAT_ACCEPT")) std::ofstream(file) << print(cases);
  }
}

}  // namespace
}  // namespace hanbat::wire
