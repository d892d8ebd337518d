// The agent against folders of its own and a service that is a function.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "border/fields.h"
#include "guest/archive/unpack.h"
#include "guest/aws/service_client.h"
#include "guest/deploy_agent/agent.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::guest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

void put(const std::string& path, const std::string& text, mode_t mode = 0644) {
  make_folders(path.substr(0, path.rfind('/')));
  write_file_atomic(path, text, mode);
}

TEST(BundleTest, UnpacksTgzAndRefusesToLeaveTheFolder) {
  TemporaryFolder t;
  put(t.path() + "/in/scripts/a.sh", "x", 0755);
  run_checked({"tar", "-C", t.path() + "/in", "-czf", t.path() + "/b.tgz", "."});
  make_folders(t.path() + "/out");
  unpack(t.path() + "/b.tgz", "tgz", t.path() + "/out");
  struct stat s{};
  ASSERT_EQ(::stat((t.path() + "/out/scripts/a.sh").c_str(), &s), 0);
  EXPECT_EQ(s.st_mode & 0777, 0755u);
  run_checked({"tar", "-C", t.path() + "/in/scripts", "-cPf", t.path() + "/evil.tar", "../scripts/a.sh"});
  EXPECT_THROW(unpack(t.path() + "/evil.tar", "tar", t.path() + "/out"), BundleError);
  run_checked({"ln", "-s", "/etc", t.path() + "/in/link"});
  run_checked({"tar", "-C", t.path() + "/in", "-cf", t.path() + "/link.tar", "link"});
  EXPECT_THROW(unpack(t.path() + "/link.tar", "tar", t.path() + "/out"), BundleError);
}

/// Signs as CodeDeploy does and answers an agent from a list of commands.
class AgentTest : public testing::Test {
 protected:
  AgentTest() {
    settings_.root_dir = t_.path() + "/root";
    settings_.host_identifier = "arn:aws:ec2:ap-northeast-2:123456789012:instance/i-1";
    run_checked({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", t_.path() + "/key", "-out",
                 t_.path() + "/cert", "-subj", "/CN=x"});
  }
  std::string envelope(const std::string& deployment) {
    const Json spec = Json::object(
        {{"DeploymentId", deployment},
         {"DeploymentGroupId", "g-1"},
         {"DeploymentGroupName", "dev-api"},
         {"ApplicationName", "wsi-api"},
         {"Revision",
          Json::object({{"RevisionType", "S3"},
                        {"S3Revision", Json::object({{"Bucket", "b"}, {"Key", "k"}, {"BundleType", "tgz"}})}})}});
    put(t_.path() + "/spec", spec.dump());
    return run_checked({"openssl", "smime", "-sign", "-nodetach", "-binary", "-outform", "PEM", "-signer",
                        t_.path() + "/cert", "-inkey", t_.path() + "/key", "-in", t_.path() + "/spec"});
  }
  Json answer(const std::string& operation, const Json& input) {
    if (operation == "PollHostCommand") {
      if (commands_.empty()) return Json::object();
      return Json::object(
          {{"HostCommand", Json::object({{"HostCommandIdentifier", "c-" + commands_.front()},
                                         {"HostIdentifier", "instance/i-1"},
                                         {"DeploymentExecutionId", "arn:aws:codedeploy/1/g-1/" + deployment_},
                                         {"CommandName", commands_.front()}})}});
    }
    if (operation == "GetDeploymentSpecification")
      return Json::object({{"DeploymentSystem", "CodeDeploy"},
                           {"DeploymentSpecification",
                            Json::object({{"GenericEnvelope", Json::object({{"Format", "PKCS7/JSON"},
                                                                            {"Payload", envelope(deployment_)}})}})}});
    if (operation == "PutHostCommandAcknowledgement") return Json::object({{"CommandStatus", "InProgress"}});
    if (lost_reports_ > 0) {
      --lost_reports_;
      throw ServiceError(refusal_, "", "the report did not arrive");
    }
    if (!commands_.empty()) commands_.erase(commands_.begin());
    const Json diagnostics = Json::parse(input["Diagnostics"].text("Payload"));
    reports_.push_back(input.text("CommandStatus") + " " + std::to_string(diagnostics.integer("error_code")));
    message_ = diagnostics.text("message");
    return Json::object();
  }
  void deploy(const std::string& id, std::vector<std::string> commands) {
    deployment_ = id;
    commands_ = std::move(commands);
    Executor executor(settings_, [this](const Specification&, const std::string& file) {
      run_checked({"tar", "-C", t_.path() + "/revision", "-czf", file, "."});
      return std::string("etag");
    });
    Agent agent(
        settings_, executor, [this](const std::string& op, const Json& in) { return answer(op, in); },
        [this] { reports_.push_back("synced"); });
    while (agent.poll_once()) continue;
  }

  TemporaryFolder t_;
  Settings settings_;
  std::string deployment_, message_;
  std::vector<std::string> commands_, reports_;
  int lost_reports_ = 0, refusal_ = 0;
};

TEST_F(AgentTest, DeploysARevisionAndStopsTheOldOneByItsOwnScripts) {
  const std::string seen = t_.path() + "/seen";
  put(t_.path() + "/revision/appspec.yml",
      "version: 0.0\nos: linux\nfiles:\n  - source: app\n    destination: " + t_.path() +
          "/opt\nhooks:\n  ApplicationStop:\n    - location: stop.sh\n  ApplicationStart:\n    - location: start.sh\n");
  put(t_.path() + "/revision/app", "1");
  put(t_.path() + "/revision/stop.sh", "#!/bin/sh\necho stop one >>" + seen + "\n", 0755);
  put(t_.path() + "/revision/start.sh", "#!/bin/sh\necho start $DEPLOYMENT_ID >>" + seen + "\n", 0755);
  const std::vector<std::string> all = {"ApplicationStop", "DownloadBundle",   "BeforeInstall",  "Install",
                                        "AfterInstall",    "ApplicationStart", "ValidateService"};
  deploy("d-1", all);
  put(t_.path() + "/revision/app", "2");
  put(t_.path() + "/revision/stop.sh", "#!/bin/sh\necho stop two >>" + seen + "\n", 0755);
  deploy("d-2", all);
  EXPECT_EQ(read_file(seen), "start d-1\nstop one\nstart d-2\n");
  EXPECT_EQ(read_file(t_.path() + "/opt/app"), "2");
  ASSERT_EQ(reports_.size(), 28u);
  for (std::size_t i = 0; i < reports_.size(); i += 2)
    EXPECT_EQ(reports_[i] + ", " + reports_[i + 1], "synced, Succeeded 0") << i;
}

TEST_F(AgentTest, ACommandThatARestartCutOffIsReportedWithCodeSeven) {
  put(settings_.root_dir + "/ongoing-deployment/command", R"({"Command":"c-9"})");
  deploy("d-1", {});
  EXPECT_THAT(reports_, ElementsAre("Failed 7"));
}

TEST_F(AgentTest, AnOutcomeThatTheServiceDidNotHearIsToldAgainBeforeAnythingElse) {
  put(t_.path() + "/revision/appspec.yml", "version: 0.0\nos: linux\n");
  lost_reports_ = 2;
  EXPECT_THROW(deploy("d-1", {"DownloadBundle"}), ServiceError);
  EXPECT_THROW(deploy("d-1", {"DownloadBundle"}), ServiceError);
  EXPECT_THAT(reports_, ElementsAre("synced"));
  deploy("d-1", {"DownloadBundle"});
  EXPECT_THAT(reports_, ElementsAre("synced", "Succeeded 0"));
}

TEST_F(AgentTest, AReportThatTheServiceRefusesIsNotToldForEver) {
  put(settings_.root_dir + "/ongoing-deployment/command", R"({"Command":"c-of-another-life"})");
  lost_reports_ = 1;
  refusal_ = 400;
  deploy("d-1", {});
  EXPECT_TRUE(reports_.empty());
  EXPECT_FALSE(path_exists(settings_.root_dir + "/ongoing-deployment/command"));
}

TEST_F(AgentTest, ARevisionOneFolderDownIsThatFolder) {
  put(t_.path() + "/revision/repository-1a2b/appspec.yaml",
      "version: 0.0\nos: linux\nfiles:\n  - source: app\n    destination: " + t_.path() + "/opt\n");
  put(t_.path() + "/revision/repository-1a2b/app", "1");
  put(t_.path() + "/revision/other", "goes");
  deploy("d-1", {"DownloadBundle", "Install"});
  EXPECT_EQ(read_file(t_.path() + "/opt/app"), "1");
  EXPECT_THAT(list_folder(settings_.root_dir + "/g-1/d-1/deployment-archive"), ElementsAre("app", "appspec.yaml"));
}

TEST_F(AgentTest, ARevisionWithoutASpecificationFailsAtTheFirstEventThatReadsIt) {
  put(t_.path() + "/revision/app", "1");
  deploy("d-1", {"DownloadBundle", "BeforeInstall"});
  EXPECT_THAT(reports_, ElementsAre("synced", "Succeeded 0", "synced", "Failed 5"));
  const std::string archive = settings_.root_dir + "/g-1/d-1/deployment-archive";
  EXPECT_EQ(message_,
            "The CodeDeploy agent did not find an AppSpec file within the unpacked revision directory at "
            "revision-relative path \"appspec.yml\". The revision was unpacked to directory \"" +
                archive + "\", and the AppSpec file was expected but not found at path \"" + archive +
                "/appspec.yml\". Consult the AWS CodeDeploy Appspec documentation for more information at "
                "http://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file.html");
}

TEST_F(AgentTest, ApplicationStopFailsWhenTheRevisionThatItIsOfIsGone) {
  put(t_.path() + "/revision/appspec.yml", "version: 0.0\nos: linux\n");
  deploy("d-1", {"ApplicationStop", "DownloadBundle", "Install"});
  remove_tree(settings_.root_dir + "/g-1/d-1");
  deploy("d-2", {"ApplicationStop"});
  EXPECT_EQ(reports_.back(), "Failed 5");
  EXPECT_THAT(message_, HasSubstr("did not find an AppSpec file"));
}

TEST_F(AgentTest, AHookOfNoEventFailsTheInstallation) {
  put(t_.path() + "/revision/appspec.yml", "version: 0.0\nos: linux\nhooks:\n  AfterInstal:\n    - location: a\n");
  deploy("d-1", {"DownloadBundle", "BeforeInstall", "Install"});
  EXPECT_EQ(reports_.back(), "Failed 5");
  EXPECT_EQ(message_, "appspec.yml file contains unknown lifecycle events: [\"AfterInstal\"]");
}

TEST_F(AgentTest, AHookKnowsItsDeploymentAndBundle) {
  const std::string seen = t_.path() + "/seen";
  put(t_.path() + "/revision/appspec.yml",
      "version: 0.0\nos: linux\nhooks:\n  AfterInstall:\n    - location: env.sh\n");
  put(t_.path() + "/revision/env.sh",
      "echo $LIFECYCLE_EVENT $DEPLOYMENT_ID $APPLICATION_NAME $DEPLOYMENT_GROUP_NAME $DEPLOYMENT_GROUP_ID "
      "$BUNDLE_BUCKET $BUNDLE_KEY ${BUNDLE_VERSION-unset} ${BUNDLE_ETAG-unset} >" +
          seen + "\n");
  deploy("d-1", {"DownloadBundle", "AfterInstall"});
  EXPECT_EQ(read_file(seen), "AfterInstall d-1 wsi-api dev-api g-1 b k unset unset\n");
}

TEST_F(AgentTest, ASpecificationWithAWrongSignatureIsNotCarriedOut) {
  std::string pem = envelope("d-1");
  EXPECT_EQ(Json::parse(verified_content(pem)).text("DeploymentId"), "d-1");
  pem[pem.size() / 3] = pem[pem.size() / 3] == 'A' ? 'B' : 'A';
  EXPECT_THROW(verified_content(pem), border::MessageError);
}

TEST_F(AgentTest, OldRevisionsGoAndFiveStay) {
  put(t_.path() + "/revision/appspec.yml", "version: 0.0\nos: linux\n");
  for (int i = 1; i <= 8; ++i) deploy("d-" + std::to_string(i), {"DownloadBundle", "Install"});
  EXPECT_EQ(list_folder(settings_.root_dir + "/g-1").size(), 5u);
  EXPECT_TRUE(path_exists(settings_.root_dir + "/g-1/d-8"));
}

}  // namespace
}  // namespace hanbat::guest
