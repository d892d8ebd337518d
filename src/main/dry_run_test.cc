// DryRun says yes to what the call does and to nothing that it refuses, of every operation of EC2, and changes nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "main/list_testing.h"

namespace hanbat {
namespace {

bool has_dry_run(const wire::OperationModel& model) {
  return std::ranges::any_of(model.input->members, [](const auto& member) { return member.name == "DryRun"; });
}

/// Calls each step of a case first as a dry run, which must foretell the call.
class DryRuns : public Lists {
 public:
  static std::vector<ListCase> cases() {
    std::vector<ListCase> all = list_cases();
    std::erase_if(all, [](const ListCase& one) { return one.service != "ec2" || one.make.empty() || works(one); });
    return all;
  }

 protected:
  std::string code_of(const Step& step, int number, bool dry) {
    Json in = Json::parse(region.filled(tester, step.input, number));
    if (dry) in["DryRun"] = true;
    return wire::code_of([&] { region.call(tester, "ec2", step.operation, in); });
  }
  bool of_ec2(const Step& step) {
    if (step.operation.starts_with('@') || (!step.service.empty() && step.service != "ec2")) return false;
    return has_dry_run(*region.test.home.require_service("ec2").find_operation(step.operation)->model);
  }
  /// Both run before the step, which then comes about all the same: what they did is taken back.
  void foretell(const std::vector<Step>& steps, int number) {
    for (const Step& step : steps) {
      if (of_ec2(step)) {
        SCOPED_TRACE(step.operation);
        EXPECT_EQ(code_of(step, number, true), "DryRunOperation");
        EXPECT_EQ(code_of(step, number, true), "DryRunOperation") << "the second time";
      }
      region.run(tester, one.service, {step}, number);
    }
  }
};

TEST_P(DryRuns, ForetellWhatIsDoneAndWhatIsRefused) {
  foretell(one.setup, 0);
  foretell(one.make, 1);
  if (one.remove.empty()) return;
  foretell(one.remove, 1);
  for (const Step& step : one.remove) {
    if (!of_ec2(step)) continue;
    const std::string really = code_of(step, 1, false);
    EXPECT_EQ(code_of(step, 1, true), really.empty() ? "DryRunOperation" : really) << step.operation << " again";
  }
}

INSTANTIATE_TEST_SUITE_P(Of, DryRuns, testing::ValuesIn(DryRuns::cases()),
                         [](const auto& info) { return name_of(info.param); });

/// A value of the member's type that names nothing.
Json nothing_of(const wire::Shape& shape, std::string_view name) {
  switch (shape.type) {
    case wire::Type::kString:
      if (shape.limits && !shape.limits->values.empty()) return Json(std::string(shape.limits->values.front()));
      if (name.ends_with("Cidr") || name.ends_with("CidrBlock")) return Json("10.1.0.0/24");
      return Json("nothing-0123456789abcdef0");
    case wire::Type::kInteger:
    case wire::Type::kLong:
      return Json(1);
    case wire::Type::kBoolean:
      return Json(true);
    case wire::Type::kList:
      return Json::array({nothing_of(*shape.element->shape, name)});
    default:
      return Json::object();
  }
}

TEST(DryRunOfNothing, IsRefusedAsTheCallIs) {
  WholeRegion& region = shared_region();
  const Tester tester = region.new_tester();
  int asked = 0, refused = 0;
  for (const wire::OperationModel& model : region.test.home.require_service("ec2").model().operations) {
    if (!has_dry_run(model)) continue;
    for (const bool filled : {false, true}) {
      Json in = Json::object();
      if (filled)
        for (const auto& member : model.input->members)
          if (member.required) in[std::string(member.name)] = nothing_of(*member.shape, member.name);
      Json dry = in;
      dry["DryRun"] = true;
      // The dry run goes first: what the call does may refuse the next one.
      const std::string foretold = wire::code_of([&] { region.call(tester, "ec2", std::string(model.name), dry); });
      const std::string really = wire::code_of([&] { region.call(tester, "ec2", std::string(model.name), in); });
      EXPECT_EQ(foretold, really.empty() ? "DryRunOperation" : really) << model.name << " " << in.dump();
      ++asked;
      refused += really.empty() ? 0 : 1;
    }
  }
  EXPECT_GT(asked, 200);
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace hanbat
