#include "services/codepipeline/workers/action_worker.h"

#include <utility>

#include "base/ids.h"
#include "services/codepipeline/pipelines/structure.h"
#include "wire/error.h"

namespace hanbat::codepipeline {
namespace {

constexpr Milliseconds kWatch{300};
constexpr int kMostAttempts = 8;

/// All that the configurations of an execution's actions may name.
Variables variables_of(const Execution& execution) {
  Variables out = {{"codepipeline.PipelineExecutionId", execution.id}};
  for (const auto& [name, value] : execution.variables) out["variables." + name] = value;
  for (const ActionRun& run : execution.runs) {
    const ActionDeclaration* declared = execution.find_action(run);
    if (!declared || !declared->namespace_ || run.status != ActionStatus::kSucceeded) continue;
    for (const auto& [name, value] : run.variables) out[*declared->namespace_ + "." + name] = value;
  }
  return out;
}

std::optional<ArtifactDetail> find_artifact(const Execution& execution, const std::string& name) {
  for (auto run = execution.runs.rbegin(); run != execution.runs.rend(); ++run)
    if (run->status == ActionStatus::kSucceeded)
      for (const ArtifactDetail& output : run->outputs)
        if (output.name == name) return output;
  return std::nullopt;
}

void write_down(ActionRun& run, const Action& action, const Report& report, Timestamp now) {
  run.configuration = action.configuration;
  run.inputs = action.inputs;
  run.begun = run.begun || report.begun;
  run.updated = now;
  if (!report.external_id.empty()) run.external_id = report.external_id;
  if (!report.summary.empty()) run.summary = report.summary;
  if (!report.outputs.empty()) run.outputs = report.outputs;
  for (const auto& [name, value] : report.variables) run.variables[name] = value;
  if (report.revision) run.revision = report.revision;
}

/// Notes what a source action took, also when its artifact cannot be stored: polling tells changes by it.
void note_taken(store::Tx& tx, const CarryOutAction& task, const std::string& action,
                const ArtifactRevision& revision) {
  auto pipeline = region::find<Pipeline>(tx, task.pipeline);
  if (!pipeline) return;
  pipeline->shape.taken[action] = revision.revision_id.value_or("");
  region::update(tx, *pipeline);
}

/// What an error of a call means for the action. Throws it again when trying again may help.
Report failure_of(const wire::Error& error) {
  if (error.status() >= 500 && error.status() != 501) throw error;
  const bool denied = error.status() == 403 || error.code().starts_with("AccessDenied");
  return failed(denied ? "PermissionError" : "JobFailed", error.message());
}

}  // namespace

void ActionWorker::start() {
  store::handle<CarryOutAction>(home_.tasks,
                                [this](store::TaskRun& run, const CarryOutAction& task) { carry_out(run, task); },
                                {.max_attempts = kMostAttempts,
                                 .give_up = [this](store::Tx& tx, const store::NewTask& task, std::string_view why) {
                                   give_up(tx, CarryOutAction::from_json(task.body), why);
                                 }});
}

void ActionWorker::carry_out(store::TaskRun& run, const CarryOutAction& task) {
  std::optional<PipelineRow> pipeline;
  std::optional<Execution> execution;
  home_.db.read([&](store::Tx& tx) {
    pipeline = region::find<Pipeline>(tx, task.pipeline);
    if (pipeline) execution = find_execution(tx, pipeline->id, task.execution);
  });
  const ActionRun* action_run = execution ? std::as_const(*execution).find_run(task.run) : nullptr;
  const ActionDeclaration* declared = action_run ? execution->find_action(*action_run) : nullptr;
  if (!declared || action_run->status != ActionStatus::kInProgress) return;

  Action action{home_, {}, *pipeline, *execution, *action_run, *declared, {}, {}};
  if (const auto failure = prepare(action)) return end(run, task, action, *failure);
  switch (action.work()) {
    case Work::kFetchFromCodeCommit:
    case Work::kFetchFromS3:
      return fetch(run, task, action);
    case Work::kBuild:
    case Work::kDeploy:
      return action_run->begun ? watch(run, task, action) : begin(run, task, action);
    case Work::kApproval:
      return;  // PutApprovalResult ends it
  }
}

std::optional<Report> ActionWorker::prepare(Action& action) {
  const std::string& role_arn = action.execution.declaration.role_arn;
  try {
    action.role = assume_pipeline_role(home_, action.pipeline, role_arn, action.execution.id);
  } catch (const wire::Error&) {
    return failed("PermissionError", "CodePipeline is not authorized to perform AssumeRole on role " + role_arn);
  }
  const Variables variables = variables_of(action.execution);
  for (const auto& [name, value] : action.declared.configuration.value_or(std::map<std::string, std::string>{})) {
    std::string missing;
    const auto resolved = resolve(value, variables, missing);
    if (!resolved)
      return failed("ConfigurationError", "An action configuration variable could not be resolved: #{" + missing + "}");
    action.configuration[name] = *resolved;
  }
  for (const InputArtifact& input : action.declared.input_artifacts.value_or(std::vector<InputArtifact>{})) {
    const auto artifact = find_artifact(action.execution, input.name);
    if (!artifact) return failed("ConfigurationError", "The input artifact " + input.name + " was not produced");
    action.inputs.push_back(*artifact);
  }
  return std::nullopt;
}

void ActionWorker::fetch(store::TaskRun& run, const CarryOutAction& task, const Action& action) {
  Source source;
  try {
    source = action.work() == Work::kFetchFromCodeCommit ? fetch_code_commit(action) : fetch_s3(action);
  } catch (const wire::Error& error) {
    return end(run, task, action, failure_of(error));
  }
  run.finish([&](store::Tx& tx) {
    if (source.report.revision) note_taken(tx, task, action.declared.name, *source.report.revision);
    record(tx, task, action, store_artifact(source, as_role(tx, action)));
  });
}

void ActionWorker::begin(store::TaskRun& run, const CarryOutAction& task, const Action& action) {
  const bool builds = action.work() == Work::kBuild;
  run.again(kWatch, [&](store::Tx& tx) {
    Report report;
    try {
      tx.savepoint([&] {
        const region::Actor role = as_role(tx, action);
        report = builds ? start_build(action, role) : start_deployment(action, role);
      });
    } catch (const wire::Error& error) {
      report = failed("JobFailed",
                      std::string("Error calling ") + (builds ? "startBuild" : "createDeployment") + ": " +
                          error.message() + " (Service: " + (builds ? "AWSCodeBuild" : "AmazonCodeDeploy") +
                          "; Status Code: " + std::to_string(error.status()) + "; Error Code: " + error.code() + ")");
    }
    record(tx, task, action, report);
  });
}

void ActionWorker::watch(store::TaskRun& run, const CarryOutAction& task, const Action& action) {
  Report report;
  try {
    report = action.work() == Work::kBuild ? watch_build(action) : watch_deployment(action);
  } catch (const wire::Error& error) {
    report = failure_of(error);
  }
  if (!report.ended) return run.again(kWatch);
  end(run, task, action, report);
}

void ActionWorker::record(store::Tx& tx, const CarryOutAction& task, const Action& action, const Report& report) {
  // As it is now: a transition may have been disabled since the action was loaded.
  const auto pipeline = region::find<Pipeline>(tx, task.pipeline);
  if (!pipeline) return;
  workflow_.on(tx, *pipeline, [&](Machine& machine) -> Effects {
    const Timestamp now = home_.clock.now();
    ActionRun* run = machine.edit_run(task.execution, task.run);
    if (!run) return {};
    write_down(*run, action, report, now);
    if (!report.ended) return {};
    return machine.finish(now, task.execution, task.run, *report.ended);
  });
}

void ActionWorker::end(store::TaskRun& run, const CarryOutAction& task, const Action& action, const Report& report) {
  run.finish([&](store::Tx& tx) { record(tx, task, action, report); });
}

void ActionWorker::give_up(store::Tx& tx, const CarryOutAction& task, std::string_view why) {
  const auto pipeline = region::find<Pipeline>(tx, task.pipeline);
  if (!pipeline) return;
  workflow_.on(tx, *pipeline, [&](Machine& machine) {
    return machine.finish(home_.clock.now(), task.execution, task.run, {false, "JobFailed", std::string(why)});
  });
}

region::Actor ActionWorker::as_role(store::Tx& tx, const Action& action) const {
  return home_.as(tx, action.role, action.region());
}

}  // namespace hanbat::codepipeline
