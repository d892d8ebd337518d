#include "services/codebuild/workers/build_tasks.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "base/ids.h"
#include "base/overloaded.h"
#include "base/text.h"
#include "border/fields.h"
#include "host/client.h"
#include "region/usage.h"
#include "services/codebuild/build_phases.h"
#include "services/codebuild/build_state.h"
#include "services/codebuild/workers/build_log.h"
#include "services/codebuild/workers/build_metrics.h"
#include "services/codebuild/workers/build_network.h"
#include "services/codebuild/workers/credentials_endpoint.h"
#include "store/patience.h"

namespace hanbat::codebuild {
namespace {

// How often, and how many times, one run of the task looks for news before it lets go of its worker.
constexpr Milliseconds kPoll = Milliseconds(100);
constexpr int kLooks = 20;
constexpr std::size_t kMostBytesAtOnce = 512 << 10;
constexpr std::string_view kInternalError = "INTERNAL_SERVICE_ERROR";

/// Whole lines of the file from the offset on, at most a batch; the offset moves behind them.
std::vector<std::string> read_lines(const std::string& path, std::int64_t& offset) {
  std::vector<std::string> lines;
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return lines;
  std::string text(kMostBytesAtOnce, '\0');
  const ssize_t got = pread(fd, text.data(), text.size(), offset);
  close(fd);
  if (got <= 0) return lines;
  text.resize(static_cast<std::size_t>(got));
  std::size_t start = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  // A line longer than a batch would hold up everything behind it.
  if (lines.empty() && text.size() == kMostBytesAtOnce) start = text.size();
  offset += static_cast<std::int64_t>(start);
  return lines;
}

Applied apply_lines(BuildRow& row, const std::vector<std::string>& lines) {
  Applied applied;
  for (const std::string& line : lines) {
    try {
      apply_event(row.shape, border::BuildEvent::from_line(line), applied);
    } catch (const border::MessageError& error) {
      spdlog::warn("build {}: a line of its runner cannot be read: {}", row.id, error.what());
    }
  }
  if (!applied.fault.empty()) spdlog::warn("build {}: its runner gave up: {}", row.id, applied.fault);
  return applied;
}

}  // namespace

void BuildTasks::start() {
  store::handle<CarryOutBuild>(home_.tasks,
                               [this](store::TaskRun& run, const CarryOutBuild& task) { carry_out(run, task); },
                               {.max_attempts = store::kAttemptsOfFiveMinutes,
                                .give_up = [this](store::Tx& tx, const store::NewTask& task, std::string_view why) {
                                  give_up(tx, CarryOutBuild::from_json(task.body), why);
                                }});
  // Without end: a machine that stays would cost its memory for ever.
  store::handle<RemoveBuildMachine>(
      home_.tasks, [this](store::TaskRun& run, const RemoveBuildMachine& task) { remove_machine(run, task); });
  shelf_.start();
  serve_build_credentials(home_, shelf_);
}

/// A build's minutes, from its submission to its end, begun ones whole, under its project.
/// Source: https://aws.amazon.com/codebuild/pricing/
void BuildTasks::meter(store::Tx& tx, const BuildRow& row) const {
  const Build& build = row.shape;
  const std::int64_t ms = std::max<std::int64_t>(1, build.end_time->ms - build.start_time->ms);
  std::string size = build.environment ? build.environment->compute_type : "";
  // "BUILD_GENERAL1_SMALL" is "g1.small" on the bill.
  constexpr std::string_view kGeneral = "BUILD_GENERAL1_";
  if (size.starts_with(kGeneral)) size = "g1." + lower(size.substr(kGeneral.size()));
  region::meter_event(
      tx, *build.end_time, row.place, row.parent,
      {"CodeBuild", "Build-Min:Linux:" + size, "Build", region::UsageUnit::kMinutes, (ms + 59'999) / 60'000});
}

void BuildTasks::apply(store::Tx& tx, const BuildRow& row, const Effects& effects) {
  const std::string key = uuid_of(row.id);
  for (const Effect& effect : effects)
    std::visit(
        Overloaded{[&](const CarryOut&) { store::add_task(home_.tasks, tx, CarryOutBuild{row.id}, key); },
                   [&](const Abandon&) { home_.tasks.cancel(tx, CarryOutBuild::kKind, key); },
                   [&](const RemoveMachine&) { store::add_task(home_.tasks, tx, RemoveBuildMachine{row.id}, key); },
                   [&](const PublishState&) {
                     home_.publish(tx, row.place.account, row.place.region, state_event(row));
                     if (!is_complete(row.shape)) return;
                     meter(tx, row);
                     put_metrics(home_, tx, row);
                   }},
        effect);
}

void BuildTasks::end(store::Tx& tx, BuildRow& row, BuildEvent event) {
  const Effects effects = on(row.shape, event, home_.clock.now());
  if (effects.empty()) return;
  region::update(tx, row);
  apply(tx, row, effects);
}

// What fails is tried again, until its attempts or the build's own time limit end it.
void BuildTasks::carry_out(store::TaskRun& run, const CarryOutBuild& task) {
  auto row = home_.db.read([&](store::Tx& tx) { return region::find<Build>(tx, task.build); });
  if (!row || is_complete(row->shape)) return;
  const std::chrono::minutes longest(row->shape.timeout_in_minutes.value_or(60));
  if (home_.clock.now() > *row->shape.start_time + longest)
    return run.finish([&](store::Tx& tx) { end(tx, *row, BuildEvent::kTimeRanOut); });
  if (Work::from_json(row->own).provisioned) return follow(run, std::move(*row));
  provision(run, std::move(*row));
}

bool BuildTasks::machine_runs(const BuildRow& row) const {
  const std::string name = machine_name(row.id);
  const auto machines = home_.require_host().machines({});
  return std::any_of(machines.begin(), machines.end(), [&](const host::MachineState& machine) {
    // Of one that the host could not look at just now nobody knows that it has ended.
    return machine.name == name && machine.status != host::MachineStatus::kStopped;
  });
}

void BuildTasks::follow(store::TaskRun& run, BuildRow row) {
  Work work = Work::from_json(row.own);
  std::vector<std::string> lines;
  for (int look = 0; look < kLooks && lines.empty() && !run.stop().stop_requested(); ++look) {
    if (look > 0) std::this_thread::sleep_for(kPoll);
    lines = read_lines(folder_of(row.id) + "/events.jsonl", work.offset);
  }
  if (lines.empty()) {
    if (!machine_runs(row)) {
      return run.finish([&](store::Tx& tx) {
        break_off(row.shape, BuildStatus::kFailed, home_.clock.now(), kInternalError, "The build's machine is gone");
        end(tx, row, BuildEvent::kCannotGoOn);
      });
    }
    // The network's namespace may be a new one, or this process.
    vpcs_.listen(row.shape.vpc_config ? *row.shape.vpc_config->vpc_id : kBuildVpc);
    return run.again(Milliseconds(0));
  }

  const Applied applied = apply_lines(row, lines);
  row.own = work.to_json();
  std::optional<region::Caller> role;
  if (!applied.lines.empty()) {
    role.emplace();
    if (const auto refusal = take_role(row, *role)) {
      // The role may be taken away while the build runs; the build goes on, as on AWS.
      spdlog::warn("build {}: its log cannot be written: {}", row.id, refusal->message);
      role.reset();
    }
  }
  const auto write = [&](store::Tx& tx) {
    // Stopped or deleted while we looked: what it wrote since then is nobody's.
    if (!goes_on(tx, row)) return;
    if (role) write_log(as_role(tx, row, *role), row, applied.lines);
    if (applied.end) return end(tx, row, *applied.end);
    region::update(tx, row);
  };
  if (applied.end) return run.finish(write);
  run.again(Milliseconds(0), write);
}

void BuildTasks::fail(store::TaskRun& run, BuildRow row, Phase phase, const Refusal& refusal) {
  run.finish([&](store::Tx& tx) {
    end_phase(row.shape, phase, BuildStatus::kFailed, home_.clock.now(), refusal.code, refusal.message);
    end(tx, row, BuildEvent::kCannotGoOn);
  });
}

void BuildTasks::give_up(store::Tx& tx, const CarryOutBuild& task, std::string_view why) {
  auto row = region::find<Build>(tx, task.build);
  if (!row || is_complete(row->shape)) return;
  break_off(row->shape, BuildStatus::kFault, home_.clock.now(), kInternalError, why);
  end(tx, *row, BuildEvent::kNotCarriedOut);
}

void BuildTasks::remove_machine(store::TaskRun& run, const RemoveBuildMachine& task) {
  home_.require_host().delete_machine({machine_name(task.build)});
  apply_network();
  std::error_code ignored;
  const std::string folder = folder_of(task.build);
  for (const auto& file : std::filesystem::directory_iterator(folder, ignored))
    std::filesystem::remove(file.path(), ignored);
  std::filesystem::remove(folder, ignored);
  std::optional<BuildInterface> interface;
  run.finish([&](store::Tx& tx) {
    remove_address(tx, task.build);
    interface = find_interface(tx, task.build);
    if (interface) vpcs_.release(tx, *interface);
  });
  if (interface) vpcs_.leave(interface->vpc);
}

std::string BuildTasks::folder_of(std::string_view build) const {
  return home_.settings.state_folder + "/shared/builds/" + uuid_of(build);
}

bool BuildTasks::goes_on(store::Tx& tx, const BuildRow& row) const {
  const auto current = region::find<Build>(tx, row.id);
  return current && !is_complete(current->shape);
}

region::Actor BuildTasks::as_role(store::Tx& tx, const BuildRow& row, region::Caller role) const {
  role.held_by = "codebuild.amazonaws.com";
  return home_.as(tx, std::move(role), row.place.region);
}

}  // namespace hanbat::codebuild
