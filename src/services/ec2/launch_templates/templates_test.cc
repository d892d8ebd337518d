// Launch templates, and what is launched from them.
#include <gmock/gmock.h>

#include "services/ec2/testing.h"

namespace hanbat::ec2 {
namespace {

using ::testing::SizeIs;

TEST_F(Ec2Test, AnInstanceIsLaunchedAsItsTemplateSaysAndTheCallGoesBefore) {
  CreateLaunchTemplateInput in;
  in.launch_template_name = "web";
  in.launch_template_data.image_id = image();
  in.launch_template_data.instance_type = "t3.small";
  in.launch_template_data.user_data = "IyEvYmluL3NoCg==";
  auto& tags = in.launch_template_data.tag_specifications.emplace().emplace_back();
  tags.resource_type = "instance";
  tags.tags = {{{.key = "Name", .value = "template"}, {.key = "team", .value = "a"}}};
  const auto made = *ec2.create_launch_template(in).launch_template;
  EXPECT_EQ(code_of([&] { ec2.create_launch_template(in); }), "InvalidLaunchTemplateName.AlreadyExistsException");

  CreateLaunchTemplateVersionInput next;
  next.launch_template_name = "web";
  next.source_version = "1";
  next.launch_template_data.instance_type = "t3.medium";
  EXPECT_EQ(*ec2.create_launch_template_version(next).launch_template_version->version_number, 2);

  RunInstancesInput run;
  run.min_count = run.max_count = 1;
  run.subnet_id = subnet(vpc(), "10.1.0.0/24");
  run.launch_template.emplace().launch_template_id = made.launch_template_id;
  auto& own = run.tag_specifications.emplace().emplace_back();
  own.resource_type = "instance";
  own.tags = {{{.key = "Name", .value = "call"}}};
  const auto launched = [&](const char* version) {
    if (version) run.launch_template->version = version;
    const auto one = ec2.run_instances(run).instances->front();
    std::map<std::string, std::string> all;
    for (const Tag& tag : *one.tags) all[*tag.key] = *tag.value;
    return std::pair(*one.instance_type, all);
  };
  using All = std::map<std::string, std::string>;
  EXPECT_EQ(launched(nullptr),
            std::pair(std::string("t3.small"), All{{"Name", "call"},
                                                   {"team", "a"},
                                                   {"aws:ec2launchtemplate:id", *made.launch_template_id},
                                                   {"aws:ec2launchtemplate:version", "1"}}));
  EXPECT_EQ(launched("$Latest").first, "t3.medium");
  ec2.modify_launch_template({.default_version = "2", .launch_template_name = "web"});
  EXPECT_EQ(launched("$Default").first, "t3.medium");
  run.instance_type = "t3.micro";
  EXPECT_EQ(launched("1").first, "t3.micro");
  EXPECT_EQ(code_of([&] { launched("3"); }), "InvalidLaunchTemplateId.VersionNotFound");
  run.launch_template->launch_template_id = "lt-0123456789abcdef0";
  EXPECT_EQ(code_of([&] { launched("1"); }), "InvalidLaunchTemplateId.NotFound");
}

TEST_F(Ec2Test, WhatIsWrongWithATemplateIsSaidInAwssWords) {
  const std::string id =
      *ec2.create_launch_template({.launch_template_data = {.key_name = "k1"}, .launch_template_name = "web"})
           .launch_template->launch_template_id;
  const auto answer = [](const auto& call) {
    try {
      call();
    } catch (const wire::Error& error) {
      return error.code() + ": " + error.message();
    }
    return std::string("success");
  };
  EXPECT_EQ(answer([&] { ec2.describe_launch_template_versions({.launch_template_id = id, .versions = {{"9"}}}); }),
            "InvalidLaunchTemplateId.VersionNotFound: Could not find the specified version 9 for the launch template "
            "with ID " +
                id + ".");
  EXPECT_EQ(answer([&] { ec2.modify_launch_template({.default_version = "9", .launch_template_id = id}); }),
            "InvalidLaunchTemplateId.VersionNotFound: The launch template version 9 is not found for the specified "
            "launch template.");
  EXPECT_EQ(answer([&] { ec2.modify_launch_template({.launch_template_id = id, .launch_template_name = "web"}); }),
            "InvalidParameterCombination: Either provide launch template ID or launch template name to modify the "
            "template.");
  EXPECT_EQ(answer([&] { ec2.delete_launch_template({}); }),
            "MissingParameter: The request must contain the parameter launch template ID or launch template name");
  EXPECT_EQ(answer([&] { ec2.describe_launch_templates({.launch_template_names = {{"web", "nothing"}}}); }),
            "InvalidLaunchTemplateName.NotFoundException: At least one of the launch templates specified in the "
            "request does not exist.");
  EXPECT_TRUE(answer([&] { ec2.describe_launch_template_versions({}); }).starts_with("MissingParameter: To describe"));
  EXPECT_TRUE(answer([&] {
                ec2.describe_launch_template_versions({.versions = {{"1"}}});
              }).starts_with("InvalidParameterValue: To describe"));
}

TEST_F(Ec2Test, VersionsOfATemplateAreDescribedNewestFirstAndTheDefaultOneStays) {
  ec2.create_launch_template({.launch_template_data = {.key_name = "k1"}, .launch_template_name = "web"});
  ec2.create_launch_template_version({.launch_template_data = {.key_name = "k2"}, .launch_template_name = "web"});
  const auto all = *ec2.describe_launch_template_versions({.launch_template_name = "web"}).launch_template_versions;
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(*all[0].version_number, 2);
  EXPECT_FALSE(*all[0].default_version);
  EXPECT_TRUE(*all[1].default_version);
  const auto latest = *ec2.describe_launch_template_versions({.versions = {{"$Latest"}}}).launch_template_versions;
  ASSERT_THAT(latest, SizeIs(1));
  EXPECT_EQ(latest[0].launch_template_data->key_name, "k2");
  const auto deleted =
      ec2.delete_launch_template_versions({.launch_template_name = "web", .versions = {"1", "2", "9"}});
  EXPECT_THAT(*deleted.successfully_deleted_launch_template_versions, SizeIs(1));
  EXPECT_THAT(*deleted.unsuccessfully_deleted_launch_template_versions, SizeIs(2));
  ec2.delete_launch_template({.launch_template_name = "web"});
  EXPECT_EQ(code_of([&] { ec2.describe_launch_template_versions({.launch_template_name = "web"}); }),
            "InvalidLaunchTemplateName.NotFoundException");
}

TEST_F(Ec2Test, TheSameClientTokenMakesOneVersionAndOneChange) {
  ec2.create_launch_template({.launch_template_data = {.key_name = "k1"}, .launch_template_name = "web"});
  CreateLaunchTemplateVersionInput in{.launch_template_data = {.key_name = "k2"}, .launch_template_name = "web"};
  in.client_token = "once";
  EXPECT_EQ(ec2.create_launch_template_version(in).launch_template_version->version_number, 2);
  EXPECT_EQ(ec2.create_launch_template_version(in).launch_template_version->version_number, 2);
  in.launch_template_data.key_name = "k3";
  EXPECT_EQ(code_of([&] { ec2.create_launch_template_version(in); }), "IdempotentParameterMismatch");
  const auto choose = [&](const char* version) {
    ModifyLaunchTemplateInput modify{.launch_template_name = "web"};
    modify.client_token = version;
    modify.default_version = version;
    return ec2.modify_launch_template(modify).launch_template->default_version_number;
  };
  EXPECT_EQ(choose("2"), 2);
  EXPECT_EQ(choose("1"), 1);
  EXPECT_EQ(choose("2"), 1) << "it has been done";
}

TEST_F(Ec2Test, ATemplateThatNamesAPlacementGroupIsNotDone) {
  CreateLaunchTemplateInput in{.launch_template_data = {.key_name = "k1"}, .launch_template_name = "web"};
  CreateLaunchTemplateVersionInput next{.launch_template_data = {.key_name = "k2"}, .launch_template_name = "web"};
  ec2.create_launch_template(in);
  in.launch_template_name = "grouped";
  LaunchTemplatePlacementRequest placement;
  placement.group_name = "near";
  in.launch_template_data.placement = next.launch_template_data.placement = placement;
  EXPECT_EQ(code_of([&] { ec2.create_launch_template(in); }), "NotImplemented");
  EXPECT_EQ(code_of([&] { ec2.create_launch_template_version(next); }), "NotImplemented");
}

}  // namespace
}  // namespace hanbat::ec2
