#include "services/codebuild/shelf/runtime_shelf.h"

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "base/ids.h"
#include "base/text.h"
#include "host/client.h"
#include "os/files.h"
#include "os/process.h"
#include "services/codebuild/workers/build_network.h"

namespace hanbat::codebuild {
namespace {

namespace fs = std::filesystem;

constexpr const char* kImage = "codebuild";
constexpr Milliseconds kLook = Milliseconds(500);
constexpr Milliseconds kLongest = std::chrono::minutes(20);
constexpr std::size_t kLongestMessage = 1000;
constexpr std::ptrdiff_t kMostAtOnce = 4;    // machines that fetch, whatever builds ask for
constexpr std::ptrdiff_t kMostImages = 500;  // on the shelf; a build could ask for all that there are

/// Small letters, digits, points: a name of a file and nothing else.
bool is_plain_name(const std::string& text) {
  return !text.empty() && text.size() <= 32 && text.front() != '.' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.") == std::string::npos;
}

std::string machine_of(const RuntimeFetchRow& row) { return "runtime-" + uuid_of(row.id); }

http::Response reply(int status, const Json& body) {
  return {status, {{"Content-Type", "application/json"}}, body.dump()};
}

/// The text of a small file that a machine wrote; nothing where something else has its name.
std::optional<std::string> find_text(const std::string& path) {
  struct stat about{};
  if (::lstat(path.c_str(), &about) != 0 || !S_ISREG(about.st_mode) || about.st_size > 100000) return std::nullopt;
  return find_file(path);
}

}  // namespace

std::string RuntimeShelf::folder() const { return home_.settings.state_folder + "/shared/runtimes"; }

std::string RuntimeShelf::images_folder() const { return home_.settings.state_folder + "/shared/base-images"; }

std::string RuntimeShelf::place_of(const RuntimeFetch& fetch) const {
  if (fetch.name == kBaseImage) return images_folder() + "/" + replace_all(fetch.version, "/", "+");
  return folder() + "/" + fetch.name + "/" + fetch.version;
}

std::string RuntimeShelf::work_folder(const RuntimeFetchRow& row) const {
  return home_.settings.state_folder + "/shared/fetches/" + uuid_of(row.id);
}

void RuntimeShelf::start() {
  store::handle<FetchRuntime>(home_.tasks,
                              [this](store::TaskRun& run, const FetchRuntime& task) { carry_out(run, task); });
}

http::Response RuntimeShelf::answer(const BuildRow& build, const std::string& name, const std::string& version) {
  if (!is_plain_name(name) || !is_plain_name(version) || name == kBaseImage)
    return reply(404, Json::object({{"message", "that is no version"}}));
  const Finding found = ask(build, name, version);
  if (found.standing == Standing::kComing) return reply(202, Json::object({}));
  if (found.standing == Standing::kRefused) return reply(404, Json::object({{"message", found.refusal}}));
  const std::string wanted = name + "/" + version;
  return reply(200, Json::object({{"folder", "/hanbat/runtimes/" + wanted},
                                  {"source", trim(find_file(folder() + "/" + wanted + "/SOURCE").value_or(""))}}));
}

RuntimeShelf::Finding RuntimeShelf::ask(const BuildRow& build, const std::string& name, const std::string& version) {
  RuntimeFetch fetch;
  fetch.name = name;
  fetch.version = version;
  if (path_exists(place_of(fetch))) return {Standing::kThere, ""};
  std::error_code none;
  if (name == kBaseImage && std::distance(fs::directory_iterator(images_folder(), none), {}) >= kMostImages)
    return {Standing::kRefused, "The shelf of base images is full; hanbat image base remove makes room."};
  std::string refusal;
  const std::string wanted = name + "/" + version;
  home_.db.write([&](store::Tx& tx) {
    const auto there = region::find_named<RuntimeFetch>(tx, {}, "", wanted);
    if (there && there->shape.refused_at) {
      if (*there->shape.refused_at >= *build.shape.start_time) {
        refusal = there->shape.refusal;
        return;
      }
      region::remove(tx, *there);
    } else if (there) {
      return;
    }
    // Who waits asks again.
    const auto fetches = region::list_all<RuntimeFetch>(tx);
    if (std::ranges::count_if(fetches, [](const auto& one) { return !one.shape.refused_at; }) >= kMostAtOnce) return;
    RuntimeFetchRow row;
    row.id = "runtime:" + random_uuid();
    row.name = wanted;
    row.created = home_.clock.now();
    row.shape = fetch;
    region::insert(tx, row);
    store::add_task(home_.tasks, tx, FetchRuntime{row.id}, row.id);
  });
  if (!refusal.empty()) return {Standing::kRefused, refusal};
  return {Standing::kComing, ""};
}

// Whatever fails on the way is tried again, until the time is over.
void RuntimeShelf::carry_out(store::TaskRun& run, const FetchRuntime& task) {
  auto row = home_.db.read([&](store::Tx& tx) { return region::find<RuntimeFetch>(tx, task.fetch); });
  if (!row || row->shape.refused_at) return;
  if (home_.clock.now() > row->created + kLongest) return end(run, std::move(*row), "it took more than 20 minutes");
  if (!row->shape.provisioned) return provision(run, std::move(*row));
  if (const auto text = find_text(work_folder(*row) + "/done")) {
    std::string refusal = std::string(trim(*text)).substr(0, kLongestMessage);
    if (refusal == "ok") {
      shelve(*row);
      refusal.clear();
    }
    return end(run, std::move(*row), refusal);
  }
  const auto machines = home_.require_host().machines({});
  const bool runs = std::ranges::any_of(machines, [&](const host::MachineState& one) {
    return one.name == machine_of(*row) && one.status == host::MachineStatus::kRunning;
  });
  if (!runs) return end(run, std::move(*row), "the machine that fetched it is gone");
  run.again(kLook);
}

void RuntimeShelf::provision(store::TaskRun& run, RuntimeFetchRow row) {
  const auto address = home_.db.write([&](store::Tx& tx) {
    take_address(tx, row.id);
    return find_address(tx, row.id);
  });
  if (!address) return run.again(kLook);
  const std::string work = work_folder(row);
  make_folders(work);
  // The build image runs what it finds there under the runner's name.
  const std::string mirrors = find_file(images_folder() + "/mirrors").value_or("");
  write_file_atomic(
      work + "/job.json",
      Json::object({{"name", row.shape.name}, {"version", row.shape.version}, {"mirrors", mirrors}}).dump(), 0644);
  const std::string& programs = home_.settings.guest_programs;
  fs::copy_file(programs + "/runtime-fetcher", work + "/build-runner", fs::copy_options::overwrite_existing);
  if (row.shape.name == kBaseImage)
    fs::copy_file(programs + "/image-fetcher", work + "/image-fetcher", fs::copy_options::overwrite_existing);
  make_folders(folder(), 0755);
  ::chmod((work + "/build-runner").c_str(), 0755);
  host::MachineSpec machine;
  machine.name = machine_of(row);
  machine.image = kImage;
  machine.cpus = 2;
  machine.memory_mib = 2048;
  machine.folders = {{work, "/hanbat/build", false}, {folder(), "/hanbat/runtimes", true}};
  machine.nics = {nic_of({row.id, *address})};
  host::Host& host = home_.require_host();
  apply_network_();
  host.create_machine(machine);
  host.start_machine({machine.name});
  row.shape.provisioned = true;
  run.again(kLook, [&](store::Tx& tx) { region::update(tx, row); });
}

void RuntimeShelf::shelve(const RuntimeFetchRow& row) {
  const std::string place = place_of(row.shape), archive = work_folder(row) + "/prefix.tar";
  if (path_exists(place)) return;
  struct stat about{};
  if (::lstat(archive.c_str(), &about) != 0 || !S_ISREG(about.st_mode))
    throw std::runtime_error("the machine that fetched " + *row.name + " left no archive");
  const std::string shelf = row.shape.name == kBaseImage ? images_folder() : folder();
  const std::string unfinished = shelf + "/.new-" + uuid_of(row.id);
  fs::remove_all(unfinished);
  make_folders(unfinished, 0755);
  run_checked({"tar", "-C", unfinished, "--no-same-owner", "-xf", archive});
  run_checked({"sync", "-f", unfinished});
  make_folders(fs::path(place).parent_path(), 0755);
  fs::rename(unfinished, place);
}

void RuntimeShelf::end(store::TaskRun& run, RuntimeFetchRow row, const std::string& refusal) {
  home_.require_host().delete_machine({machine_of(row)});
  std::error_code ignored;
  fs::remove_all(work_folder(row), ignored);
  if (!refusal.empty()) spdlog::warn("{} did not come onto the shelf: {}", *row.name, refusal);
  run.finish([&](store::Tx& tx) {
    remove_address(tx, row.id);
    if (refusal.empty()) return region::remove(tx, row);
    row.shape.refused_at = home_.clock.now();
    row.shape.refusal = refusal + (row.shape.name == kBaseImage
                                       ? " An operator adds it with: hanbat image base add " + row.shape.version +
                                             " docker-archive:FILE (or oci:FOLDER, docker://NAME)"
                                       : " An operator adds one with: hanbat image runtime add " + row.shape.name +
                                             " " + row.shape.version + " FILE.tar");
    region::update(tx, row);
  });
  apply_network_();
}

}  // namespace hanbat::codebuild
