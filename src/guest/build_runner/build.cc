// The phases in their order, and what runs within them.
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <thread>
#include <utility>

#include "base/text.h"
#include "guest/build_runner/job.h"
#include "guest/build_runner/runtimes.h"
#include "http/client.h"
#include "http/message.h"
#include "os/files.h"

namespace hanbat::guest {
namespace {

namespace fs = std::filesystem;

using border::BuildOutcome;
using border::RunnerPhase;

/// The phases that run commands, with their names in a build specification.
const std::vector<std::pair<RunnerPhase, std::string>> kCommandPhases = {{RunnerPhase::kInstall, "install"},
                                                                         {RunnerPhase::kPreBuild, "pre_build"},
                                                                         {RunnerPhase::kBuild, "build"},
                                                                         {RunnerPhase::kPostBuild, "post_build"}};

/// A runtime comes from a registry in a minute or two; a slow line has this long.
constexpr Milliseconds kLongestFetch = std::chrono::minutes(30);

std::optional<User> user_named(const std::string& name) {
  if (name.empty() || name == "root") return std::nullopt;
  const passwd* found = ::getpwnam(name.c_str());
  if (!found) throw PhaseFailure("CLIENT_ERROR", "run-as: there is no user " + name + " in the build image");
  std::vector<gid_t> groups(64);
  int count = 64;
  if (::getgrouplist(name.c_str(), found->pw_gid, groups.data(), &count) < 0) count = 0;
  groups.resize(static_cast<std::size_t>(count));
  return User{found->pw_uid, found->pw_gid, groups};
}

std::string first_line(const std::string& command) {
  const auto end = command.find('\n');
  return end == std::string::npos ? command : command.substr(0, end);
}

}  // namespace

Build::Build(std::string folder, border::BuildJob job)
    : folder_(std::move(folder)), job_(std::move(job)), log_(folder_ + "/events.jsonl") {}

template <class Body>
bool Build::phase(RunnerPhase which, Body&& body) {
  const std::string name(word_of(which));
  log_.write(border::PhaseBegun{which});
  std::string code, message;
  try {
    body();
  } catch (const PhaseFailure& e) {
    code = e.code;
    message = e.what();
  } catch (const std::exception& e) {
    code = "CLIENT_ERROR";
    message = e.what();
  }
  const bool good = code.empty();
  log_.container("Phase complete: " + name + " State: " + (good ? "SUCCEEDED" : "FAILED"));
  log_.container("Phase context status code: " + code + " Message: " + message);
  log_.write(border::PhaseEnded{which, good ? BuildOutcome::kSucceeded : BuildOutcome::kFailed, code, message});
  return good;
}

void Build::wait_for_network() {
  // The machine's address comes while its first programs run already; what asks for a way out before it would fail.
  const Timestamp until = SystemClock().now() + std::chrono::seconds(60);
  while (true) {
    try {
      signer("sts");
      return;
    } catch (const http::Error& error) {
      if (SystemClock().now() > until) {
        log_.container(std::string("The network did not come up: ") + error.what());
        return;
      }
    } catch (const ServiceError& error) {
      // The endpoint answers; what it refuses is told by the step that needs it.
      log_.container(std::string("The service role's credentials: ") + error.what());
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

bool Build::run() {
  log_.container("Running on Hanbat");
  wait_for_network();
  log_.container("Phase is DOWNLOAD_SOURCE");
  succeeding_ = phase(RunnerPhase::kDownloadSource, [this] {
    if (job_.privileged) run_capture({"systemctl", "start", "docker"});
    download_source();
    select_runtimes();
    std::string found;
    for (const auto& [which, key] : kCommandPhases)
      if (const auto p = spec_.phases.find(key); p != spec_.phases.end() && !p->second.commands.empty())
        found += (found.empty() ? "" : ", ") + std::string(word_of(which)) + ": " +
                 std::to_string(p->second.commands.size()) + " commands";
    log_.container("Phases found in YAML: " + std::to_string(spec_.phases.size()));
    log_.container(" " + found);
    log_.container("Moving to directory " + source_folder_);
  });
  bool going = succeeding_, built = false;
  if (going) {
    for (const auto& [which, key] : kCommandPhases) {
      if (!going) break;
      built = built || which == RunnerPhase::kBuild;
      const BuildPhaseSpec& p = spec_.phases[key];
      const bool good = phase(which, [&, &now = which] { run_commands(now, p); });
      if (good) continue;
      if (p.on_failure_given && !p.abort_on_failure) continue;
      succeeding_ = false;
      // A failed build is followed by post_build all the same, so that it can clean up, unless it says ABORT.
      going = key == "build" && !p.on_failure_given;
    }
    if (!spec_.exported_variables.empty()) try {
        for (const std::string& name : spec_.exported_variables)
          log_.write(border::VariableExported{name, shell_of(spec_.run_as).variable(name)});
      } catch (const std::exception& e) {
        log_.container(std::string("exported variables: ") + e.what());
      }
  }
  // What a failed build left, a report say, is uploaded all the same.
  if (built && !phase(RunnerPhase::kUploadArtifacts, [this] { upload_artifacts(); })) succeeding_ = false;
  log_.write(border::BuildEnded{succeeding_ ? BuildOutcome::kSucceeded : BuildOutcome::kFailed, ""});
  return succeeding_;
}

Shell& Build::shell_of(const std::string& user) {
  auto& shell = shells_[user == "root" ? "" : user];
  if (shell) return *shell;
  ShellOptions options;
  options.program = spec_.shell;
  options.folder = source_folder_;
  options.environment = environment_;
  options.user = user_named(user);
  options.scratch = scratch_ + (user.empty() ? "/root" : "/" + user);
  options.on_line = [this](const std::string& text) { log_.line(text); };
  make_folders(options.scratch);
  if (options.user) {
    options.environment["HOME"] = "/home/" + user;
    options.environment["USER"] = user;
    run_capture({"chown", "-R", user, options.scratch, source_folder_});
  }
  shell = std::make_unique<Shell>(std::move(options));
  return *shell;
}

void Build::select_runtimes() {
  const auto install = spec_.phases.find("install");
  if (install == spec_.phases.end()) return;
  for (const auto& [name, asked] : install->second.runtime_versions) {
    if (job_.runtimes.offered.empty()) {
      log_.container("Skipping install of runtimes. Runtime version selection is not supported by this build image.");
      return;
    }
    try {
      const std::string version = select_runtime(job_.runtimes, name, asked);
      log_.container("Selecting '" + name + "' runtime version '" + version + "' based on manual selections...");
      runtimes_[name] = version;
    } catch (const RuntimeError& e) {
      throw PhaseFailure("YAML_FILE_ERROR", e.what());
    }
  }
}

std::string Build::folder_on_shelf(const std::string& name, const std::string& version) {
  const http::Endpoint endpoint = http::Endpoint::of_url(job_.runtimes.url);
  const std::string target = job_.runtimes.url.substr(job_.runtimes.url.find('/', job_.runtimes.url.find("//") + 2)) +
                             "/" + name + "/" + version;
  http::Client client(endpoint, {.connect_timeout = std::chrono::seconds(5), .io_timeout = std::chrono::seconds(30)});
  const Timestamp until = SystemClock().now() + kLongestFetch;
  bool told = false;
  while (SystemClock().now() < until) {
    try {
      const http::Response answer = client.send({.target = target});
      const Json about = Json::parse(answer.body);
      if (answer.status == 200) {
        log_.container(name + " " + version + ": " + about.text("source"));
        return about.text("folder");
      }
      if (answer.status != 202)
        throw PhaseFailure("YAML_FILE_ERROR",
                           "Unknown runtime version named '" + version + "' of " + name + ". " + about.text("message"));
      if (!std::exchange(told, true))
        log_.container("The region brings " + name + " " + version + " onto its shelf; later builds find it there");
    } catch (const http::Error&) {
      // The region's daemon is being exchanged: it is there again in a moment.
    }
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  throw PhaseFailure("INTERNAL_SERVICE_ERROR", name + " " + version + " did not come onto the region's shelf in time");
}

void Build::install_runtimes() {
  for (const auto& [name, version] : runtimes_) {
    const std::string line = installing(name, version);
    if (!image_has_runtime(name, version)) {
      const std::string shelf = folder_on_shelf(name, version), prefix = prefix_of(name, version);
      const auto lay = [](const std::string& from, const std::string& to) {
        make_folders(to, 0755);
        run_checked({"cp", "-r", "--preserve=mode,timestamps,links", from + "/.", to});
      };
      // A copy of the build's own, as pip and npm write into it.
      lay(shelf, prefix);
      if (path_exists(prefix + "/root")) {
        lay(prefix + "/root", "/");
        std::filesystem::remove_all(prefix + "/root");
      }
      add_runtime(environment_, name, version);
    }
    log_.container("Running command echo \"" + line + "\"");
    log_.line(line);
  }
}

void Build::run_commands(RunnerPhase which, const BuildPhaseSpec& spec) {
  const std::string phase_name(word_of(which));
  log_.container("Entering phase " + phase_name);
  if (which == RunnerPhase::kInstall) install_runtimes();
  if (spec.commands.empty() && spec.finally.empty()) return;
  std::string succeeding = succeeding_ ? "1" : "0", told;
  // Of version 0.1 each command has a shell of its own.
  const auto next_shell = [&]() -> Shell& {
    if (spec_.each_command_alone) shells_.clear();
    Shell& shell = shell_of(spec.run_as.empty() ? spec_.run_as : spec.run_as);
    if (spec_.each_command_alone || told != succeeding) shell.set("CODEBUILD_BUILD_SUCCEEDING", succeeding);
    told = succeeding;
    return shell;
  };
  std::optional<PhaseFailure> failure;
  auto run_all = [&](const std::vector<std::string>& commands) {
    for (const std::string& command : commands) {
      log_.container("Running command " + command);
      const int code = next_shell().run(command);
      if (code == 0) continue;
      log_.container("Command did not exit successfully " + first_line(command) + " exit status " +
                     std::to_string(code));
      if (!failure)
        failure.emplace("COMMAND_EXECUTION_ERROR", "Error while executing command: " + first_line(command) +
                                                       ". Reason: exit status " + std::to_string(code));
      return;
    }
  };
  run_all(spec.commands);
  if (!spec.finally.empty()) {
    log_.container("Running finally of " + phase_name);
    if (failure) succeeding = "0";
    run_all(spec.finally);
  }
  if (failure) throw *failure;
}

}  // namespace hanbat::guest
