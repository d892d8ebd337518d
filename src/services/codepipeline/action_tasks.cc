// The tasks of actions: each does or starts what its action asks for, once, and then watches it until it has ended.
#include "base/ids.h"
#include "services/codepipeline/actions.h"
#include "services/codepipeline/codepipeline.h"
#include "services/codepipeline/structure.h"
#include "wire/error.h"

namespace hanbat::codepipeline {
namespace {

constexpr Milliseconds kWatch{300};
constexpr Seconds kPollSources{30};
constexpr int kMostAttempts = 8;

// All that the configurations of an execution's actions may name.
Variables variables_of(const Execution& execution) {
  Variables out = {{"codepipeline.PipelineExecutionId", execution.id}};
  for (const auto& [name, value] : execution.variables) out["variables." + name] = value;
  for (const ActionRun& run : execution.runs) {
    const ActionDeclaration* declared = execution.find_action(run);
    if (!declared || !declared->namespace_ || run.status != "Succeeded") continue;
    for (const auto& [name, value] : run.variables) out[*declared->namespace_ + "." + name] = value;
  }
  return out;
}

std::optional<ArtifactDetail> find_artifact(const Execution& execution, const std::string& name) {
  for (auto run = execution.runs.rbegin(); run != execution.runs.rend(); ++run)
    if (run->status == "Succeeded")
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

region::Caller assume(region::Region& home, const Place& place, const PipelineDeclaration& declaration,
                      const std::string& session) {
  region::Caller role = home.assume_role(declaration.role_arn, kPrincipal, session, place.arn(declaration.name));
  role.held_by = kPrincipal;
  role.user_agent = std::string(kPrincipal) + " codepipeline/" + declaration.name;
  return role;
}

bool polls(const ActionDeclaration& action) {
  if (action.action_type_id.category != "Source") return false;
  const auto setting = action.configuration ? action.configuration->find("PollForSourceChanges")
                                            : std::map<std::string, std::string>::const_iterator{};
  // Polling is what AWS does unless it is told not to.
  return !action.configuration || setting == action.configuration->end() || setting->second != "false";
}

}  // namespace

void CodePipeline::run_action(store::TaskRun& task) {
  const std::string execution_id = task.body().text("execution"), run_id = task.body().text("run");
  std::optional<PipelineRow> pipeline;
  std::optional<Execution> execution;
  home_.db.read([&](store::Tx& tx) {
    pipeline = store_.find(tx, task.body().text("pipeline"));
    if (pipeline) execution = store_.find_execution(tx, pipeline->id, execution_id);
  });
  const ActionRun* run = execution ? execution->find_run(run_id) : nullptr;
  const ActionDeclaration* declared = run ? execution->find_action(*run) : nullptr;
  if (!declared || run->status != "InProgress") return;

  Action action{home_, {}, *pipeline, *execution, *run, *declared, {}, {}};
  const auto record = [&](store::Tx& tx, const Report& report) {
    workflow_.on(tx, *pipeline, [&](Machine& machine) -> Effects {
      Execution* now_execution = machine.find(execution_id);
      ActionRun* now_run = now_execution ? now_execution->find_run(run_id) : nullptr;
      if (!now_run || now_run->status != "InProgress") return {};
      write_down(*now_run, action, report, home_.clock.now());
      if (!report.ended) return {};
      return machine.finish(home_.clock.now(), execution_id, run_id, *report.ended);
    });
  };
  const auto end = [&](const Report& report) { task.finish([&](store::Tx& tx) { record(tx, report); }); };
  const auto request = [&](store::Tx& tx) {
    return region::Request(home_, *this, *find_operation("StartPipelineExecution")->model, tx, action.role,
                           action.region(), random_uuid());
  };

  try {
    action.role = assume(home_, pipeline->place, execution->declaration, execution_id);
  } catch (const wire::Error&) {
    return end(failed("PermissionError", "CodePipeline is not authorized to perform AssumeRole on role " +
                                             execution->declaration.role_arn));
  }
  const Variables variables = variables_of(*execution);
  for (const auto& [name, value] : declared->configuration.value_or(std::map<std::string, std::string>{})) {
    std::string missing;
    const auto resolved = resolve(value, variables, missing);
    if (!resolved)
      return end(
          failed("ConfigurationError", "An action configuration variable could not be resolved: #{" + missing + "}"));
    action.configuration[name] = *resolved;
  }
  for (const InputArtifact& input : declared->input_artifacts.value_or(std::vector<InputArtifact>{})) {
    const auto artifact = find_artifact(*execution, input.name);
    if (!artifact) return end(failed("ConfigurationError", "The input artifact " + input.name + " was not produced"));
    action.inputs.push_back(*artifact);
  }

  const std::string& provider = declared->action_type_id.provider;
  const bool builds = provider == "CodeBuild";
  try {
    if (declared->action_type_id.category == "Source") {
      const Source source = provider == "CodeCommit" ? fetch_code_commit(action) : fetch_s3(action);
      return task.finish([&](store::Tx& tx) {
        region::Request rq = request(tx);
        record(tx, store_artifact(source, rq));
      });
    }
    if (run->begun) {
      const Report report = builds ? watch_build(action) : watch_deployment(action);
      if (!report.ended) return task.again(kWatch);
      return end(report);
    }
  } catch (const wire::Error& error) {
    if (error.status() >= 500 && error.status() != 501 && task.attempt() < kMostAttempts) throw;
    return end(
        failed(error.status() == 403 || error.code().starts_with("AccessDenied") ? "PermissionError" : "JobFailed",
               error.message()));
  }

  task.again(kWatch, [&](store::Tx& tx) {
    Report report;
    try {
      tx.savepoint([&] {
        region::Request rq = request(tx);
        report = builds ? start_build(action, rq) : start_deployment(action, rq);
      });
    } catch (const wire::Error& error) {
      report = failed("JobFailed",
                      std::string("Error calling ") + (builds ? "startBuild" : "createDeployment") + ": " +
                          error.message() + " (Service: " + (builds ? "AWSCodeBuild" : "AmazonCodeDeploy") +
                          "; Status Code: " + std::to_string(error.status()) + "; Error Code: " + error.code() + ")");
    }
    record(tx, report);
  });
}

void CodePipeline::plan_polling(store::Tx& tx, const PipelineRow& pipeline) {
  home_.tasks.cancel(tx, kPollTask, pipeline.id);
  for (const ActionDeclaration& action : pipeline.declaration.stages.front().actions)
    if (polls(action)) {
      home_.tasks.add(tx, {.kind = kPollTask,
                           .key = pipeline.id,
                           .body = Json::object({{"pipeline", pipeline.id}}),
                           .due = home_.clock.now() + kPollSources});
      return;
    }
}

// A change is a revision other than the one that was seen last; the first one that is seen is none, since creating a
// pipeline starts it.
void CodePipeline::poll_sources(store::TaskRun& task) {
  const auto pipeline = home_.db.read([&](store::Tx& tx) { return store_.find(tx, task.body().text("pipeline")); });
  if (!pipeline) return;
  std::map<std::string, std::string> seen;
  std::string changed;
  for (const ActionDeclaration& action : pipeline->declaration.stages.front().actions) {
    if (!polls(action)) continue;
    try {
      const region::Caller role = assume(home_, pipeline->place, pipeline->declaration, "poll");
      const std::string revision = newest_revision(home_, role, pipeline->place.region, action);
      const auto before = pipeline->polled.find(action.name);
      if (!revision.empty() && before != pipeline->polled.end() && before->second != revision) changed = action.name;
      seen[action.name] = revision;
    } catch (const wire::Error&) {
      // Nothing to see yet, or no longer allowed to look; the next execution will tell why.
    }
  }
  task.again(kPollSources, [&](store::Tx& tx) {
    auto now = store_.find(tx, pipeline->id);
    if (!now) return;
    for (const auto& [action, revision] : seen) now->polled[action] = revision;
    store_.put(tx, *now);
    if (changed.empty()) return;
    Start start{.trigger_type = "PollForSourceChanges",
                .trigger_detail = changed,
                .token = "",
                .variables = {},
                .overrides = {}};
    for (const auto& variable : now->declaration.variables.value_or(std::vector<PipelineVariableDeclaration>{}))
      start.variables[variable.name] = variable.default_value.value_or("");
    workflow_.start(tx, *now, start);
  });
}

}  // namespace hanbat::codepipeline
