// The steps of a command on one instance, as its readers see them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/ssm/commands/invocation.h"
#include "services/ssm/documents/plan.h"

namespace hanbat::ssm {

/// A step, whether it has run or not.
struct StepView {
  std::string name;
  std::string status, detail;
  int code = -1;
  std::optional<Timestamp> started, ended;
  std::string out, err;
};

/// The plan's steps on the instance, with how those ended that have. Pure.
std::vector<StepView> steps_on(const Invocation& i, const Plan& plan, const std::vector<StepOutcome>& outcomes);
/// The invocation as a whole, as GetCommandInvocation tells it when no step is named: it has no output of its own.
StepView whole_of(const Invocation& i);

/// The steps that an exit passes over, between the one that ended and the next (or the end), as they are told.
std::vector<StepOutcome> passed_over(const Invocation& i, Timestamp now, const Plan& plan,
                                     std::optional<std::size_t> next);

}  // namespace hanbat::ssm
