// What an input is refused for, whoever made it.
#include "wire/input_check.h"

#include <gtest/gtest.h>

#include "base/utf8.h"
#include "wire/codec.h"
#include "wire/dynamic_model.h"
#include "wire/testing.h"

namespace hanbat::wire {
namespace {

struct Named {
  std::string name;
};

/// An operation "Put" whose input has one required text.
struct Put {
  explicit Put(Limits given, ServiceModel model = {.protocol = Protocol::kJson}) : limits(given), service(model) {}
  Put(const Put&) = delete;

  std::string message(const std::string& name, const Missing& missing = {}) const {
    const Named input{name};
    return refusal_of([&] { check_input(operation, &input, missing); });
  }

  Limits limits;
  ServiceModel service;
  Shape text{.name = "Name", .type = Type::kString, .limits = &limits};
  Member member{.name = "Name", .wire_name = "Name", .shape = &text, .slot = kPlain, .required = true};
  Shape shape{.name = "In", .members = {&member, 1}};
  OperationModel operation{.name = "Put", .service = &service, .input = &shape};
};

TEST(CheckInput, AcceptsNoTextThatItsPatternCannotBeHeldAgainst) {
  const Put put({.pattern = "[a-z]+"});
  for (const std::string text : {"../\xFF", "abc\xC3", "ABC"})
    EXPECT_TRUE(put.message(text).starts_with("ValidationException: 1 validation error detected: "));
  EXPECT_EQ(put.message("abc"), "");
}

TEST(CheckInput, QuotesOfAVeryLongValueTheBeginning) {
  const Put put({.max = 3, .has_max = true});
  std::string text;
  for (int i = 0; i < 1'000'000; ++i) text += "한";
  const std::string message = put.message(text);
  EXPECT_LT(message.size(), 1200u);
  EXPECT_TRUE(is_utf8(message));
  EXPECT_NE(message.find("한...' at 'name' failed to satisfy constraint"), std::string::npos);
}

TEST(CheckInput, AMissingMemberIsNotAnEmptyOne) {
  const Put put({.min = 1, .has_min = true});
  EXPECT_EQ(put.message("", {"name"}),
            "ValidationException: 1 validation error detected: Value null at 'name' failed to satisfy constraint: "
            "Member must not be null");
  EXPECT_EQ(put.message(""),
            "ValidationException: 1 validation error detected: Value '' at 'name' failed to satisfy constraint: Member "
            "must have length greater than or equal to 1");
}

TEST(CheckInput, AServiceMayHaveItsOwnCodeForIt) {
  const Put own({.min = 1, .has_min = true}, {.protocol = Protocol::kJson, .validation_code = "InvalidInputException"});
  EXPECT_TRUE(own.message("").starts_with("InvalidInputException: 1 validation error detected"));
  const Put query({.min = 1, .has_min = true}, {.protocol = Protocol::kQuery});
  EXPECT_TRUE(query.message("").starts_with("ValidationError: "));
  Put ec2({.min = 1, .has_min = true}, {.protocol = Protocol::kEc2});
  ec2.member.wire_name = "GroupName";
  EXPECT_EQ(ec2.message("", {"name"}), "MissingParameter: The request must contain the parameter GroupName");
}

TEST(CheckInput, AServiceMayHaveItsOwnWordsForIt) {
  const Put untold({.pattern = "[a-z]+"}, {.protocol = Protocol::kQuery, .validation_code = "ValidationError/untold"});
  EXPECT_EQ(untold.message("A"),
            "ValidationError: 1 validation error detected: Value at 'name' failed to satisfy constraint: Member must "
            "satisfy regular expression pattern: [a-z]+");
  const Put name({.max = 3, .has_max = true, .pattern = R"([\w+=,.@-]+)"},
                 {.protocol = Protocol::kQuery, .validation_code = "ValidationError/untold"});
  EXPECT_EQ(name.message("a b"),
            "ValidationError: The specified value for name is invalid. It must contain only alphanumeric characters "
            "and/or the following: +=,.@_-");
  EXPECT_EQ(name.message("a b c"),
            "ValidationError: 1 validation error detected: Value at 'name' failed to satisfy constraint: Member must "
            "have length less than or equal to 3");
  const Put path({.pattern = R"((\u002F)|(\u002F[\u0021-\u007E]+\u002F))"},
                 {.protocol = Protocol::kQuery, .validation_code = "ValidationError/untold"});
  EXPECT_EQ(path.message("a"),
            "ValidationError: The specified value for name is invalid. It must begin and end with / and contain only "
            "alphanumeric characters and/or / characters.");
  constexpr std::string_view kWords[] = {"a", "b"};
  const Put word({.values = kWords}, {.protocol = Protocol::kQuery, .validation_code = "ValidationError/untold"});
  EXPECT_EQ(word.message("c"),
            "ValidationError: 1 validation error detected: Value at 'name' failed to satisfy constraint: Member must "
            "satisfy enum value set");
  const Put by_parameter({.max = 3, .has_max = true, .pattern = "[a-z]+"},
                         {.protocol = Protocol::kJson, .validation_code = "InvalidParameterException/by-parameter"});
  EXPECT_EQ(by_parameter.message("A"),
            "InvalidParameterException: Invalid parameter at 'name' failed to satisfy constraint: 'must satisfy "
            "regular expression '[a-z]+''");
  EXPECT_EQ(by_parameter.message("abcd"),
            "InvalidParameterException: Invalid parameter at 'name' failed to satisfy constraint: 'Member must have "
            "length less than or equal to 3'");
  const Put with_reason({.pattern = "[a-z]+"},
                        {.protocol = Protocol::kJson, .validation_code = "InvalidInputException/with-reason"});
  EXPECT_EQ(with_reason.message("A"),
            "InvalidInputException: You provided a value that does not match the required pattern.");
}

TEST(CheckInput, AServiceMayReadItsTextsItself) {
  EXPECT_NE(Put({.pattern = "[a-z]+"}).message("A"), "");
  EXPECT_EQ(Put({.pattern = "[a-z]+"}, {.own_patterns = true}).message("A"), "");
}

TEST(CheckInput, AParameterThatIsNotSupportedIsRefusedBeforeAnythingElse) {
  Put put({.min = 1, .has_min = true});
  constexpr std::string_view kRefused[] = {"Name"};
  put.operation.unsupported = kRefused;
  EXPECT_EQ(put.message(""), "NotImplemented: Hanbat does not implement the parameter Name of the operation Put");
}

/// The code of what an operation with these errors says of an input.
std::string code_by_errors(const std::vector<ErrorModel>& errors, const std::string& text,
                           std::string_view validation_code = {}) {
  const Json shapes = Json::parse(R"({
    "In": {"type": "structure", "required": ["newGroupName"], "members": {
      "newGroupName": {"shape": "GroupName"}, "filters": {"shape": "Filters"}, "rollback": {"shape": "RollbackConfiguration"}}},
    "Filters": {"type": "list", "member": {"shape": "Filter"}},
    "Filter": {"type": "structure", "required": ["type"], "members": {"type": {"shape": "FilterType"}}},
    "RollbackConfiguration": {"type": "structure", "required": ["events"], "members": {"events": {"shape": "EventName"}}},
    "FilterType": {"type": "string"}, "EventName": {"type": "string"}, "GroupName": {"type": "string"}})");
  DynamicModel model(Json::object({{"protocol", "json"}}), shapes);
  OperationModel operation = model.operation(
      Json::parse(R"({"name": "Put", "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "In"}})"));
  operation.errors = errors;
  ServiceModel service = *operation.service;
  service.validation_code = validation_code;
  operation.service = &service;
  Dynamic given;
  void* input = DynamicSlot<Type::kStructure>::kSlot.make(&given);
  const std::string refusal =
      refusal_of([&] { check_input(operation, input, read_json_input(operation, Json::parse(text), input)); });
  return refusal.substr(0, refusal.find(':'));
}

ErrorModel error_named(std::string_view name) { return {name, name, 400}; }

TEST(CheckInput, TellsTheErrorThatIsNamedAfterTheThingOrAfterWhatItIsPartOf) {
  const std::vector<ErrorModel> errors{error_named("GroupNameRequiredException"),
                                       error_named("InvalidGroupNameException"), error_named("InvalidFilterException"),
                                       error_named("InvalidRollbackConfigException")};
  EXPECT_EQ(code_by_errors(errors, "{}"), "GroupNameRequiredException");
  EXPECT_EQ(code_by_errors(errors, R"({"newGroupName": "a", "filters": [{"type": "b"}, {}]})"),
            "InvalidFilterException");
  EXPECT_EQ(code_by_errors(errors, R"({"newGroupName": "a", "rollback": {}})"), "InvalidRollbackConfigException");
}

TEST(CheckInput, WhatIsMissingIsRequiredBeforeItIsInvalid) {
  EXPECT_EQ(
      code_by_errors({error_named("InvalidNewGroupNameException"), error_named("GroupNameRequiredException")}, "{}"),
      "GroupNameRequiredException");
}

TEST(CheckInput, TellsAnInvalidInputWhereNoErrorIsNamedAfterAnythingOfIt) {
  EXPECT_EQ(code_by_errors({error_named("RuleRequiredException"), error_named("InvalidInputException")}, "{}"),
            "InvalidInputException");
}

TEST(CheckInput, LeavesItsModelsLimitsToTheFrameworkWhereAnOperationListsItsError) {
  EXPECT_EQ(code_by_errors({error_named("InvalidNewGroupNameException"), error_named("ValidationException")}, "{}"),
            "ValidationException");
}

TEST(CheckInput, SaysWhatIsWrongInTheFrameworksWordsWhereTheServiceHasNoErrorForWhatIsRequired) {
  const std::vector<ErrorModel> errors{error_named("InvalidNewGroupNameException"),
                                       error_named("InvalidGroupNameException")};
  EXPECT_EQ(code_by_errors(errors, "{}"), "ValidationException");
  EXPECT_EQ(code_by_errors(errors, "{}", "ValidationException/by-member"), "InvalidNewGroupNameException");
}

constexpr const char* kShapes = R"({
  "In": {"type": "structure", "required": ["Rule"], "members": {
    "Count": {"shape": "Count", "location": "querystring", "locationName": "count"},
    "Rule": {"shape": "Text"}, "Tags": {"shape": "Tags"}, "Words": {"shape": "Words"}}},
  "Tags": {"type": "list", "member": {"shape": "Tag"}},
  "Tag": {"type": "structure", "required": ["Key"], "members": {"Key": {"shape": "Text"}, "Value": {"shape": "Text"}}},
  "Words": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}},
  "Count": {"type": "integer"}, "Text": {"type": "string"}})";

/// What is said of a request with this JSON, and of the same JSON as an input by the model's names.
std::pair<std::string, std::string> refusals(const std::string& text) {
  const Json shapes = Json::parse(kShapes);
  DynamicModel model(Json::object({{"protocol", "json"}}), shapes);
  const OperationModel& operation = model.operation(
      Json::parse(R"({"name": "Put", "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "In"}})"));
  const RequestView request{.method = "POST", .path = "/", .query = "", .headers = {}};
  Dynamic read, given;
  void* from_request = DynamicSlot<Type::kStructure>::kSlot.make(&read);
  void* from_json = DynamicSlot<Type::kStructure>::kSlot.make(&given);
  return {refusal_of([&] { decode_request(operation, request, Body::of_bytes(text), from_request); }), refusal_of([&] {
            check_input(operation, from_json, read_json_input(operation, Json::parse(text), from_json));
          })};
}

TEST(CheckInput, IsTheSameForARequestAndForAnInputOfAnotherService) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"Rule": "r", "Tags": [{"Key": "a"}], "Words": {"b": "c"}})", ""},
      {R"({"Tags": [{"Key": "a"}, {"Value": "b"}]})",
       "ValidationException: 2 validation errors detected: Value null at 'tags.2.member.key' failed to satisfy "
       "constraint: Member must not be null; Value null at 'rule' failed to satisfy constraint: Member must not be "
       "null"},
      {R"({"Rule": 3})", "SerializationException: NUMBER_VALUE can not be converted to a String"},
      {R"({"Rule": "r", "Tags": {}})", "SerializationException: Unexpected START_OBJECT: expected START_ARRAY"},
      {R"(["Rule"])", "SerializationException: Unexpected START_ARRAY: expected START_OBJECT"},
  };
  for (const auto& [text, refusal] : cases) {
    const auto [outside, inside] = refusals(text);
    EXPECT_EQ(outside, refusal) << text;
    EXPECT_EQ(inside, refusal) << text;
  }
}

}  // namespace
}  // namespace hanbat::wire
