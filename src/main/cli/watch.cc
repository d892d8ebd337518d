// hanbat watch pipeline: its stages and actions as they go on.
#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <map>
#include <thread>
#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "main/cli/connect/local_terminal.h"
#include "main/cli/control.h"
#include "main/cli/delivery.h"
#include "main/cli/region_api.h"
#include "main/cli/terminal.h"

namespace hanbat::cli {
namespace {

struct Action {
  std::string stage, name, status, summary, hint;
  double since = 0;  // seconds since the epoch; 0 when it never ran
};

struct Pipeline {
  std::vector<Action> actions;
  std::map<std::string, std::string> stages;  // their status
  std::map<std::string, std::string> held;    // why a stage lets nothing in
  std::string execution, status;              // the newest
};

const Json::Array& list_of(const Json& json, const char* name) {
  static const Json::Array none;
  return json[name].is_array() ? json[name].items() : none;
}

/// The command that tells more of what an action runs elsewhere, or that it waits for.
std::string hint_of(const Json& latest, const std::string& provider, const std::string& pipeline,
                    const std::string& stage, const std::string& action) {
  const std::string id = latest.text("externalExecutionId");
  if (provider == "CodeBuild" && !id.empty()) return "hanbat logs -f build " + id;
  if (provider == "CodeDeploy" && !id.empty()) return "hanbat logs -f deployment " + id;
  if (provider == "Manual" && latest.text("status") == "InProgress")
    return fmt::format(
        "aws codepipeline put-approval-result --pipeline-name {} --stage-name {} --action-name {} --token {} --result "
        "status=Approved,summary=ok",
        pipeline, stage, action, latest.text("token"));
  return "";
}

/// Which provider each action has, by "stage/action".
std::map<std::string, std::string> providers_of(RegionApi& api, const std::string& name) {
  std::map<std::string, std::string> out;
  const Json pipeline = api.call("codepipeline", "GetPipeline", Json::object({{"name", name}}))["pipeline"];
  for (const Json& stage : list_of(pipeline, "stages"))
    for (const Json& action : list_of(stage, "actions"))
      out[stage.text("name") + "/" + action.text("name")] = action["actionTypeId"].text("provider");
  return out;
}

Pipeline look(RegionApi& api, const std::string& name, const std::map<std::string, std::string>& providers) {
  Pipeline out;
  const Json state = api.call("codepipeline", "GetPipelineState", Json::object({{"name", name}}));
  for (const Json& stage : list_of(state, "stageStates")) {
    const std::string of = stage.text("stageName");
    out.stages[of] = stage["latestExecution"].text("status");
    const Json& entry = stage["inboundTransitionState"];
    if (entry.is_object() && !entry.flag("enabled")) out.held[of] = entry.text("disabledReason");
    for (const Json& action : list_of(stage, "actionStates")) {
      const Json& latest = action["latestExecution"];
      Action one{.stage = of, .name = action.text("actionName"), .status = latest.text("status")};
      one.summary =
          latest["errorDetails"].is_object() ? latest["errorDetails"].text("message") : latest.text("summary");
      if (latest["lastStatusChange"].is_number()) one.since = latest["lastStatusChange"].as_double();
      const auto provider = providers.find(of + "/" + one.name);
      one.hint = hint_of(latest, provider == providers.end() ? "" : provider->second, name, of, one.name);
      out.actions.push_back(std::move(one));
    }
  }
  const Json newest =
      api.call("codepipeline", "ListPipelineExecutions", Json::object({{"pipelineName", name}, {"maxResults", 1}}));
  for (const Json& one : list_of(newest, "pipelineExecutionSummaries")) {
    out.execution = one.text("pipelineExecutionId");
    out.status = one.text("status");
  }
  return out;
}

std::string in_colour(const Colours& colours, const std::string& status) {
  if (status == "Succeeded" || status == "Approved") return colours.good(status);
  if (status == "Failed" || status == "Stopped" || status == "Cancelled") return colours.bad(status);
  return status == "InProgress" || status == "Stopping" ? colours.busy(status) : colours.faint(status);
}

std::string ago(double since, Timestamp now) {
  if (since == 0) return "";
  const auto seconds = static_cast<std::int64_t>(now.seconds() - since);
  if (seconds < 90) return fmt::format("{} s", std::max<std::int64_t>(seconds, 0));
  return seconds < 5400 ? fmt::format("{} min", seconds / 60) : fmt::format("{} h", seconds / 3600);
}

std::string first_line(const std::string& text) { return split(text, '\n').front(); }

/// The whole as lines, at most as wide as the terminal.
std::vector<std::string> drawn(const std::string& name, const Pipeline& now) {
  const Colours colours = Colours::of_output();
  const Timestamp at = SystemClock().now();
  std::vector<std::string> lines = {colours.bold(name) + "  " + in_colour(colours, now.status) + "  " +
                                    colours.faint(now.execution)};
  std::string stage;
  for (const Action& one : now.actions) {
    if (one.stage != stage) {
      stage = one.stage;
      const auto held = now.held.find(stage);
      lines.push_back("  " + stage + "  " + in_colour(colours, now.stages.at(stage)) +
                      (held == now.held.end() ? "" : colours.bad("  lets nothing in: " + held->second)));
    }
    lines.push_back(fmt::format("    {:<24} {}{}", one.name,
                                in_colour(colours, one.status.empty() ? "not run yet" : one.status),
                                one.since == 0 ? "" : "  for " + ago(one.since, at)));
    if (!one.summary.empty() && one.status != "Succeeded") lines.push_back("      " + first_line(one.summary));
    if (!one.hint.empty() && one.status != "Succeeded") lines.push_back("      " + colours.faint(one.hint));
  }
  return lines;
}

/// Draws over what was drawn before.
class Picture {
 public:
  void draw(const std::vector<std::string>& lines) {
    if (height_ > 0) std::cout << "\x1b[" << height_ << "A\r";
    const auto size = window_size();
    std::size_t rows = 0;
    for (const std::string& line : lines) {
      if (size && rows + 1 >= static_cast<std::size_t>(size->rows)) break;
      // A line that is too long would make the next picture begin too high.
      std::cout << "\x1b[?7l" << line << "\x1b[K\x1b[?7h\n";
      ++rows;
    }
    std::cout << "\x1b[J" << std::flush;
    height_ = rows;
  }

 private:
  std::size_t height_ = 0;
};

/// A line for each thing that is another than before.
class Changes {
 public:
  void print(const Pipeline& now) {
    const std::string at = iso8601(SystemClock().now());
    for (const Action& one : now.actions) {
      const std::string is = one.status + fmt::format(" {}", one.since);
      std::string& was = seen_[one.stage + "/" + one.name];
      if (one.status.empty() || was == is) continue;
      was = is;
      const bool fine = one.status == "Succeeded";
      std::cout << at << " " << one.stage << " " << one.name << " " << one.status
                << (fine || one.summary.empty() ? "" : ": " + first_line(one.summary))
                << (fine || one.hint.empty() ? "" : "  (" + one.hint + ")") << "\n";
    }
    if (const std::string whole = now.execution + " " + now.status; !now.execution.empty() && whole != execution_) {
      execution_ = whole;
      std::cout << at << " execution " << whole << "\n";
    }
    std::cout.flush();
  }

 private:
  std::map<std::string, std::string> seen_;
  std::string execution_;
};

}  // namespace

int watch_pipeline(const Home& home, const std::string& name, Until until) try {
  RegionApi api = RegionApi::of_caller(home);
  const auto providers = providers_of(api, name);
  Picture picture;
  Changes changes;
  while (std::cout) {
    const Pipeline now = look(api, name, providers);
    if (output_is_terminal())
      picture.draw(drawn(name, now));
    else
      changes.print(now);
    const bool ended = !now.status.empty() && now.status != "InProgress" && now.status != "Stopping";
    if (until == Until::kDone && ended) return now.status == "Succeeded" ? 0 : 3;
    std::this_thread::sleep_for(kLookAgain);
  }
  return 0;
} catch (const ApiError& error) {
  if (error.code != "PipelineNotFoundException") throw;
  throw Failure(std::string(error.what()) + "; which there are: aws codepipeline list-pipelines");
}

}  // namespace hanbat::cli
