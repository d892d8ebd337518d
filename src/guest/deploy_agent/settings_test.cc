// Who a host says that it is: the configuration of the agent and of an on-premises instance, as `aws deploy register`
// writes it.
#include "guest/deploy_agent/settings.h"

#include <gtest/gtest.h>

#include "os/files.h"

namespace hanbat::guest {
namespace {

struct SettingsTest : testing::Test {
  Settings load(const std::string& premises, const std::string& config = "---\n:log_aws_wire: false\n") {
    write_file_atomic(t.path() + "/agent.yml", config);
    write_file_atomic(t.path() + "/premises.yml", premises);
    return load_settings(t.path() + "/agent.yml", t.path() + "/premises.yml", nullptr);
  }
  std::string refusal_of(const std::string& premises) {
    try {
      load(premises);
    } catch (const std::exception& e) {
      return e.what();
    }
    return "";
  }
  TemporaryFolder t;
};

TEST_F(SettingsTest, AHostIsTheUserOfItsOnPremisesFile) {
  const Settings s = load(
      "---\nregion: ap-northeast-2\niam_user_arn: arn:aws:iam::123456789012:user/AWS/CodeDeploy/web-1\n"
      "aws_access_key_id: AKIA1\naws_secret_access_key: secret\n");
  EXPECT_EQ(s.region, "ap-northeast-2");
  EXPECT_EQ(s.host_identifier, "arn:aws:iam::123456789012:user/AWS/CodeDeploy/web-1");
  EXPECT_EQ(s.credentials().access_key_id, "AKIA1");
  EXPECT_EQ(s.control_endpoint, "https://codedeploy-commands.ap-northeast-2.amazonaws.com");
}

TEST_F(SettingsTest, ASessionsKeysAreReadAnewEachTime) {
  const std::string keys = t.path() + "/credentials";
  const Settings s =
      load("region: eu-west-1\niam_session_arn: arn:aws:sts::1:assumed-role/r/s\naws_credentials_file: " + keys + "\n",
           "---\n:enable_auth_policy: true\n");
  for (const char* id : {"ASIA1", "ASIA2"}) {
    write_file_atomic(keys, std::string("[default]\naws_access_key_id = ") + id +
                                "\naws_secret_access_key = s\naws_session_token = t\n");
    EXPECT_EQ(s.credentials().access_key_id, id);
    EXPECT_EQ(s.credentials().session_token, "t");
  }
  EXPECT_TRUE(s.auth_policy);
  EXPECT_EQ(s.control_endpoint, "https://codedeploy-commands-secure.eu-west-1.amazonaws.com");
}

TEST_F(SettingsTest, AnOnPremisesFileIsRefusedInTheWordsOfAwssAgent) {
  EXPECT_EQ(refusal_of("iam_user_arn: a\niam_session_arn: b\n"),
            "On Premises config cannot contain both 'iam_user_arn' and 'iam_session_arn' keys.");
  EXPECT_EQ(refusal_of("iam_user_arn: a\naws_access_key_id: k\naws_secret_access_key: s\n"),
            "'region' key is required when 'iam_user_arn' is provided.");
  EXPECT_EQ(refusal_of("iam_user_arn: a\nregion: r\naws_access_key_id: k\n"),
            "'aws_secret_access_key' key is required when 'iam_user_arn' is provided.");
  EXPECT_EQ(refusal_of("iam_session_arn: a\nregion: r\n"),
            "'aws_credentials_file' key is required when 'iam_session_arn' is provided.");
}

}  // namespace
}  // namespace hanbat::guest
