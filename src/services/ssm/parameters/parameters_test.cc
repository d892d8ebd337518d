// Parameters as AWS answers about them: names and ARNs, what is not there, hierarchies, tiers, and the oldest version.
#include <gmock/gmock.h>

#include "services/ssm/testing.h"
#include "wire/testing.h"

namespace hanbat::ssm {
namespace {

using ::testing::ElementsAre;
using Texts = std::vector<std::string>;

struct ParametersTest : SsmTest {
  PutParameterOutput put_as(const std::string& name, const std::string& value, const std::string& tier,
                            bool overwrite = false) {
    PutParameterInput in;
    in.name = name;
    in.value = value;
    in.type = "String";
    in.overwrite = overwrite;
    if (!tier.empty()) in.tier = tier;
    return client.put_parameter(in);
  }
  void label(const std::string& name, std::int64_t version, const std::string& label) {
    client.label_parameter_version({.labels = {label}, .name = name, .parameter_version = version});
  }
};

TEST_F(ParametersTest, IsNamedByArnWhereAwsTakesOne) {
  put("/a/b", "one");
  put("/a/b", "two", "String", true);
  const std::string own = "arn:aws:ssm:ap-northeast-2:123456789012:parameter/a/b";
  EXPECT_EQ(*get(own).value, "two");
  EXPECT_EQ(*get(own).name, "/a/b");
  EXPECT_EQ(*get(own + ":1").value, "one");
  EXPECT_EQ(*get(own + ":1").selector, ":1");
  EXPECT_EQ(client.get_parameters({.names = {own, own + "/c"}}).invalid_parameters, Texts{own + "/c"});
  EXPECT_EQ(client.get_parameter_history({.name = own}).parameters->size(), 2u);

  EXPECT_EQ(wire::code_of([&] { put(own, "three", "String", true); }), "ValidationException");
  EXPECT_EQ(wire::code_of([&] { label(own, 1, "live"); }), "ParameterNotFound");
  EXPECT_EQ(wire::code_of([&] { client.delete_parameter({.name = own}); }), "ParameterNotFound");
  EXPECT_EQ(client.delete_parameters({.names = {own}}).invalid_parameters, Texts{own});
  EXPECT_EQ(*get("/a/b").version, 2);
}

TEST_F(ParametersTest, WhatIsNotThereIsToldByItsCodeAlone) {
  EXPECT_EQ(wire::refusal_of([&] { get("/none"); }), "ParameterNotFound: ");
  EXPECT_EQ(wire::refusal_of([&] { client.delete_parameter({.name = "/none"}); }), "ParameterNotFound: ");
  EXPECT_EQ(
      wire::refusal_of([&] { client.list_tags_for_resource({.resource_id = "none", .resource_type = "Parameter"}); }),
      "InvalidResourceId: ");
  const std::string id = "00000000-0000-0000-0000-000000000000";
  EXPECT_EQ(wire::refusal_of([&] { client.get_command_invocation({.command_id = id, .instance_id = kInstance}); }),
            "InvocationDoesNotExist: ");
  EXPECT_EQ(wire::refusal_of([&] { client.cancel_command({.command_id = id}); }), "InvalidCommandId: ");
  EXPECT_TRUE(client.list_command_invocations({.command_id = id}).command_invocations->empty());
}

TEST_F(ParametersTest, AnInstanceOfEc2HasItsTagsInEc2) {
  EXPECT_EQ(wire::refusal_of(
                [&] { client.list_tags_for_resource({.resource_id = kInstance, .resource_type = "ManagedInstance"}); }),
            "ValidationException: resourceId should be in format mi-[0-9a-f]{17} for resource type ManagedInstance");
}

TEST_F(ParametersTest, AHierarchyIsFilteredByTypeKeyAndLabel) {
  put("/h/plain", "1");
  put("/h/plain", "2", "String", true);
  put("/h/secret", "1", "SecureString");
  label("/h/plain", 1, "live");
  const auto values = [&](const std::string& key, const Texts& wanted, const std::optional<std::string>& option = {}) {
    Texts found;
    GetParametersByPathInput in{.path = "/h", .with_decryption = true};
    in.parameter_filters = {{ParameterStringFilter{.key = key, .option = option, .values = wanted}}};
    const auto page = client.get_parameters_by_path(in);
    for (const Parameter& one : *page.parameters) found.push_back(*one.name + "=" + *one.value);
    return found;
  };
  EXPECT_THAT(values("Type", {"String"}), ElementsAre("/h/plain=2"));
  EXPECT_THAT(values("KeyId", {"alias/aws/ssm"}), ElementsAre("/h/secret=1"));
  EXPECT_THAT(values("Label", {"live"}), ElementsAre("/h/plain=1"));
  EXPECT_THAT(values("Label", {"li"}, "BeginsWith"), ElementsAre("/h/plain=1"));
  EXPECT_THAT(values("Label", {"dead"}), ElementsAre());
  for (const char* key : {"Name", "Path", "Tier", "tag:team"})
    EXPECT_EQ(wire::refusal_of([&] { values(key, {"x"}); }),
              "InvalidFilterKey: The following filter key is not valid: " + std::string(key) +
                  ". Valid filter keys include: [Type, KeyId].");
}

TEST_F(ParametersTest, ATierIsKeptChosenAndNotTakenBack) {
  const std::string large(5000, 'x');
  EXPECT_EQ(*put_as("a", "1", "").tier, "Standard");
  EXPECT_EQ(*put_as("b", "1", "Intelligent-Tiering").tier, "Standard");
  EXPECT_EQ(*put_as("b", large, "Intelligent-Tiering", true).tier, "Advanced");
  EXPECT_EQ(*put_as("b", large + "y", "", true).tier, "Advanced");
  EXPECT_EQ(wire::message_of([&] { put_as("b", "1", "Standard", true); }),
            "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the "
            "advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced "
            "parameter and recreate it as a standard parameter.");
  EXPECT_EQ(wire::code_of([&] { put_as("c", large, "Standard"); }), "ValidationException");
  EXPECT_EQ(wire::code_of([&] { put_as("c", large + large, "Advanced"); }), "ValidationException");
}

TEST_F(ParametersTest, AVersionThatSomebodyNamedIsNotLost) {
  put("a", "1");
  label("a", 1, "first");
  for (int i = 2; i <= kVersionsKept; ++i) put("a", std::to_string(i), "String", true);
  EXPECT_EQ(wire::refusal_of([&] { put("a", "more", "String", true); }),
            "ParameterMaxVersionLimitExceeded: You attempted to create a new version of a by calling the PutParameter "
            "API with the overwrite flag. Version 1, the oldest version, can't be deleted because it has a label "
            "associated with it. Move the label to another version of the parameter, and try again.");
  label("a", 2, "first");
  EXPECT_EQ(put("a", "more", "String", true), kVersionsKept + 1);
  EXPECT_EQ(wire::code_of([&] { get("a:1"); }), "ParameterVersionNotFound");
}

TEST_F(ParametersTest, NamesThatAwsKeepsToItselfAreRefusedInItsWords) {
  const std::string plain =
      "ValidationException: Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).";
  for (const char* name : {"aws_x", "/AWSx", "ssm-x"}) EXPECT_EQ(wire::refusal_of([&] { put(name, "1"); }), plain);
  EXPECT_EQ(wire::refusal_of([&] { put("/aws/service/x", "1"); }),
            "AccessDeniedException: No access to reserved parameter name: /aws/service/x.");
  EXPECT_THAT(wire::refusal_of([&] { put("/ssm/a/b", "1"); }),
              ::testing::StartsWith("ValidationException: Parameter name: can't be prefixed with \"ssm\" "));
  EXPECT_EQ(wire::refusal_of(
                [&] { client.put_parameter({.data_type = "image", .name = "x", .type = "String", .value = "1"}); }),
            "ValidationException: The following data type is not supported: image (Data type names are all "
            "lowercase.)");
}

}  // namespace
}  // namespace hanbat::ssm
