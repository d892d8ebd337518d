// How many instances an account may run that is not the operator's own.
#include <gtest/gtest.h>

#include "os/files.h"
#include "services/ec2/testing.h"

namespace hanbat::ec2 {
namespace {

class QuotaTest : public Ec2Test {
 protected:
  static region::Caller competitor() {
    region::Caller user = region::test_user();
    user.account = "222222222222";
    user.arn = user.principal_arn = "arn:aws:iam::222222222222:user/competitor";
    return user;
  }

  /// Launches so many t3.small (2 vCPUs, 2 GiB each); their ids.
  std::vector<std::string> run(const Client& client, int count) {
    RunInstancesInput in;
    in.image_id = image();
    in.instance_type = "t3.small";
    in.min_count = in.max_count = count;
    std::vector<std::string> ids;
    const RunInstancesOutput launched = client.run_instances(in);
    for (const Instance& each : *launched.instances) ids.push_back(*each.instance_id);
    return ids;
  }

  Client theirs{test.home, competitor(), test.region};
};

TEST_F(QuotaTest, AnAccountRunsNoMoreVirtualCpusThanItsLimitInAllRegionsTogether) {
  const auto ids = run(theirs, 7);
  EXPECT_EQ(code_of([&] { run(theirs, 2); }), "VcpuLimitExceeded");
  run(Client(test.home, competitor(), "us-east-1"), 1);
  EXPECT_EQ(code_of([&] { run(theirs, 1); }), "VcpuLimitExceeded");
  theirs.terminate_instances({.instance_ids = {ids[0], ids[1]}});
  run(theirs, 2);
}

TEST_F(QuotaTest, AnInstanceThatIsStartedAgainCountsAsANewOne) {
  const auto ids = run(theirs, 8);
  test.run_until_idle();
  theirs.stop_instances({.instance_ids = {ids[0]}});
  test.run_until_idle();
  run(theirs, 1);
  EXPECT_EQ(code_of([&] { theirs.start_instances({.instance_ids = {ids[0]}}); }), "VcpuLimitExceeded");
}

TEST_F(QuotaTest, TheOperatorsFileSaysHowMuchMemoryAnAccountMayHave) {
  write_file_atomic(test.folder + "/limits.json", R"({"memory_gib": 3})");
  run(theirs, 1);
  EXPECT_EQ(code_of([&] { run(theirs, 1); }), "InsufficientInstanceCapacity");
}

TEST_F(QuotaTest, TheOperatorsOwnAccountHasNoLimit) { EXPECT_EQ(run(ec2, 12).size(), 12u); }

}  // namespace
}  // namespace hanbat::ec2
