// Where AWS lets a call name a thing by its name or by its ARN, both name the same, and an ARN of nothing is refused as
// a name of nothing is. The rows are those of AWS's documentation of our operations' members that speak of both.
#include <gtest/gtest.h>

#include <algorithm>

#include "main/whole_region.h"
#include "wire/testing.h"

namespace hanbat {
namespace {

struct Named {
  std::string service;
  std::string operation;
  std::string input;  // with `$X` for the thing
  std::vector<Step> setup;
  std::string name, arn;         // of what is there
  std::string no_name, no_arn;   // of what is not
  bool absence_is_told = false;  // by the answer, not by an error
};

constexpr const char* kPattern = R"("EventPattern":"{\"source\":[\"a\"]}")";

void add_buses(std::vector<Named>& all) {
  const Step bus{"CreateEventBus", R"({"Name":"bus"})"};
  const Step rule{"PutRule", std::string(R"({"Name":"r","EventBusName":"bus",)") + kPattern + "}"};
  const Step target{
      "PutTargets",
      R"({"Rule":"r","EventBusName":"bus","Targets":[{"Id":"t","Arn":"arn:aws:logs:ap-northeast-2:$A:log-group:/g"}]})"};
  const std::string buses = "arn:aws:events:ap-northeast-2:$A:event-bus/";
  const auto on_bus = [&](std::string operation, std::string input, std::vector<Step> more = {}) {
    more.insert(more.begin(), bus);
    all.push_back({"events", std::move(operation), std::move(input), std::move(more), "bus", buses + "bus", "none",
                   buses + "none"});
  };
  on_bus("DescribeEventBus", R"({"Name":"$X"})");
  on_bus("DescribeRule", R"({"Name":"r","EventBusName":"$X"})", {rule});
  on_bus("PutRule", std::string(R"({"Name":"r","EventBusName":"$X",)") + kPattern + "}");
  on_bus("EnableRule", R"({"Name":"r","EventBusName":"$X"})", {rule});
  on_bus("DisableRule", R"({"Name":"r","EventBusName":"$X"})", {rule});
  on_bus("DeleteRule", R"({"Name":"r","EventBusName":"$X"})", {rule});
  on_bus("ListRules", R"({"EventBusName":"$X"})", {rule});
  on_bus("ListRuleNamesByTarget", R"({"TargetArn":"arn:aws:logs:ap-northeast-2:$A:log-group:/g","EventBusName":"$X"})",
         {rule, target});
  on_bus("ListTargetsByRule", R"({"Rule":"r","EventBusName":"$X"})", {rule, target});
  on_bus("PutTargets", replace_all(target.input, R"("bus")", R"("$X")"), {rule});
  on_bus("RemoveTargets", R"({"Rule":"r","EventBusName":"$X","Ids":["t"]})", {rule, target});
  on_bus("PutEvents", R"({"Entries":[{"Source":"a","DetailType":"d","Detail":"{}","EventBusName":"$X"}]})");
  all.back().absence_is_told = true;  // AWS takes what no bus gets
}

void add_secrets(std::vector<Named>& all) {
  const Step secret{"CreateSecret",
                    R"({"Name":"s","SecretString":"v","ClientRequestToken":"00000000-0000-4000-8000-000000000001"})",
                    "secret=ARN"};
  const auto of_secret = [&](std::string operation, std::string more = "", std::vector<Step> further = {}) {
    further.insert(further.begin(), secret);
    all.push_back({"secretsmanager", std::move(operation), R"({"SecretId":"$X")" + more + "}", std::move(further), "s",
                   "$secret", "none", "arn:aws:secretsmanager:ap-northeast-2:$A:secret:none-AbCdEf"});
  };
  const std::string policy =
      R"(,"ResourcePolicy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::$A:root\"},\"Action\":\"secretsmanager:GetSecretValue\",\"Resource\":\"*\"}]}")";
  of_secret("DescribeSecret");
  of_secret("GetSecretValue");
  of_secret("ListSecretVersionIds");
  of_secret("GetResourcePolicy");
  of_secret("PutResourcePolicy", policy);
  of_secret("ValidateResourcePolicy", policy);
  of_secret("DeleteResourcePolicy");
  of_secret("PutSecretValue", R"(,"SecretString":"w","ClientRequestToken":"00000000-0000-4000-8000-000000000002")");
  of_secret("UpdateSecret", R"(,"Description":"d")");
  of_secret("UpdateSecretVersionStage",
            R"(,"VersionStage":"l","MoveToVersionId":"00000000-0000-4000-8000-000000000001")");
  of_secret("TagResource", R"(,"Tags":[{"Key":"k","Value":"v"}])");
  of_secret("UntagResource", R"(,"TagKeys":["k"])");
  of_secret("DeleteSecret");
  of_secret("RestoreSecret", "", {{"DeleteSecret", R"({"SecretId":"s"})"}});
  all.push_back({"secretsmanager",
                 "BatchGetSecretValue",
                 R"({"SecretIdList":["$X"]})",
                 {secret},
                 "s",
                 "$secret",
                 "none",
                 "arn:aws:secretsmanager:ap-northeast-2:$A:secret:none-AbCdEf",
                 true});
}

void add_log_groups(std::vector<Named>& all) {
  const std::vector<Step> logs{{"CreateLogGroup", R"({"logGroupName":"/g"})"},
                               {"CreateLogStream", R"({"logGroupName":"/g","logStreamName":"st"})"}};
  const auto of_group = [&](std::string operation, std::string more = "") {
    all.push_back({"logs", std::move(operation), R"({"logGroupIdentifier":"$X")" + more + "}", logs, "/g",
                   "arn:aws:logs:ap-northeast-2:$A:log-group:/g", "/none",
                   "arn:aws:logs:ap-northeast-2:$A:log-group:/none"});
  };
  of_group("DescribeLogStreams");
  of_group("FilterLogEvents");
  of_group("GetLogEvents", R"(,"logStreamName":"st")");
}

void add_parameters(std::vector<Named>& all) {
  const std::vector<Step> parameter{{"PutParameter", R"({"Name":"/p","Value":"v","Type":"String"})"}};
  const auto of_parameter = [&](std::string operation, std::string input, bool told = false) {
    all.push_back({"ssm", std::move(operation), std::move(input), parameter, "/p",
                   "arn:aws:ssm:ap-northeast-2:$A:parameter/p", "/none", "arn:aws:ssm:ap-northeast-2:$A:parameter/none",
                   told});
  };
  of_parameter("GetParameter", R"({"Name":"$X"})");
  of_parameter("GetParameterHistory", R"({"Name":"$X"})");
  of_parameter("GetParameters", R"({"Names":["$X"]})", true);
}

void add_projects(std::vector<Named>& all) {
  all.push_back(
      {"codebuild",
       "BatchGetProjects",
       R"({"names":["$X"]})",
       {{"CreateProject",
         R"({"name":"pp","source":{"type":"NO_SOURCE","buildspec":"version: 0.2"},"artifacts":{"type":"NO_ARTIFACTS"},"environment":{"type":"LINUX_CONTAINER","image":"aws/codebuild/standard:7.0","computeType":"BUILD_GENERAL1_SMALL"},"serviceRole":"arn:aws:iam::$A:role/r"})"}},
       "pp",
       "arn:aws:codebuild:ap-northeast-2:$A:project/pp",
       "none",
       "arn:aws:codebuild:ap-northeast-2:$A:project/none",
       true});
}

/// Of two members.
void add_instance_profiles(std::vector<Named>& all) {
  const std::vector<Step> machines{
      {"CreateVpc", R"({"CidrBlock":"10.1.0.0/16"})", "vpc=Vpc.VpcId"},
      {"CreateSubnet", R"({"VpcId":"$vpc","CidrBlock":"10.1.0.0/24"})", "subnet=Subnet.SubnetId"},
      {"DescribeImages", R"({"Owners":["amazon"]})", "image=Images.0.ImageId"},
      {"CreateInstanceProfile", R"({"InstanceProfileName":"i"})", "", "iam"}};
  const std::string profiles = R"("Arn":"arn:aws:iam::$A:instance-profile/)";
  for (const auto& [operation, input] : std::initializer_list<std::pair<const char*, const char*>>{
           {"RunInstances",
            R"({"ImageId":"$image","MinCount":1,"MaxCount":1,"SubnetId":"$subnet","IamInstanceProfile":{$X}})"},
           {"CreateLaunchTemplate",
            R"({"LaunchTemplateName":"template","LaunchTemplateData":{"IamInstanceProfile":{$X}}})"}})
    all.push_back({"ec2", operation, input, machines, R"("Name":"i")", profiles + R"(i")", R"("Name":"none")",
                   profiles + R"(none")"});
  // A template is only asked for its profile once it launches.
  all.back().absence_is_told = true;
}

std::vector<Named> named_by_both() {
  std::vector<Named> all;
  add_buses(all);
  add_secrets(all);
  add_log_groups(all);
  add_parameters(all);
  add_projects(all);
  add_instance_profiles(all);
  return all;
}

class NamesAndArns : public testing::TestWithParam<Named> {
 protected:
  /// What the call answers, or the code of its error, in an account of its own.
  std::string outcome(const std::string& thing) {
    Tester tester = shared_region().new_tester();
    shared_region().run(tester, GetParam().service, GetParam().setup, 0);
    const Json in = Json::parse(shared_region().filled(tester, replace_all(GetParam().input, "$X", thing), 0));
    std::string answer;  // without the places in a log, each of which is sealed anew
    const std::string code = wire::code_of([&] {
      Json out = shared_region().call(tester, GetParam().service, GetParam().operation, in);
      for (const char* place : {"nextForwardToken", "nextBackwardToken"}) out.erase(place);
      answer = out.dump();
    });
    if (!code.empty()) return code;
    for (const auto& [name, value] : tester.saved) answer = replace_all(answer, value, "$" + name);
    return "answers " + replace_all(answer, tester.caller.account, "$A");
  }
  bool reads() {
    const auto* operation =
        shared_region().test.home.require_service(GetParam().service).find_operation(GetParam().operation);
    return operation->model->read_only;
  }
};

TEST_P(NamesAndArns, BothNameTheSame) {
  const std::string by_name = outcome(GetParam().name), by_arn = outcome(GetParam().arn);
  EXPECT_TRUE(by_name.starts_with("answers ")) << by_name;
  EXPECT_TRUE(by_arn.starts_with("answers ")) << by_arn;
  if (reads()) {
    EXPECT_EQ(by_arn, by_name);
  }
}

TEST_P(NamesAndArns, AnArnOfNothingIsRefusedAsANameOfNothingIs) {
  const std::string by_name = outcome(GetParam().no_name), by_arn = outcome(GetParam().no_arn);
  EXPECT_EQ(by_name.starts_with("answers "), GetParam().absence_is_told) << by_name;
  if (GetParam().absence_is_told) {
    EXPECT_TRUE(by_arn.starts_with("answers ")) << by_arn;
  } else {
    EXPECT_EQ(by_arn, by_name);
  }
  if (reads()) {
    EXPECT_NE(by_arn, outcome(GetParam().arn)) << "nothing is not something";
  }
}

INSTANTIATE_TEST_SUITE_P(Of, NamesAndArns, testing::ValuesIn(named_by_both()),
                         [](const auto& info) { return info.param.service + "_" + info.param.operation; });

}  // namespace
}  // namespace hanbat
