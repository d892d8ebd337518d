// What a competitor's own machine is handed, without a region.
#include "main/cli/task/network_kit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "os/files.h"
#include "os/process.h"

namespace hanbat::cli::task {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class NetworkKitTest : public ::testing::Test {
 protected:
  NetworkKitTest() {
    entry_.competitor = "ann";
    entry_.region = "ap-northeast-2";
    entry_.account = "123456789012";
    entry_.keys = {"AKIAANN", "secret", ""};
    network_ = {host::ListenSetting::require("192.168.0.9", "class.example.org", 2222), "APKAANN", "task-key",
                "198.19.*"};
    for (const char* folder : {"/work", "/ca", "/host/ssh"}) make_folders(folder_.path() + folder);
    write_file_atomic(folder_.path() + "/work/ssh-key", "PRIVATE\n", 0600);
    write_file_atomic(folder_.path() + "/ca/ca.pem", "AUTHORITY\n");
    write_file_atomic(folder_.path() + "/host/ssh/known_hosts", "git-codecommit.hanbat ssh-rsa AAAA\n");
    add_network(Home{folder_.path()}, entry_, network_, folder_.path());
  }

  std::string kit(const std::string& name) const { return read_file(folder_.path() + "/kit/" + name); }
  /// What a shell prints that has read the kit's lines.
  std::string after_reading(const std::string& command) const {
    return run_checked({"bash", "-c", "cd / && . '" + folder_.path() + "/kit/credentials.sh' && " + command});
  }

  TemporaryFolder folder_;
  Entry entry_;
  NetworkKit network_;
};

TEST_F(NetworkKitTest, LeadsAShellToTheOperatorsNameFromWhereverTheKitLies) {
  EXPECT_EQ(after_reading("echo $AWS_ENDPOINT_URL $AWS_ENDPOINT_URL_S3 $AWS_ACCESS_KEY_ID"),
            "https://class.example.org https://s3.class.example.org AKIAANN\n");
  EXPECT_EQ(after_reading("cat \"$AWS_CA_BUNDLE\""), "AUTHORITY\n");
  EXPECT_EQ(after_reading("balancer_url web-1.ap-northeast-2.elb.amazonaws.com"),
            "https://web-1.ap-northeast-2.elb.class.example.org/\n");
  EXPECT_EQ(after_reading("git config --get-urlmatch http.sslCAInfo https://git-codecommit.ap-northeast-2.class."
                          "example.org/v1"),
            folder_.path() + "/kit/ca.pem\n");
}

TEST_F(NetworkKitTest, LeadsSshByTheJumpWithTheCompetitorsKeysAndKnownHosts) {
  const std::string own = after_reading("ssh -F \"$HANBAT_SSH\" -G 198.19.3.4");
  EXPECT_THAT(own, HasSubstr("proxyjump jump\n"));
  EXPECT_THAT(own, HasSubstr("user ec2-user\n"));
  EXPECT_THAT(own, HasSubstr("identityfile " + folder_.path() + "/kit/task-key\n"));
  const std::string jump = after_reading("ssh -F \"$HANBAT_SSH\" -G jump");
  EXPECT_THAT(jump, HasSubstr("hostname class.example.org\n"));
  EXPECT_THAT(jump, HasSubstr("port 2222\n"));
  EXPECT_THAT(jump, HasSubstr("user APKAANN\n"));
  EXPECT_THAT(after_reading("ssh -F \"$HANBAT_SSH\" -G git-codecommit.ap-northeast-2.amazonaws.com"),
              HasSubstr("hostname class.example.org\n"));
}

TEST_F(NetworkKitTest, KeepsWhatIsSecretForItsUserAndTellsInBothLanguages) {
  for (const char* name : {"credentials.sh", "ssh/key", "aws/config"}) {
    struct stat about{};
    ASSERT_EQ(::stat((folder_.path() + "/kit/" + name).c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0077, 0u) << name;
  }
  EXPECT_THAT(kit("NETWORK.ko.txt"), HasSubstr("123456789012.dkr.ecr.ap-northeast-2.class.example.org"));
  EXPECT_THAT(kit("NETWORK.en.txt"), HasSubstr("192.168.0.9"));
  EXPECT_THAT(kit("NETWORK.en.txt"), Not(HasSubstr("secret")));
  EXPECT_THAT(kit("hosts"), HasSubstr("192.168.0.9\ts3.class.example.org\n"));
  EXPECT_THAT(kit("docker/certs.d/123456789012.dkr.ecr.ap-northeast-2.class.example.org/ca.crt"),
              HasSubstr("AUTHORITY"));
}

}  // namespace
}  // namespace hanbat::cli::task
