// What a document's content may say, and what becomes of it with parameters.
#include "services/ssm/documents/content.h"

#include <gtest/gtest.h>

#include "gen/ssm/model.h"
#include "services/ssm/documents/plan.h"
#include "services/ssm/documents/script.h"
#include "services/ssm/documents/yaml.h"
#include "wire/testing.h"

namespace hanbat::ssm {
namespace {

/// A document of schema 2.2 with these steps and parameters, both JSON.
Json content(const std::string& steps, const std::string& parameters = "{}") {
  return Json::parse(R"({"schemaVersion":"2.2","parameters":)" + parameters + R"(,"mainSteps":)" + steps + "}");
}

std::string shell_step(const std::string& inputs, const std::string& more = "") {
  return R"({"action":"aws:runShellScript","name":"s","inputs":)" + inputs + more + "}";
}

std::string refusal(const Json& json) {
  return wire::refusal_of([&] { read_content(json, "CreateDocument"); });
}

TEST(DocumentContent, WhatAwsDoesNotTakeIsInvalidAndWhatIsNotBuiltIsNamed) {
  const std::string ok = R"({"runCommand":["true"]})";
  const std::pair<Json, const char*> invalid[] = {
      {Json::parse("[]"), "must be a map"},
      {Json::parse(R"({"mainSteps":[]})"), "schema version is missing"},
      {Json::parse(R"({"schemaVersion":"3.0"})"), "Document schema version is invalid. Value: 3.0"},
      {Json::parse(R"({"schemaVersion":"2.2","runtimeConfig":{}})"), "does not support runtimeConfig"},
      {Json::parse(R"({"schemaVersion":"1.2","mainSteps":[]})"), "does not support mainSteps"},
      {content("[]"), "must not be empty"},
      {content("[{\"name\":\"s\"}]"), "requires action and name"},
      {content("[" + shell_step(ok) + "," + shell_step(ok) + "]"), "used more than once"},
      {content("[" + shell_step("[]") + "]"), "inputs must be a map"},
      {content("[" + shell_step("{}") + "]"), "requires the input runCommand"},
      {content(R"([{"action":"aws:configureJava","name":"s"}])"), "Invalid plugin: aws:configureJava"},
      {content("[" + shell_step(ok, R"(,"retries":1)") + "]"), "Unknown attribute mainSteps.retries"},
      {content("[" + shell_step(ok, R"(,"precondition":{"StringLike":["a","b"]})") + "]"), "must be StringEquals"},
      {content("[" + shell_step(R"({"runCommand":[],"onFailure":"retry"})") + "]"), "onFailure takes exit"},
      {content("[" + shell_step(ok) + "]", R"({"p":{"type":"Number"}})"), "invalid type: Number"},
      {content("[" + shell_step(ok) + "]", R"({"p":{"type":"String","default":[]}})"), "no String"},
      {content("[" + shell_step(ok) + "]", R"({"p":{"type":"String","allowedPattern":"("}})"), "no regular expression"},
      {content("[" + shell_step(ok) + "]", R"({"p":{"type":"String","minChars":"x"}})"), "must be a number"}};
  for (const auto& [json, says] : invalid) {
    EXPECT_NE(refusal(json).find("InvalidDocumentContent: "), std::string::npos) << says << ": " << refusal(json);
    EXPECT_NE(refusal(json).find(says), std::string::npos) << says << ": " << refusal(json);
  }
  const std::pair<Json, const char*> not_built[] = {
      {content(R"([{"action":"aws:runDocument","name":"s","inputs":{}}])"), "the action aws:runDocument"},
      {content(R"([{"action":"aws:runPowerShellScript","name":"s","inputs":{}}])"), "aws:runPowerShellScript"},
      {content("[" + shell_step(ok, R"(,"maxAttempts":3)") + "]"), "mainSteps.maxAttempts"},
      {content("[" + shell_step(R"({"runCommand":[],"commands":[]})") + "]"), "the input commands"},
      {content("[" + shell_step(ok) + "]", R"({"p":{"type":"String","interpolationType":"ENV_VAR"}})"),
       "parameters.p.interpolationType"},
      {Json::parse(R"({"schemaVersion":"2.2","assumeRole":"x","mainSteps":[]})"), "assumeRole"}};
  for (const auto& [json, says] : not_built) {
    EXPECT_NE(refusal(json).find("NotImplemented: "), std::string::npos) << says << ": " << refusal(json);
    EXPECT_NE(refusal(json).find(says), std::string::npos) << says << ": " << refusal(json);
  }
  EXPECT_EQ(wire::refusal_of([] { parse_content("{\n \"a\" 1}", DocumentFormat::kJson); }),
            "InvalidDocumentContent: JSON not well-formed. at Line: 2, Column: 6");
}

TEST(DocumentContent, ItsPlatformsAreThoseOfItsStepsAndTheirPreconditions) {
  const auto platforms = [](const std::string& steps) { return platforms_of(read_content(content(steps), "x")); };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(platforms("[" + shell_step(R"({"runCommand":["true"]})") + "]"), (Texts{"Linux", "MacOS"}));
  const std::string on_linux = R"(,"precondition":{"StringEquals":["platformType","Linux"]})";
  const std::string windows = R"({"action":"aws:runPowerShellScript","name":"w","inputs":{"runCommand":["dir"]},)"
                              R"("precondition":{"StringEquals":["platformType","Windows"]}})";
  EXPECT_EQ(platforms("[" + shell_step(R"({"runCommand":["true"]})", on_linux) + "," + windows + "]"),
            (Texts{"Windows", "Linux"}));
  EXPECT_EQ(platforms("[" + windows + "]"), Texts{"Windows"});
}

TEST(DocumentContent, ParametersArePutInWhereTheirNamesStand) {
  const DocumentFacts facts = read_content(
      content("[" +
                  shell_step(R"({"runCommand":["{{ lines }}","echo {{word}} {{ lines }} {{ none }} ${{{ word }}}"],)"
                             R"("workingDirectory":"{{ word }}","timeoutSeconds":"{{ seconds }}"})") +
                  "]",
              R"({"lines":{"type":"StringList"},"word":{"type":"String","default":"a"},)"
              R"("seconds":{"type":"Integer","default":60}})"),
      "x");
  const Plan plan = plan_of(facts, "d", {{"lines", {"one", "{{ word }}"}}});
  const border::ShellCommand script = script_of(plan_from_json(to_json(plan)).at(0), {}, "c");
  EXPECT_EQ(script.commands,
            (std::vector<std::string>{"one", "{{ word }}", R"(echo a ["one","{{ word }}"] {{ none }} ${a})"}));
  EXPECT_EQ(script.working_directory, "a");
  EXPECT_EQ(script.execution_timeout_s, 60);
}

TEST(DocumentContent, ValuesAreHeldAgainstWhatTheirParameterSays) {
  const DocumentFacts facts =
      read_content(content("[" + shell_step(R"({"runCommand":["{{ s }}"]})") + "]",
                           R"({"s":{"type":"String","default":"","allowedValues":["","ab"],"maxChars":3},)"
                           R"("p":{"type":"String","default":"","allowedPattern":"[a-z]*","minChars":2},)"
                           R"("l":{"type":"StringList","default":[],"minItems":1,"maxItems":2},)"
                           R"("n":{"type":"Integer","default":1},"b":{"type":"Boolean","default":true},)"
                           R"("m":{"type":"StringMap","default":{}},"ms":{"type":"MapList","default":[]}})"),
                   "x");
  const Parameters right[] = {{{"s", {"ab"}}},   {{"p", {"xyz"}}},       {{"l", {"1", "2"}}},           {{"n", {"-7"}}},
                              {{"b", {"true"}}}, {{"m", {"{\"a\":1}"}}}, {{"ms", {"{}", "{\"a\":1}"}}}, {}};
  for (const Parameters& parameters : right)
    EXPECT_EQ(wire::code_of([&] { plan_of(facts, "d", parameters); }), "")
        << (parameters.empty() ? "none" : parameters.begin()->first);
  const Parameters wrong[] = {{{"s", {"cd"}}},          {{"s", {"ab", "ab"}}}, {{"p", {"x"}}},   {{"p", {"XY"}}},
                              {{"l", {"1", "2", "3"}}}, {{"n", {"x"}}},        {{"b", {"yes"}}}, {{"m", {"[]"}}},
                              {{"ms", {"1"}}},          {{"other", {"1"}}}};
  for (const Parameters& parameters : wrong)
    EXPECT_EQ(wire::code_of([&] { plan_of(facts, "d", parameters); }), "InvalidParameters")
        << parameters.begin()->first << " " << parameters.begin()->second.front();
}

TEST(DocumentContent, WhatFollowsOnAStepIsWhatItsInputsSay) {
  const auto plan = [](const std::string& first, const std::string& last) {
    return plan_of(read_content(content(R"([{"action":"aws:runShellScript","name":"a","inputs":{"runCommand":[])" +
                                        first + R"(}},{"action":"aws:runShellScript","name":"b","inputs":)" +
                                        R"({"runCommand":[]}},{"action":"aws:runShellScript","name":"c","inputs":)" +
                                        R"({"runCommand":[])" + last + "}}]"),
                                "x"),
                   "d", {});
  };
  using Step = std::optional<std::size_t>;
  EXPECT_EQ(next_step(plan("", ""), 0, true), Step(1)) << "a failure alone stops nothing";
  EXPECT_EQ(next_step(plan("", ""), 2, false), std::nullopt);
  const std::string exits = R"(,"onFailure":"exit")", finally = R"(,"finallyStep":true)";
  EXPECT_EQ(next_step(plan(exits, ""), 0, true), std::nullopt);
  EXPECT_EQ(next_step(plan(exits, ""), 0, false), Step(1));
  EXPECT_EQ(next_step(plan(exits, finally), 0, true), Step(2));
  EXPECT_EQ(next_step(plan(R"(,"onSuccess":"exit")", ""), 0, false), std::nullopt);
  EXPECT_TRUE(forgives(plan(R"(,"onFailure":"successAndExit")", "").at(0)));
}

TEST(DocumentContent, AStepForAnotherPlatformSaysThatItWasPassedOver) {
  PlannedStep step{.name = "it's", .action = "aws:runPowerShellScript", .platform = "Windows", .precondition = "p"};
  EXPECT_EQ(
      script_of(step, {.platform = "Linux"}, "c").commands,
      std::vector<std::string>{R"(printf '%s\n' 'Step execution skipped due to unsatisfied preconditions: '\''p'\''. )"
                               R"(Step name: it'\''s')"});
}

TEST(DocumentYaml, ItBecomesJsonAndJsonComesBackFromIt) {
  const Json read =
      yaml_to_json("schemaVersion: 2.2\nn: 60\nquoted: '60'\nt: true\nnone:\nl: [&x a, *x, '']\nb: |\n  1\n  2\n");
  EXPECT_EQ(read.dump(),
            R"({"schemaVersion":"2.2","n":60,"quoted":"60","t":true,"none":null,"l":["a","a",""],"b":"1\n2\n"})");
  EXPECT_EQ(yaml_to_json(json_to_yaml(read)), read);
  EXPECT_TRUE(json_to_yaml(read).starts_with("---\n\"schemaVersion\": \"2.2\"\n")) << json_to_yaml(read);
  for (const char* wrong : {"a: [", "a: 1\na: 2", "--- 1\n--- 2", "? [a]\n: 1", "a: *x", "a: \x01", "a: \"\\N\"",
                            "a: \xba", "a: 1\n...\nb"})
    EXPECT_THROW(yaml_to_json(wrong), YamlError) << wrong;
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int k = 1; k < 10; ++k) bomb += "," + before;
    bomb += "]\n";
  }
  EXPECT_THROW(yaml_to_json(bomb), YamlError);
}

}  // namespace
}  // namespace hanbat::ssm
