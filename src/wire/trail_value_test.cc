// Secrets are in no record and in no message, whatever protocol they came by.
#include "wire/trail_value.h"

#include <gtest/gtest.h>

#include "wire/codec.h"
#include "wire/dynamic_model.h"
#include "wire/testing.h"

namespace hanbat::wire {
namespace {

/// An operation of one service made for a test: Put {Name, Password (at least 20 characters), Keys {name: key}, At,
/// Data} → {Sizes [n]}.
class Case {
 public:
  explicit Case(const std::string& protocol)
      : model_(Json::object({{"protocol", protocol}, {"targetPrefix", "T"}, {"apiVersion", "1"}}), kShapes),
        operation(model_.operation(Json::parse(
            R"({"name": "Put", "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "In"},
                "output": {"shape": "Out"}})"))) {
    operation.service = &model_.service();
    value.fields.resize(kDynamicFields);
  }

  /// Decodes the request's body; "" or the message of the refusal.
  std::string decode(const std::string& body, const std::string& content_type) {
    RequestView request{.method = "POST", .path = "/"};
    request.headers = {{"Content-Type", content_type}, {"X-Amz-Target", "T.Put"}};
    try {
      decode_request(operation, request, Body::of_bytes(body), value.fields.data());
      return "";
    } catch (const Error& error) {
      return error.message();
    }
  }
  Json request() { return trail_request(operation, value.fields.data()); }

 private:
  static const Json kShapes;
  DynamicModel model_;

 public:
  OperationModel& operation;
  Dynamic value;
};

const Json Case::kShapes = Json::parse(R"({
  "In": {"type": "structure", "members": {"Name": {"shape": "Text"}, "Password": {"shape": "Secret"},
         "Keys": {"shape": "Keys"}, "At": {"shape": "Time"}, "Data": {"shape": "Data"}}},
  "Out": {"type": "structure", "members": {"Sizes": {"shape": "Sizes", "locationName": "sizeSet"}}},
  "Text": {"type": "string"}, "Time": {"type": "timestamp"}, "Data": {"type": "blob"}, "Size": {"type": "integer"},
  "Secret": {"type": "string", "sensitive": true},
  "Keys": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Secret"}},
  "Sizes": {"type": "list", "member": {"shape": "Size"}}})");

TEST(TrailValue, ShowsARequestByItsModelsNamesWithoutSecretsAndContent) {
  Case c("json");
  ASSERT_EQ(c.decode(R"({"Name":"n","Password":"topsecret","Keys":{"k":"topsecret"},"At":1785000000,"Data":"dG9w"})",
                     "application/x-amz-json-1.1"),
            "");
  EXPECT_EQ(c.request().dump(),
            R"({"name":"n","password":"HIDDEN_DUE_TO_SECURITY_REASONS","keys":{"k":"HIDDEN_DUE_TO_SECURITY_REASONS"},)"
            R"("at":"Jul 25, 2026, 5:20:00 PM","data":"HIDDEN_DUE_TO_SECURITY_REASONS"})");
}

TEST(TrailValue, NothingGivenIsNull) {
  Case c("json");
  ASSERT_EQ(c.decode("{}", "application/x-amz-json-1.1"), "");
  EXPECT_TRUE(c.request().is_null());
}

TEST(TrailValue, Ec2ShowsItsAnswersAsItsXmlDoes) {
  Case c("ec2");
  Dynamic& sizes = c.value.fields[0];
  sizes.present = true;
  sizes.items.emplace_back();
  sizes.items[0].present = true;
  sizes.items[0].integer = 7;
  EXPECT_EQ(trail_response(c.operation, c.value.fields.data()).dump(), R"({"sizeSet":{"items":[7]}})");
}

TEST(TrailValue, ARefusalDoesNotRepeatASecret) {
  Shape strict = {};
  Limits limits{.min = 20, .has_min = true};
  for (const auto& [protocol, body, type] :
       {std::tuple{"json", R"({"Password":"topsecret"})", "application/x-amz-json-1.1"},
        {"query", "Action=Put&Password=topsecret", "application/x-www-form-urlencoded"},
        {"ec2", "Action=Put&Password=topsecret", "application/x-www-form-urlencoded"}}) {
    Case c(protocol);
    // The dynamic tables have no limits, so the member gets one here.
    std::vector<Member> members(c.operation.input->members.begin(), c.operation.input->members.end());
    for (Member& member : members)
      if (member.name == "Password") {
        strict = *member.shape;
        strict.limits = &limits;
        member.shape = &strict;
      }
    Shape input = *c.operation.input;
    input.members = members;
    c.operation.input = &input;
    const std::string message = c.decode(body, type);
    EXPECT_NE(message, "") << protocol;
    EXPECT_EQ(message.find("topsecret"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace hanbat::wire
