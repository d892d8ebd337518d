#include "services/ssm/commands/steps.h"

namespace hanbat::ssm {
namespace {

std::optional<Timestamp> time_in(const Json& body, const char* name) {
  return body.contains(name) ? std::optional(Timestamp{body.integer(name)}) : std::nullopt;
}

/// What the step is told to be while no outcome of it is known.
StepView without_outcome(const Invocation& i, std::size_t step, const std::string& name) {
  StepView view{.name = name};
  const bool here = step == i.step && !i.waits_for_agent();
  if (i.ended()) {
    // Cancelled or out of time before it could end.
    view.status = i.status_text();
    view.detail = i.detail();
    view.code = static_cast<int>(i.body.integer("code", -1));
  } else {
    view.status = view.detail = here ? i.status_text() : std::string(word_of(InvocationStatus::kPending));
  }
  if (here) view.started = time_in(i.body, "step_started");
  return view;
}

StepView view_of(const StepOutcome& outcome, const std::string& name) {
  const Json& body = outcome.body;
  return {.name = name,
          .status = body.text("status"),
          .detail = body.text("detail", body.text("status")),
          .code = static_cast<int>(body.integer("code", -1)),
          .started = time_in(body, "started"),
          .ended = time_in(body, "ended"),
          .out = body.text("out"),
          .err = body.text("err")};
}

}  // namespace

std::vector<StepView> steps_on(const Invocation& i, const Plan& plan, const std::vector<StepOutcome>& outcomes) {
  std::vector<StepView> views;
  for (std::size_t step = 0; step < plan.size(); ++step) views.push_back(without_outcome(i, step, plan[step].name));
  for (const StepOutcome& outcome : outcomes)
    if (outcome.step < plan.size()) views[outcome.step] = view_of(outcome, plan[outcome.step].name);
  return views;
}

StepView whole_of(const Invocation& i) {
  return {.status = i.status_text(),
          .detail = i.detail(),
          .code = static_cast<int>(i.body.integer("code", -1)),
          .started = time_in(i.body, "started"),
          .ended = time_in(i.body, "ended")};
}

std::vector<StepOutcome> passed_over(const Invocation& i, Timestamp now, const Plan& plan,
                                     std::optional<std::size_t> next) {
  std::vector<StepOutcome> all;
  const std::string success(word_of(InvocationStatus::kSuccess));
  for (std::size_t step = i.step + 1; step < next.value_or(plan.size()); ++step)
    all.push_back({step, Json::object({{"status", success},
                                       {"detail", success},
                                       {"started", now.ms},
                                       {"ended", now.ms},
                                       {"code", 0},
                                       {"out", "Step execution skipped, as the step " + plan[i.step].name +
                                                   " ended the document. Step name: " + plan[step].name + "\n"},
                                       {"err", ""}})});
  return all;
}

}  // namespace hanbat::ssm
