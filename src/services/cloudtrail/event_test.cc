// Records, made of the tables of real services.
#include "services/cloudtrail/event.h"

#include <gtest/gtest.h>

#include "gen/codecommit/model.h"
#include "gen/codedeploycommands/model.h"
#include "gen/codedeploycommandssecure/model.h"
#include "gen/ec2/model.h"
#include "gen/ecr/model.h"
#include "gen/iam/model.h"
#include "gen/s3/model.h"
#include "gen/ssm/model.h"
#include "gen/sts/model.h"
#include "wire/error.h"

namespace hanbat::cloudtrail {
namespace {

using region::Caller;
using region::CallRecord;

constexpr std::string_view kHidden = "HIDDEN_DUE_TO_SECURITY_REASONS";
constexpr Timestamp kNow{1'785'000'000'123};

const wire::OperationModel& operation(const wire::ServiceModel& service, std::string_view name) {
  for (const wire::OperationModel& each : service.operations)
    if (each.name == name) return each;
  throw std::invalid_argument(std::string(name));
}

Caller bob() {
  Caller c;
  c.kind = Caller::Kind::kUser;
  c.account = "123456789012";
  c.arn = c.principal_arn = "arn:aws:iam::123456789012:user/bob";
  c.user_id = "AIDABOB";
  c.name = "bob";
  c.access_key_id = "AKIABOB";
  c.source_ip = "127.0.0.1";
  c.user_agent = "aws-cli/2.17";
  return c;
}

Caller deployer() {
  Caller c = bob();
  c.kind = Caller::Kind::kAssumedRole;
  c.arn = "arn:aws:sts::123456789012:assumed-role/deployer/run";
  c.principal_arn = "arn:aws:iam::123456789012:role/deployer";
  c.user_id = "AROADEPLOYER:run";
  c.name = "deployer";
  c.session_name = "run";
  c.access_key_id = "ASIADEPLOYER";
  c.token_issued_at = kNow;
  return c;
}

struct Made {
  TrailEvent event;
  Json record;
};

Made make(const Caller& caller, const wire::OperationModel& model, const void* in, const void* out,
          const wire::Error* error = nullptr, std::vector<std::string> resources = {}) {
  CallRecord call{.operation = model, .caller = caller, .region = "ap-northeast-2", .request_id = "REQUEST"};
  call.input = in;
  call.output = out;
  call.error = error;
  call.resources = std::move(resources);
  Made made{make_event(call, kNow), {}};
  made.record = Json::parse(made.event.record);
  return made;
}

std::set<ResourceName> resources(std::initializer_list<ResourceName> list) { return list; }

TEST(TrailEvent, TellsWhoDidWhatWhenFromWhereAndWithWhichOutcome) {
  iam::CreateUserInput in;
  in.user_name = "ann";
  in.path = "/team/";
  iam::CreateUserOutput out;
  out.user.emplace();
  out.user->user_name = "ann";
  out.user->create_date = kNow;
  const Made made = make(bob(), operation(iam::service_model(), "CreateUser"), &in, &out, nullptr,
                         {"arn:aws:iam::123456789012:user/team/ann"});

  Json expected = Json::parse(R"({
    "eventVersion": "1.11",
    "userIdentity": {"type": "IAMUser", "principalId": "AIDABOB", "arn": "arn:aws:iam::123456789012:user/bob",
                     "accountId": "123456789012", "accessKeyId": "AKIABOB", "userName": "bob"},
    "eventTime": "2026-07-25T17:20:00Z", "eventSource": "iam.amazonaws.com", "eventName": "CreateUser",
    "awsRegion": "us-east-1", "sourceIPAddress": "127.0.0.1", "userAgent": "aws-cli/2.17",
    "requestParameters": {"path": "/team/", "userName": "ann"},
    "responseElements": {"user": {"arn": "", "createDate": "Jul 25, 2026, 5:20:00 PM", "path": "", "userId": "",
                                  "userName": "ann"}},
    "requestID": "REQUEST", "eventID": "", "readOnly": false,
    "resources": [{"accountId": "123456789012", "type": "AWS::IAM::User",
                   "ARN": "arn:aws:iam::123456789012:user/team/ann"}],
    "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": "123456789012",
    "eventCategory": "Management"})");
  expected["eventID"] = made.event.event_id;
  EXPECT_EQ(made.record.pretty(), expected.pretty());
  EXPECT_EQ(made.event.user_name, "bob");
  EXPECT_EQ(made.event.region, "us-east-1");
  EXPECT_EQ(made.event.resources, resources({{"AWS::IAM::User", "ann"}}));
}

TEST(TrailEvent, ADenialHasCodeAndMessageAndNoResponse) {
  const wire::Error denied("UnauthorizedOperation", 403, "You are not authorized to perform this operation.");
  ec2::TerminateInstancesInput in;
  in.instance_ids = {"i-1", "i-2"};
  const Made made = make(bob(), operation(ec2::service_model(), "TerminateInstances"), &in, nullptr, &denied);
  EXPECT_EQ(made.record.text("errorCode"), "Client.UnauthorizedOperation");
  EXPECT_EQ(made.record.text("errorMessage"), denied.message());
  EXPECT_TRUE(made.record["responseElements"].is_null());
  EXPECT_EQ(made.event.resources, resources({{"AWS::EC2::Instance", "i-1"}, {"AWS::EC2::Instance", "i-2"}}));
}

TEST(TrailEvent, ASessionOfARoleNamesTheRoleThatIssuedIt) {
  const codecommit::ListRepositoriesInput in;
  const codecommit::ListRepositoriesOutput out;
  const Made made = make(deployer(), operation(codecommit::service_model(), "ListRepositories"), &in, &out);
  const Json& who = made.record["userIdentity"];
  EXPECT_EQ(who.text("type"), "AssumedRole");
  EXPECT_EQ(who.text("principalId"), "AROADEPLOYER:run");
  EXPECT_EQ(who["sessionContext"]["sessionIssuer"].dump(),
            R"({"type":"Role","principalId":"AROADEPLOYER","arn":"arn:aws:iam::123456789012:role/deployer",)"
            R"("accountId":"123456789012","userName":"deployer"})");
  EXPECT_EQ(who["sessionContext"]["attributes"].text("creationDate"), "2026-07-25T17:20:00Z");
  EXPECT_FALSE(who.contains("userName"));
  EXPECT_EQ(made.event.user_name, "run");
  EXPECT_TRUE(made.record.flag("readOnly"));
  EXPECT_TRUE(made.record["requestParameters"].is_null());
  EXPECT_TRUE(made.record["responseElements"].is_null());
}

TEST(TrailEvent, AServiceThatActsInARoleIsWhereTheCallCameFrom) {
  Caller pipeline = deployer();
  pipeline.access_key_id.clear();
  pipeline.held_by = "codepipeline.amazonaws.com";
  pipeline.user_agent = "codepipeline.amazonaws.com codepipeline/app";
  const codecommit::GetBranchInput in{.branch_name = "main", .repository_name = "app"};
  const codecommit::GetBranchOutput out;
  const Made made = make(pipeline, operation(codecommit::service_model(), "GetBranch"), &in, &out);
  EXPECT_EQ(made.record["userIdentity"].text("invokedBy"), "codepipeline.amazonaws.com");
  EXPECT_FALSE(made.record["userIdentity"].contains("accessKeyId"));
  EXPECT_EQ(made.record.text("sourceIPAddress"), "codepipeline.amazonaws.com");
  EXPECT_EQ(made.record.text("userAgent"), "codepipeline.amazonaws.com");
}

TEST(TrailEvent, HidesWhatTheModelsMarkSensitive) {
  iam::CreateAccessKeyOutput key;
  key.access_key.access_key_id = "AKIANEW";
  key.access_key.secret_access_key = "topsecret";
  const iam::CreateAccessKeyInput ask;
  const Made iam_made = make(bob(), operation(iam::service_model(), "CreateAccessKey"), &ask, &key);
  EXPECT_EQ(iam_made.event.record.find("topsecret"), std::string::npos);
  EXPECT_EQ(iam_made.record["responseElements"]["accessKey"].text("secretAccessKey"), kHidden);
  EXPECT_EQ(iam_made.record["responseElements"]["accessKey"].text("accessKeyId"), "AKIANEW");

  ssm::PutParameterInput parameter{.name = "/db/password", .value = "topsecret"};
  parameter.type = "SecureString";
  const ssm::PutParameterOutput done;
  const Made ssm_made = make(bob(), operation(ssm::service_model(), "PutParameter"), &parameter, &done);
  EXPECT_EQ(ssm_made.record["requestParameters"].text("value"), kHidden);
  EXPECT_EQ(ssm_made.record["requestParameters"].text("name"), "/db/password");
}

TEST(TrailEvent, HidesTheSecretsThatTheModelsDoNotMark) {
  const sts::AssumeRoleInput ask{.role_arn = "arn:aws:iam::123456789012:role/deployer", .role_session_name = "run"};
  sts::AssumeRoleOutput keys;
  keys.credentials.emplace();
  keys.credentials->secret_access_key = keys.credentials->session_token = "topsecret";
  const Made made = make(bob(), operation(sts::service_model(), "AssumeRole"), &ask, &keys);
  EXPECT_EQ(made.event.record.find("topsecret"), std::string::npos);
  EXPECT_EQ(made.record["responseElements"]["credentials"].text("sessionToken"), kHidden);
  EXPECT_TRUE(made.event.read_only) << "AWS counts getting keys as reading";
  EXPECT_EQ(made.event.resources, resources({{"AWS::IAM::Role", "deployer"}}));

  ecr::GetAuthorizationTokenOutput login;
  login.authorization_data.emplace().emplace_back().authorization_token = "topsecret";
  const ecr::GetAuthorizationTokenInput in;
  EXPECT_EQ(
      make(bob(), operation(ecr::service_model(), "GetAuthorizationToken"), &in, &login).event.record.find("topsecret"),
      std::string::npos);
}

TEST(TrailEvent, Ec2HidesInWordsOfItsOwnAndAnswersAsItsXmlDoes) {
  ec2::CreateKeyPairOutput pair;
  pair.key_name = "k";
  pair.key_material = "topsecret";
  const ec2::CreateKeyPairInput ask{.key_name = "k"};
  const Made key = make(bob(), operation(ec2::service_model(), "CreateKeyPair"), &ask, &pair);
  EXPECT_EQ(key.record["responseElements"].text("keyMaterial"), "<sensitiveDataRemoved>");
  EXPECT_EQ(key.record["responseElements"].text("requestId"), "REQUEST");

  ec2::RunInstancesInput run;
  run.user_data = "topsecret";
  ec2::RunInstancesOutput reservation;
  reservation.instances.emplace().emplace_back().instance_id = "i-1";
  const Made started = make(bob(), operation(ec2::service_model(), "RunInstances"), &run, &reservation);
  EXPECT_EQ(started.record["requestParameters"].text("userData"), "<sensitiveDataRemoved>");
  EXPECT_EQ(started.record["responseElements"]["instancesSet"]["items"].items()[0].text("instanceId"), "i-1");
  EXPECT_TRUE(started.event.resources.contains({"AWS::EC2::Instance", "i-1"}));
}

TEST(TrailEvent, ContentIsNoPartOfARecord) {
  codecommit::PutFileInput in{
      .branch_name = "main", .file_content = "topsecret", .file_path = "a", .repository_name = "r"};
  const codecommit::PutFileOutput out;
  const Made made = make(bob(), operation(codecommit::service_model(), "PutFile"), &in, &out);
  EXPECT_EQ(made.record["requestParameters"].text("fileContent"), kHidden);

  iam::CreatePolicyInput large{.policy_document = std::string(200 << 10, 'x'), .policy_name = "p"};
  const iam::CreatePolicyOutput policy;
  EXPECT_TRUE(make(bob(), operation(iam::service_model(), "CreatePolicy"), &large, &policy)
                  .record["requestParameters"]
                  .is_null())
      << "more than 100 KB";
}

TEST(TrailEvent, DataEventsAndWhatServicesReadForThemselvesAreNotRecorded) {
  const Caller user = bob();
  const auto recorded = [&](const Caller& caller, const wire::ServiceModel& service, std::string_view name) {
    return is_recorded({.operation = operation(service, name), .caller = caller, .region = "r", .request_id = "1"});
  };
  EXPECT_TRUE(recorded(user, s3::service_model(), "CreateBucket"));
  EXPECT_TRUE(recorded(user, s3::service_model(), "PutBucketPolicy"));
  for (const auto* name : {"GetObject", "PutObject", "DeleteObject", "DeleteObjects", "UploadPart", "ListObjectsV2"})
    EXPECT_FALSE(recorded(user, s3::service_model(), name)) << name;
  EXPECT_FALSE(recorded(user, codedeploycommands::service_model(), "PollHostCommand"));
  EXPECT_FALSE(recorded(user, codedeploycommandssecure::service_model(), "PollHostCommand"));

  Caller balancer;
  balancer.kind = Caller::Kind::kService;
  balancer.account = user.account;
  balancer.name = "elasticloadbalancing.amazonaws.com";
  EXPECT_TRUE(recorded(balancer, ec2::service_model(), "CreateNetworkInterface"));
  EXPECT_FALSE(recorded(balancer, ec2::service_model(), "DescribeInstances"));
  EXPECT_FALSE(recorded(Caller(), s3::service_model(), "CreateBucket")) << "nobody's";
}

TEST(TrailResources, AreKnownByTheirArns) {
  EXPECT_EQ(type_of_arn("arn:aws:s3:::photos"), "AWS::S3::Bucket");
  EXPECT_EQ(type_of_arn("arn:aws:s3:::photos/cat.jpg"), "");
  EXPECT_EQ(type_of_arn("arn:aws:ec2:ap-northeast-2:123456789012:instance/*"), "");
  EXPECT_EQ(type_of_arn("*"), "");
  std::set<ResourceName> found;
  for (const auto* arn : {"arn:aws:codepipeline:ap-northeast-2:123456789012:app",
                          "arn:aws:codepipeline:ap-northeast-2:123456789012:app/Source/Action",
                          "arn:aws:logs:ap-northeast-2:123456789012:log-group:/aws/codebuild/app:*",
                          "arn:aws:iam::123456789012:policy/team/read", "arn:aws:iam::123456789012:role/team/deployer",
                          "arn:aws:ssm:ap-northeast-2:123456789012:parameter/db/password"})
    add_resource_of_arn(arn, found);
  EXPECT_EQ(found, resources({{"AWS::CodePipeline::Pipeline", "app"},
                              {"AWS::Logs::LogGroup", "/aws/codebuild/app"},
                              {"AWS::IAM::Policy", "arn:aws:iam::123456789012:policy/team/read"},
                              {"AWS::IAM::Role", "deployer"},
                              {"AWS::SSM::Parameter", "/db/password"}}));
}

}  // namespace
}  // namespace hanbat::cloudtrail
