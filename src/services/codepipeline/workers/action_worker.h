// The tasks of actions: each does or starts what its action asks for, once, and then watches it until it has ended.
#pragma once

#include <functional>
#include <optional>

#include "region/region.h"
#include "services/codepipeline/executions/workflow.h"
#include "services/codepipeline/workers/actions.h"

namespace hanbat::codepipeline {

class ActionWorker {
 public:
  ActionWorker(region::Region& home, Workflow& workflow) : home_(home), workflow_(workflow) {}

  void start();

 private:
  void carry_out(store::TaskRun& run, const CarryOutAction& task);
  /// Role, configuration and inputs of the action; or what it fails with.
  std::optional<Report> prepare(Action& action);
  void fetch(store::TaskRun& run, const CarryOutAction& task, const Action& action);
  void begin(store::TaskRun& run, const CarryOutAction& task, const Action& action);
  void watch(store::TaskRun& run, const CarryOutAction& task, const Action& action);
  /// Writes what the action has come to, unless it has ended meanwhile.
  void record(store::Tx& tx, const CarryOutAction& task, const Action& action, const Report& report);
  void end(store::TaskRun& run, const CarryOutAction& task, const Action& action, const Report& report);
  /// Fails the action, whose task was tried often enough.
  void give_up(store::Tx& tx, const CarryOutAction& task, std::string_view why);
  region::Actor as_role(store::Tx& tx, const Action& action) const;

  region::Region& home_;
  Workflow& workflow_;
};

}  // namespace hanbat::codepipeline
