// What a call takes on disk, index and all, of a mix of calls as users, roles and services make them.
#include <gtest/gtest.h>

#include "base/ids.h"
#include "gen/codecommit/model.h"
#include "gen/ec2/model.h"
#include "gen/iam/model.h"
#include "gen/ssm/model.h"
#include "gen/sts/model.h"
#include "os/files.h"
#include "services/cloudtrail/segments/segments.h"
#include "services/cloudtrail/segments/testing.h"
#include "wire/error.h"

namespace hanbat::cloudtrail {
namespace {

using region::Caller;

/// Calls of people with a command line, of roles of pipelines and instances, and some that are refused.
class Mix {
 public:
  TrailEvent next(Timestamp at) {
    const Caller& who = callers_[dice_() % callers_.size()];
    const std::string n = std::to_string(dice_() % 200), account = who.account;
    switch (dice_() % 6) {
      case 0:
        return event<ssm::GetParameterInput>(at, who, ssm::service_model(), "GetParameter", {.name = "/app/" + n},
                                             "arn:aws:ssm:ap-northeast-2:" + account + ":parameter/app/" + n);
      case 1:
        return event<iam::GetUserInput>(at, who, iam::service_model(), "GetUser", {.user_name = "user-" + n},
                                        "arn:aws:iam::" + account + ":user/user-" + n);
      case 2:
        return event<ec2::DescribeInstancesInput>(at, who, ec2::service_model(), "DescribeInstances",
                                                  {.instance_ids = {{"i-" + random_hex(17)}}}, "*");
      case 3:
        return event<codecommit::GetBranchInput>(at, who, codecommit::service_model(), "GetBranch",
                                                 {.branch_name = "main", .repository_name = "service-" + n},
                                                 "arn:aws:codecommit:ap-northeast-2:" + account + ":service-" + n);
      case 4:
        return event<sts::GetCallerIdentityInput>(at, who, sts::service_model(), "GetCallerIdentity", {}, "*");
      default:
        return event<codecommit::ListRepositoriesInput>(at, who, codecommit::service_model(), "ListRepositories", {},
                                                        "*", dice_() % 4 == 0);
    }
  }

 private:
  static Caller caller(int number) {
    const std::string n = std::to_string(number);
    Caller c;
    c.kind = number % 2 ? Caller::Kind::kAssumedRole : Caller::Kind::kUser;
    c.account = "123456789012";
    c.principal_arn = "arn:aws:iam::123456789012:" + std::string(number % 2 ? "role/role-" : "user/user-") + n;
    c.arn = number % 2 ? "arn:aws:sts::123456789012:assumed-role/role-" + n + "/session-" + n : c.principal_arn;
    c.user_id = "AIDA" + random_hex(17) + (number % 2 ? ":session-" + n : "");
    c.name = "name-" + n;
    c.session_name = "session-" + n;
    c.access_key_id = "AKIA" + random_hex(16);
    c.source_ip = "10.0.3." + n;
    c.user_agent =
        "aws-cli/2.17.18 md/awscrt#0.20.11 ua/2.0 os/linux#6.1.0 md/arch#x86_64 lang/python#3.11.2 "
        "cfg/retry-mode#standard";
    if (number % 2) c.token_issued_at = kNoon;
    return c;
  }

  template <class Input>
  TrailEvent event(Timestamp at, const Caller& who, const wire::ServiceModel& service, std::string_view name, Input in,
                   std::string resource, bool refused = false) {
    const wire::Error denied("AccessDeniedException", 400,
                             "User: " + who.arn + " is not authorized to perform: " + std::string(name));
    for (const wire::OperationModel& operation : service.operations) {
      if (operation.name != name) continue;
      const std::string id = random_uuid();
      region::CallRecord call{.operation = operation, .caller = who, .region = "ap-northeast-2", .request_id = id};
      call.resources = {std::move(resource)};
      call.input = &in;
      if (refused) call.error = &denied;
      TrailEvent made = make_event(call, at);
      made.id = ++id_;
      return made;
    }
    throw std::invalid_argument(std::string(name));
  }

  std::mt19937 dice_{3};
  std::vector<Caller> callers_ = [] {
    std::vector<Caller> all;
    for (int i = 0; i < 20; ++i) all.push_back(caller(i));
    return all;
  }();
  std::int64_t id_ = 0;
};

/// Bytes on disk for each of `count` events that come in batches.
double bytes_each(int count, int batch) {
  const TemporaryFolder folder;
  // Small ones, so that most are full and their indexes are counted.
  Segments segments(folder.path() + "/trail", {.segment = 200'000, .block = SegmentSizes().block});
  segments.open({});
  Position position;
  Mix mix;
  std::size_t records = 0;
  for (int done = 0; done < count; done += batch) {
    std::vector<TrailEvent> events;
    for (int i = 0; i < batch; ++i) events.push_back(mix.next(kNoon + Milliseconds(100 * (done + i))));
    for (const TrailEvent& event : events) records += event.record.size();
    position = segments.append(position, events);
  }
  const double each = static_cast<double>(segments.bytes()) / count;
  std::printf("%d at a time: %.0f bytes each of records of %.0f\n", batch, each, static_cast<double>(records) / count);
  return each;
}

TEST(TrailSize, AReadTakesNoMoreThanTwoHundredBytes) {
  EXPECT_LE(bytes_each(20'000, 500), 200);
  EXPECT_LE(bytes_each(3'000, 5), 200) << "at ten calls a second";
}

}  // namespace
}  // namespace hanbat::cloudtrail
