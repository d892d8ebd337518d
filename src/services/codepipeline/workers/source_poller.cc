#include "services/codepipeline/workers/source_poller.h"

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

// A change is a revision other than the one that was seen last; the first one that is seen is none, since creating a
// pipeline starts it. So it is looked for at once: a push that comes before the first look would be lost.
void SourcePoller::poll(store::TaskRun& run, const PollSources& task) {
  const auto pipeline = home_.db.read([&](store::Tx& tx) { return region::find<Pipeline>(tx, task.pipeline); });
  if (!pipeline) return;
  std::map<std::string, std::string> seen;
  std::string changed;
  for (const ActionDeclaration& action : pipeline->shape.declaration.stages.front().actions) {
    if (!polls(action)) continue;
    try {
      const region::Caller role = assume_pipeline_role(home_, *pipeline, pipeline->shape.declaration.role_arn, "poll");
      const std::string revision = newest_revision(home_, role, pipeline->place.region, action);
      const auto before = pipeline->shape.polled.find(action.name);
      if (!revision.empty() && before != pipeline->shape.polled.end() && before->second != revision)
        changed = action.name;
      seen[action.name] = revision;
    } catch (const wire::Error&) {
      // Nothing to see yet, or no longer allowed to look; the next execution will say why.
    }
  }
  run.again(kPollSources, [&](store::Tx& tx) {
    auto now = region::find<Pipeline>(tx, pipeline->id);
    if (!now) return;
    auto polled = now->shape.polled;
    for (const auto& [action, revision] : seen) polled[action] = revision;
    if (polled != now->shape.polled) {
      now->shape.polled = std::move(polled);
      region::update(tx, *now);
    }
    if (!changed.empty()) workflow_.start(tx, *now, start_of(now->shape.declaration, changed));
  });
}

}  // namespace hanbat::codepipeline
