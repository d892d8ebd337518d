// The agent against folders of its own and a service that is a function.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "border/fields.h"
#include "guest/archive/unpack.h"
#include "guest/aws/service_client.h"
#include "guest/deploy_agent/agent.h"
#include "guest/deploy_agent/installer.h"
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

std::string refusal(const std::string& text) {
  try {
    AppSpec::parse(text);
  } catch (const AppSpecError& e) {
    return e.what();
  }
  return "";
}

TEST(AppSpecTest, ReadsFilesPermissionsAndHooks) {
  const AppSpec spec = AppSpec::parse(R"(
version: 0.0
os: linux
files:
  - source: /
    destination: /srv
permissions:
  - object: /srv
    pattern: "*.sh"
    except: [keep.sh]
    owner: root
    mode: 755
    type: [file]
hooks:
  ApplicationStart:
    - location: start.sh
      timeout: 60
      runas: root
)");
  ASSERT_EQ(spec.files.size(), 1u);
  EXPECT_EQ(spec.scripts("ApplicationStart").at(0).timeout_s, 60);
  const Permission& p = spec.permissions.at(0);
  EXPECT_EQ(*p.mode, 0755u);
  EXPECT_TRUE(p.matches("/srv/a.sh"));
  EXPECT_FALSE(p.matches("/srv/keep.sh"));
  EXPECT_FALSE(p.matches("/srv/sub/a.sh"));
  EXPECT_FALSE(p.directories);
}

TEST(AppSpecTest, RefusesWhatItWouldHaveToIgnore) {
  EXPECT_THAT(refusal("version: 1.0\nos: linux\n"), HasSubstr("version"));
  EXPECT_THAT(refusal("version: 0.0\nos: windows\n"), HasSubstr("windows"));
  EXPECT_THAT(refusal("version: 0.0\nos: linux\nhooks:\n  Strange:\n    - location: a\n"), HasSubstr("Strange"));
  EXPECT_THAT(refusal("version: 0.0\nos: linux\npermissions:\n  - object: /a\n    acls:\n      - entry\n"),
              HasSubstr("acls"));
  EXPECT_THAT(refusal("a: [\n"), HasSubstr("YAML"));
}

TEST(AppSpecTest, NoScriptHasLongerThanAnEventMayTake) {
  const auto with = [](const std::string& seconds) {
    return "version: 0.0\nos: linux\nhooks:\n  AfterInstall:\n    - location: a\n      timeout: " + seconds + "\n";
  };
  EXPECT_EQ(AppSpec::parse(with("3600")).scripts("AfterInstall")[0].timeout_s, 3600);
  for (const char* seconds : {"3601", "2147483648", "4294967297", "9223372036854775807"})
    EXPECT_THAT(refusal(with(seconds)), HasSubstr("timeout")) << seconds;
  const std::string twice = with("3000") + "    - location: b\n      timeout: 3000\n";
  EXPECT_THAT(refusal(twice), HasSubstr("3600"));
}

TEST(InstallTest, CopiesAFileIntoItsDestinationAndCleansItUpAgain) {
  TemporaryFolder t;
  put(t.path() + "/archive/app.pyc", "code", 0755);
  put(t.path() + "/archive/conf/x/y.conf", "y");
  AppSpec spec;
  spec.files = {{"app.pyc", t.path() + "/opt/app"}, {"conf", t.path() + "/etc"}};
  const auto steps = plan_install(spec, t.path() + "/archive", "DISALLOW");
  install(spec, steps, t.path() + "/cleanup");
  EXPECT_EQ(read_file(t.path() + "/opt/app/app.pyc"), "code");
  EXPECT_EQ(read_file(t.path() + "/etc/x/y.conf"), "y");
  put(t.path() + "/etc/others", "stays");
  clean_up(t.path() + "/cleanup");
  EXPECT_FALSE(path_exists(t.path() + "/opt"));
  EXPECT_FALSE(path_exists(t.path() + "/etc/x"));
  EXPECT_TRUE(path_exists(t.path() + "/etc/others"));
}

TEST(InstallTest, AFileThatIsThereAlreadyIsRefusedReplacedOrKept) {
  TemporaryFolder t;
  put(t.path() + "/archive/a", "new");
  put(t.path() + "/to/a", "old");
  AppSpec spec;
  spec.files = {{"a", t.path() + "/to"}};
  EXPECT_THROW(plan_install(spec, t.path() + "/archive", "DISALLOW"), InstallError);
  EXPECT_TRUE(plan_install(spec, t.path() + "/archive", "RETAIN").empty());
  install(spec, plan_install(spec, t.path() + "/archive", "OVERWRITE"), t.path() + "/cleanup");
  EXPECT_EQ(read_file(t.path() + "/to/a"), "new");
}

TEST(InstallTest, ASourceOutsideTheRevisionIsRefused) {
  TemporaryFolder t;
  make_folders(t.path() + "/archive");
  put(t.path() + "/secret", "s");
  AppSpec spec;
  spec.files = {{"../secret", t.path() + "/to"}};
  EXPECT_THROW(plan_install(spec, t.path() + "/archive", "DISALLOW"), InstallError);
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

TEST(HookTest, AScriptThatFailsIsReportedWithItsOutput) {
  TemporaryFolder t;
  put(t.path() + "/fail.sh", "#!/bin/sh\necho out $LIFECYCLE_EVENT; echo err >&2; exit 3\n");
  const Diagnostics d =
      run_hooks({{"fail.sh", 10, ""}},
                {"ApplicationStart", t.path(), {{"LIFECYCLE_EVENT", "ApplicationStart"}}, {t.path() + "/log"}});
  EXPECT_EQ(d.code, Diagnostics::Code::kScriptFailed);
  EXPECT_EQ(d.script_name, "fail.sh");
  EXPECT_EQ(d.message, "Script at specified location: fail.sh run as user root failed with exit code 3");
  EXPECT_THAT(d.log, HasSubstr("[stdout]out ApplicationStart"));
  EXPECT_THAT(d.log, HasSubstr("[stderr]err"));
  EXPECT_THAT(read_file(t.path() + "/log"), HasSubstr("Script - fail.sh"));
}

TEST(HookTest, TimeAndMissingScriptsHaveTheirOwnCodes) {
  TemporaryFolder t;
  put(t.path() + "/slow.sh", "#!/bin/sh\nsleep 20\n");
  EXPECT_EQ(run_hooks({{"slow.sh", 1, ""}}, {"BeforeInstall", t.path(), {}, {}}).code,
            Diagnostics::Code::kScriptTimedOut);
  EXPECT_EQ(run_hooks({{"none.sh", 1, ""}}, {"BeforeInstall", t.path(), {}, {}}).code,
            Diagnostics::Code::kScriptMissing);
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
    reports_.push_back(input.text("CommandStatus") + " " +
                       std::to_string(Json::parse(input["Diagnostics"].text("Payload")).integer("error_code")));
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
  std::string deployment_;
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
