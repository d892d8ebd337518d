#include "services/codepipeline/workers/source_poller.h"

#include <algorithm>

#include "services/codepipeline/workers/actions.h"
#include "wire/error.h"

namespace hanbat::codepipeline {
namespace {

constexpr Seconds kPollSources{30};

bool polls(const ActionDeclaration& action) {
  if (!is_of(action, ActionCategory::kSource)) return false;
  if (!action.configuration) return true;
  // Polling is what AWS does unless the action says otherwise.
  const auto setting = action.configuration->find("PollForSourceChanges");
  return setting == action.configuration->end() || setting->second != "false";
}

Start start_of(const PipelineDeclaration& declaration, const std::string& changed_source) {
  Start start{.trigger_type = "PollForSourceChanges", .trigger_detail = changed_source};
  for (const auto& variable : declaration.variables.value_or(std::vector<PipelineVariableDeclaration>{}))
    start.variables[variable.name] = variable.default_value.value_or("");
  return start;
}

/// What the source was when it was looked at last; null before.
const std::string* find_baseline(const Pipeline& pipeline, const std::string& action) {
  for (const auto* revisions : {&pipeline.polled, &pipeline.taken})
    if (const auto found = revisions->find(action); found != revisions->end()) return &found->second;
  return nullptr;
}

/// Whether an execution under way has still to take the source.
bool takes(const std::vector<Execution>& active, const std::string& action) {
  return std::ranges::any_of(active, [&](const Execution& one) {
    if (one.at != 0) return false;
    const ActionRun* run = one.latest_run(one.stage().name, action);
    return !run || run->status == ActionStatus::kInProgress;
  });
}

}  // namespace

void SourcePoller::start() {
  store::handle<PollSources>(home_.tasks, [this](store::TaskRun& run, const PollSources& task) { poll(run, task); });
}

void SourcePoller::plan(store::Tx& tx, const PipelineRow& pipeline) {
  cancel(tx, pipeline);
  for (const ActionDeclaration& action : pipeline.shape.declaration.stages.front().actions)
    if (polls(action))
      return store::add_task(home_.tasks, tx, PollSources{pipeline.id}, pipeline.id, home_.clock.now());
}

void SourcePoller::cancel(store::Tx& tx, const PipelineRow& pipeline) {
  home_.tasks.cancel(tx, PollSources::kKind, pipeline.id);
}

// A change is a revision other than the one that was seen last or, before any was, than the one that an execution took.
// Nothing is seen while the first execution has still to take its own: whatever that takes is what was there.
void SourcePoller::poll(store::TaskRun& run, const PollSources& task) {
  const auto pipeline = home_.db.read([&](store::Tx& tx) { return region::find<Pipeline>(tx, task.pipeline); });
  if (!pipeline) return;
  std::map<std::string, std::string> seen;
  for (const ActionDeclaration& action : pipeline->shape.declaration.stages.front().actions) {
    if (!polls(action)) continue;
    try {
      const region::Caller role = assume_pipeline_role(home_, *pipeline, pipeline->shape.declaration.role_arn, "poll");
      const std::string revision = newest_revision(home_, role, pipeline->place.region, action);
      if (!revision.empty()) seen[action.name] = revision;
    } catch (const wire::Error&) {
      // Nothing to see yet, or no longer allowed to look; the next execution will say why.
    }
  }
  run.again(kPollSources, [&](store::Tx& tx) {
    auto now = region::find<Pipeline>(tx, pipeline->id);
    if (!now) return;
    const std::vector<Execution> active = active_executions(tx, now->id);
    auto polled = now->shape.polled;
    std::string changed;
    for (const auto& [action, revision] : seen) {
      const std::string* before = find_baseline(now->shape, action);
      if (!before && takes(active, action)) continue;
      if (!before || *before != revision) changed = action;
      polled[action] = revision;
    }
    if (polled != now->shape.polled) {
      now->shape.polled = std::move(polled);
      region::update(tx, *now);
    }
    if (!changed.empty()) workflow_.start(tx, *now, start_of(now->shape.declaration, changed));
  });
}

}  // namespace hanbat::codepipeline
