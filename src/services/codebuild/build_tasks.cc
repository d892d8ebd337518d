#include "services/codebuild/build_tasks.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <thread>

#include "base/ids.h"
#include "border/fields.h"
#include "gen/logs/client.h"
#include "host/client.h"
#include "os/files.h"
#include "services/codebuild/build_job.h"
#include "services/codebuild/build_network.h"
#include "services/codebuild/codebuild.h"
#include "services/codebuild/credentials_endpoint.h"

namespace hanbat::codebuild {
namespace {

constexpr const char* kCarryOut = "codebuild.build";
constexpr const char* kRemove = "codebuild.remove";
constexpr const char* kImageAlias = "codebuild";
constexpr Milliseconds kPoll = Milliseconds(100);
// How long one run of the task looks for news before it lets go of its worker.
constexpr Milliseconds kLook = std::chrono::seconds(2);
constexpr std::size_t kMostBytesAtOnce = 512 << 10;

struct Size {
  int cpus;
  int memory_mib;
};

/// https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-compute-types.html; no more processors than
/// the machine has.
Size size_of(const std::string& compute_type) {
  const int here = std::max(1u, std::thread::hardware_concurrency());
  if (compute_type == "BUILD_GENERAL1_SMALL") return {std::min(2, here), 4096};
  if (compute_type == "BUILD_GENERAL1_MEDIUM") return {std::min(4, here), 8192};
  if (compute_type == "BUILD_GENERAL1_LARGE") return {std::min(8, here), 16384};
  throw std::invalid_argument("there is no compute type " + compute_type + " here");
}

std::string machine_name(const BuildRow& row) { return "build-" + row.uuid(); }

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

}  // namespace

void BuildTasks::start() {
  home_.tasks.handle(kCarryOut, [this](store::TaskRun& run) { carry_out(run); });
  home_.tasks.handle(kRemove, [this](store::TaskRun& run) { remove_machine(run); });
  serve_build_credentials(home_, store_);
}

void BuildTasks::add(store::Tx& tx, const BuildRow& row) {
  home_.tasks.add(tx, {.kind = kCarryOut, .key = row.uuid(), .body = Json::object({{"sequence", row.sequence}})});
}

std::string BuildTasks::folder_of(const BuildRow& row) const {
  return home_.settings.state_folder + "/shared/builds/" + row.uuid();
}

region::Caller BuildTasks::assume(const BuildRow& row) {
  return home_.db.read([&](store::Tx& tx) { return take_service_role(home_, tx, row); });
}

void BuildTasks::carry_out(store::TaskRun& run) {
  auto row =
      home_.db.read([&](store::Tx& tx) { return store_.find_build_by_sequence(tx, run.body().integer("sequence")); });
  if (!row || row->complete()) return;
  const std::chrono::minutes longest(row->build.timeout_in_minutes.value_or(60));
  if (home_.clock.now() > *row->build.start_time + longest)
    return run.finish([&](store::Tx& tx) {
      complete(row->build, "TIMED_OUT", home_.clock.now());
      end(tx, *row, "TIMED_OUT");
    });
  if (row->work.flag("provisioned")) return follow(run, std::move(*row));
  provision(run, std::move(*row));
}

void BuildTasks::provision(store::TaskRun& run, BuildRow row) {
  const Timestamp now = home_.clock.now();
  end_phase(row.build, "QUEUED", "SUCCEEDED", now);
  begin_phase(row.build, "PROVISIONING", now);
  region::Caller role;
  try {
    role = assume(row);
  } catch (const wire::Error& error) {
    return fail(run, std::move(row), "PROVISIONING", "ACCESS_DENIED",
                "CodeBuild is not authorized to perform: sts:AssumeRole on service role. Please verify that: 1) The "
                "provided service role exists, 2) The role name is case-sensitive and matches exactly, and 3) The role "
                "has the necessary trust policy configured. " +
                    error.message());
  }
  // The stream is made first: a build whose progress cannot be watched does not begin. The address is kept before
  // anything is made, so that no other build has it.
  bool wanted = false;
  try {
    home_.db.write([&](store::Tx& tx) {
      wanted = goes_on(tx, row);
      if (!wanted) return;
      make_stream(tx, row, role);
      take_address(tx, row);
      store_.update(tx, row);
    });
  } catch (const wire::Error& error) {
    return fail(run, std::move(row), "PROVISIONING", "ACCESS_DENIED",
                "Service role " + *row.build.service_role +
                    " does not allow AWS CodeBuild to create Amazon CloudWatch Logs log streams for build " +
                    *row.build.arn + ". Error message: " + error.message());
  }
  if (!wanted) return;
  if (row.address.empty()) return run.again(std::chrono::seconds(1));

  host::MachineSpec machine;
  try {
    const Size size = size_of(row.build.environment->compute_type);
    machine.cpus = size.cpus;
    machine.memory_mib = size.memory_mib;
  } catch (const std::invalid_argument& error) {
    return fail(run, std::move(row), "PROVISIONING", "CLIENT_ERROR", error.what());
  }
  host::Host& host = home_.require_host();
  machine.name = machine_name(row);
  machine.image = kImageAlias;
  const std::string& image = row.build.environment->image;
  const auto images = host.images();
  const auto known = [&](const std::string& alias) {
    return std::any_of(images.begin(), images.end(),
                       [&](const host::ImageState& there) { return there.alias == alias; });
  };
  if (known(image)) machine.image = image;
  if (machine.image == kImageAlias && (!image.starts_with("aws/codebuild/") || !known(kImageAlias)))
    return fail(run, std::move(row), "PROVISIONING", "BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE",
                "Unable to pull customer's container image. CannotPullContainerError: the region has no image " +
                    image + "; 'hanbat image import' brings it, 'hanbat doctor' tells what there is");
  write_folder(row);
  machine.nics = {nic_of({row.uuid(), row.address})};
  host::SharedFolder shared;
  shared.source = folder_of(row);
  shared.path = "/hanbat/build";
  machine.folders = {shared};
  machine.nesting = true;
  apply_network();
  host.create_machine(machine);
  host.start_machine(machine.name);
  // Stopped meanwhile: what removes the machine may have come before it was made.
  if (!home_.db.read([&](store::Tx& tx) { return goes_on(tx, row); })) return host.delete_machine(machine.name);

  end_phase(row.build, "PROVISIONING", "SUCCEEDED", home_.clock.now());
  row.work["provisioned"] = true;
  run.again(kPoll, [&](store::Tx& tx) { store_.update(tx, row); });
}

void BuildTasks::write_folder(const BuildRow& row) {
  const std::string folder = folder_of(row);
  std::filesystem::create_directories(folder);
  write_file_atomic(folder + "/job.json", job_of(row).to_json().dump(), 0644);
  const std::string runner = home_.settings.guest_programs + "/build-runner";
  std::filesystem::copy_file(runner, folder + "/build-runner", std::filesystem::copy_options::overwrite_existing);
  chmod((folder + "/build-runner").c_str(), 0755);
}

void BuildTasks::apply_network() {
  // What was read first may not be applied last: the network would lack the other's build.
  const std::lock_guard lock(network_mutex_);
  std::vector<BuildAddress> builds;
  home_.db.read([&](store::Tx& tx) {
    for (const BuildRow& row : store_.builds_with_address(tx))
      if (!row.complete()) builds.push_back({row.uuid(), row.address});
  });
  home_.require_host().apply_vpc(build_network(home_.settings.default_region, builds));
  listen_for_build_credentials(home_);
}

void BuildTasks::follow(store::TaskRun& run, BuildRow row) {
  std::int64_t offset = row.work.integer("offset");
  std::vector<std::string> lines;
  const Timestamp until = home_.clock.now() + kLook;
  while ((lines = read_lines(folder_of(row) + "/events.jsonl", offset)).empty()) {
    if (run.stop().stop_requested() || home_.clock.now() > until) break;
    std::this_thread::sleep_for(kPoll);
  }
  if (lines.empty()) {
    const std::string name = machine_name(row);
    const auto machines = home_.require_host().machines();
    const bool alive = std::any_of(machines.begin(), machines.end(), [&](const host::MachineState& machine) {
      return machine.name == name && machine.status == "running";
    });
    if (!alive)
      return fail(run, std::move(row), row.build.current_phase.value_or("BUILD"), "INTERNAL_SERVICE_ERROR",
                  "The build's machine is gone");
    // What the host lost meanwhile (its network, after a restart) comes back here.
    return run.again(Milliseconds(0));
  }

  Applied applied;
  for (const std::string& line : lines) {
    try {
      apply_event(row.build, border::BuildEvent::from_line(line), applied);
    } catch (const border::MessageError& error) {
      spdlog::warn("build {}: a line of its runner cannot be read: {}", row.id(), error.what());
    }
  }
  if (!applied.fault.empty()) spdlog::warn("build {}: its runner gave up: {}", row.id(), applied.fault);
  row.work["offset"] = offset;
  std::optional<region::Caller> role;
  if (!applied.lines.empty()) role = assume(row);
  const auto write = [&](store::Tx& tx) {
    // Stopped or deleted while we looked: what it wrote since then is nobody's.
    if (!goes_on(tx, row)) return;
    if (role) write_log(tx, row, *role, applied.lines);
    if (applied.done.empty()) {
      store_.update(tx, row);
    } else {
      complete(row.build, applied.done, home_.clock.now());
      end(tx, row, applied.done);
    }
  };
  if (applied.done.empty()) {
    run.again(Milliseconds(0), write);
  } else {
    run.finish(write);
  }
}

void BuildTasks::fail(store::TaskRun& run, BuildRow row, std::string_view phase, std::string_view code,
                      std::string_view message) {
  run.finish([&](store::Tx& tx) {
    end_phase(row.build, phase, "FAILED", home_.clock.now(), code, message);
    complete(row.build, "FAILED", home_.clock.now());
    end(tx, row, "FAILED");
  });
}

void BuildTasks::end(store::Tx& tx, BuildRow& row, std::string_view status) {
  if (!row.complete()) complete(row.build, status, home_.clock.now());
  store_.update(tx, row);
  if (status == "STOPPED") home_.tasks.cancel(tx, kCarryOut, row.uuid());
  home_.tasks.add(tx, {.kind = kRemove, .key = row.uuid(), .body = Json::object({{"sequence", row.sequence}})});
  publish_state(tx, row);
  home_.notify(tx, "codebuild:" + row.id());
}

void BuildTasks::remove_machine(store::TaskRun& run) {
  auto row =
      home_.db.read([&](store::Tx& tx) { return store_.find_build_by_sequence(tx, run.body().integer("sequence")); });
  if (!row) return;
  home_.require_host().delete_machine(machine_name(*row));
  apply_network();
  std::error_code ignored;
  for (const auto& file : std::filesystem::directory_iterator(folder_of(*row), ignored))
    std::filesystem::remove(file.path(), ignored);
  std::filesystem::remove(folder_of(*row), ignored);
  run.finish([&](store::Tx& tx) {
    const auto current = store_.find_build_by_sequence(tx, row->sequence);
    if (!current) return;
    BuildRow without = *current;
    without.address.clear();
    store_.update(tx, without);
  });
}

bool BuildTasks::goes_on(store::Tx& tx, const BuildRow& row) const {
  const auto current = store_.find_build_by_sequence(tx, row.sequence);
  return current && !current->complete();
}

void BuildTasks::take_address(store::Tx& tx, BuildRow& row) {
  if (!row.address.empty()) return;
  std::set<std::string> taken;
  for (const BuildRow& other : store_.builds_with_address(tx)) taken.insert(other.address);
  for (int slot = 0; slot < kBuildSlots && row.address.empty(); ++slot)
    if (!taken.contains(address_of_slot(slot))) row.address = address_of_slot(slot);
}

void BuildTasks::make_stream(store::Tx& tx, BuildRow& row, const region::Caller& role) {
  LogsLocation& logs = *row.build.logs;
  const CloudWatchLogsConfig& wanted = *logs.cloud_watch_logs;
  if (wanted.status != "ENABLED") return;
  const std::string group = wanted.group_name.value_or("/aws/codebuild/" + *row.build.project_name);
  const std::string stream = wanted.stream_name ? *wanted.stream_name + "/" + row.uuid() : row.uuid();
  region::Request rq(home_, service_, *service_.find_operation("StartBuild")->model, tx, role, row.region,
                     random_uuid());
  const logs::Client client(rq);
  // A group that is there may be used without the right to make groups.
  try {
    client.create_log_group({.log_group_name = group});
  } catch (const wire::Error& error) {
    const bool exists = error.code() == "ResourceAlreadyExistsException";
    if (!exists && error.code().find("AccessDenied") == std::string::npos) throw;
  }
  try {
    client.create_log_stream({.log_group_name = group, .log_stream_name = stream});
  } catch (const wire::Error& error) {
    if (error.code() != "ResourceAlreadyExistsException") throw;
  }
  logs.group_name = group;
  logs.stream_name = stream;
  logs.cloud_watch_logs_arn = rq.arn("logs", "log-group:" + group + ":log-stream:" + stream);
}

void BuildTasks::write_log(store::Tx& tx, const BuildRow& row, const region::Caller& role,
                           const std::vector<LogLine>& lines) {
  if (!row.build.logs->group_name) return;
  region::Request rq(home_, service_, *service_.find_operation("StartBuild")->model, tx, role, row.region,
                     random_uuid());
  logs::PutLogEventsInput in;
  in.log_group_name = *row.build.logs->group_name;
  in.log_stream_name = *row.build.logs->stream_name;
  std::int64_t last = 0;
  std::size_t bytes = 0;
  const auto send = [&] {
    if (in.log_events.empty()) return;
    logs::Client(rq).put_log_events(in);
    in.log_events.clear();
    bytes = 0;
  };
  for (const LogLine& line : lines) {
    if (bytes + line.text.size() + 26 > (1u << 20) || in.log_events.size() == 10'000) send();
    logs::InputLogEvent event;
    last = std::max(last, line.at.ms);
    event.timestamp = last;
    // A message must not be empty, and CodeBuild's end with a newline.
    event.message = line.text.ends_with('\n') ? line.text : line.text + "\n";
    bytes += event.message.size() + 26;
    in.log_events.push_back(std::move(event));
  }
  try {
    send();
  } catch (const wire::Error& error) {
    // The permission may be taken away while the build runs; the build goes on, as on AWS.
    spdlog::warn("build {}: its log cannot be written: {}", row.id(), error.message());
  }
}

void BuildTasks::publish_state(store::Tx& tx, const BuildRow& row) {
  const Build& build = row.build;
  Json information = Json::object({{"initiator", build.initiator.value_or("")},
                                   {"build-complete", build.build_complete.value_or(false)},
                                   {"build-start-time", format_utc(*build.start_time, "%b %e, %Y %I:%M:%S %p")},
                                   {"timeout-in-minutes", build.timeout_in_minutes.value_or(60)},
                                   {"source-version", build.source_version.value_or("")},
                                   {"source", wire::to_json(*build.source)},
                                   {"environment", wire::to_json(*build.environment)},
                                   {"logs", wire::to_json(*build.logs)}});
  if (build.artifacts) information["artifact"] = wire::to_json(*build.artifacts);
  Json phases = Json::array();
  if (build.phases)
    for (const BuildPhase& phase : *build.phases) {
      Json one = Json::object({{"phase-type", phase.phase_type.value_or("")},
                               {"start-time", format_utc(*phase.start_time, "%b %e, %Y %I:%M:%S %p")}});
      if (phase.phase_status) one["phase-status"] = *phase.phase_status;
      if (phase.end_time) one["end-time"] = format_utc(*phase.end_time, "%b %e, %Y %I:%M:%S %p");
      if (phase.duration_in_seconds) one["duration-in-seconds"] = *phase.duration_in_seconds;
      phases.push_back(std::move(one));
    }
  information["phases"] = std::move(phases);
  home_.publish(tx, row.account, row.region,
                {.source = "aws.codebuild",
                 .detail_type = "CodeBuild Build State Change",
                 .resources = {*build.arn},
                 .detail = Json::object({{"build-status", *build.build_status},
                                         {"project-name", *build.project_name},
                                         {"build-id", *build.arn},
                                         {"additional-information", std::move(information)},
                                         {"current-phase", build.current_phase.value_or("")},
                                         {"version", "1"}})});
}

}  // namespace hanbat::codebuild
