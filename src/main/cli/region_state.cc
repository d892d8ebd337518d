// up, down, status and reset: the region as a whole.
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <thread>

#include "base/text.h"
#include "host/clashes.h"
#include "host/edge_range.h"
#include "host/machines/spec.h"
#include "main/cli/commands.h"
#include "main/cli/control.h"
#include "main/cli/failing_work.h"
#include "main/cli/leftovers.h"
#include "main/cli/parts.h"
#include "main/cli/schema_check.h"
#include "main/cli/spawn.h"
#include "main/cli/trust.h"
#include "main/cli/unit.h"
#include "os/files.h"
#include "os/proc.h"
#include "os/process.h"

namespace hanbat::cli {
namespace fs = std::filesystem;
using std::chrono::steady_clock;

namespace {

double seconds_since(steady_clock::time_point then) {
  return std::chrono::duration<double>(steady_clock::now() - then).count();
}

void report(const std::string& line) { std::cout << line << std::endl; }

void require_root() {
  if (::geteuid() != 0)
    throw Failure("networks and machines take root: run it as root (hanbatd itself runs without rights)");
}

/// Resident memory of a process in MB; 0 when it is gone.
double resident_mb(std::int64_t pid) {
  const std::vector<std::string> fields = split(of_process(static_cast<pid_t>(pid), "statm"), ' ');
  return fields.size() < 2 ? 0 : double(parse_int(fields[1]).value_or(0)) * double(::sysconf(_SC_PAGESIZE)) / 1e6;
}

std::string last_lines(const fs::path& log, std::size_t count) {
  const std::vector<std::string> lines = split(find_file(log).value_or(""), '\n');
  std::string text;
  for (std::size_t i = lines.size() > count ? lines.size() - count : 0; i < lines.size(); ++i)
    text += "  " + lines[i] + "\n";
  return text;
}

/// Waits until hostd's control socket and the front door answer. Throws with the end of the log when a daemon dies
/// first.
void wait_until_ready(const Home& home, pid_t hostd) {
  const auto began = steady_clock::now();
  double reported = 5;
  while (!(find_answer(home, Json::object({{"action", "status"}})) && front_door_answers(front_port()))) {
    if (!is_running(hostd))
      throw Failure("hostd ended; the end of " + home.hostd_log().string() + ":\n" + last_lines(home.hostd_log(), 12));
    const double waited = seconds_since(began);
    if (waited > 120)
      throw Failure("the front door did not open within 120 s; the end of " + home.hanbatd_log().string() + ":\n" +
                    last_lines(home.hanbatd_log(), 12));
    if (waited > reported) {
      report(fmt::format("  waiting for the front door ({:.0f} s)", waited));
      reported += 5;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  }
}

/// Whether the running daemons are the programs that belong to this one: started from there, and neither built anew nor
/// told otherwise since.
bool runs_these_programs(const Home& home, pid_t hostd) {
  std::error_code failed;
  if (listening_changed(home)) return false;
  // Of a file that was replaced, the link says "… (deleted)".
  const Parts parts = Parts::find();
  if (fs::read_symlink(fmt::format("/proc/{}/exe", hostd), failed) != parts.hostd) return false;
  const auto started = fs::last_write_time(home.control_socket());
  std::vector<fs::path> programs = {parts.hostd, parts.hanbatd};
  for (const std::string& name : list_folder(parts.guest)) programs.push_back(parts.guest / name);
  for (const fs::path& program : programs)
    if (fs::last_write_time(program) > started) return false;
  return true;
}

/// Ends the daemons and nothing else: machines, networks and balancers go on, and the next hostd finds them.
void end_daemons(pid_t hostd) {
  ::kill(hostd, SIGTERM);
  const auto began = steady_clock::now();
  while (is_running(hostd)) {
    if (seconds_since(began) > 30)
      throw Failure(fmt::format("hostd (process {}) does not end; see its log, then: hanbat down", hostd));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

/// The state folder of the region that runs on this machine, where it is not this one.
std::optional<fs::path> find_other_region(const Home& home) {
  const fs::path other = find_file("/run/hanbat-hostd.lock").value_or("");
  if (::geteuid() != 0 || other.empty() || other == home.root) return std::nullopt;
  if (!find_answer(Home{other}, Json::object({{"action", "status"}}))) return std::nullopt;
  return other;
}

/// Less than that, and not even the first start of the daemons comes to its end.
constexpr std::uint64_t kLeastRoom = 64 << 20;

/// Throws Failure with what others have of that which the region needs.
void require_place(const Home& home, const std::string& edge) {
  if (const auto other = find_other_region(home))
    throw Failure(
        fmt::format("a region runs on this machine in {0}, and one machine holds one at a time: "
                    "HANBAT_HOME={0} hanbat down first",
                    other->string()));
  fs::path there = home.root;
  while (!fs::exists(there)) there = there.parent_path();
  try {
    require_free_space(there, kLeastRoom);
  } catch (const std::system_error&) {
    throw Failure(
        fmt::format("the disk that holds {} has less than {} MB left: make room, or name another folder: "
                    "HANBAT_HOME=… hanbat up",
                    home.root.string(), kLeastRoom >> 20));
  }
  host::require_room(edge.empty() ? host::EdgeRange::of(home.root) : host::EdgeRange::require(edge));
  if (const auto who = host::find_listener(host::list_listeners(), "127.0.0.1", front_port()))
    throw Failure(
        fmt::format("{} listens on port {}, where the front door is to be; another port: HANBAT_PORT={} hanbat up",
                    *who, front_port(), front_port() + 1));
}

void print_reach(const Home& home) {
  const int port = front_port();
  report(fmt::format("  AWS endpoint   http://127.0.0.1:{}", port));
  report(fmt::format("  AWS CLI, git   eval \"$({} env)\"", Parts::find().hanbat.string()));
  if (const std::string open = listening_lines(home); !open.empty()) report("  network        " + open);
  report(fmt::format("  logs           {}", home.logs().string()));
}

/// Whether that member of hostd's answer is a process's number.
bool is_process(const std::string& name, const Json& value) {
  return name == "hostd" || name == "hanbatd" || name == "incusd" ||
         ((name == "sshd" || name == "listener") && value.as_int() != 0);
}

/// {"running", "home", "endpoint", "network" where it is open to one, "front_door", "failing": […]}, and what hostd
/// says of its parts as it says it.
Json status_json(const Home& home, const std::optional<Json>& answer) {
  Json out = Json::object({{"running", answer.has_value()},
                           {"home", home.root.string()},
                           {"endpoint", fmt::format("http://127.0.0.1:{}", front_port())},
                           {"front_door", answer.has_value() && front_door_answers(front_port())}});
  if (const std::string open = listening_lines(home); !open.empty()) out["network"] = open;
  if (!answer) return out;
  for (const auto& [name, value] : answer->members()) {
    if (name == "done") continue;
    out[name] = value;
    if (is_process(name, value))
      out[name] = Json::object({{"process", value}, {"resident_mb", resident_mb(value.as_int())}});
  }
  Json failing = Json::array();
  for (const std::string& line : list_failing_work(home)) failing.push_back(line);
  out["failing"] = failing;
  return out;
}

}  // namespace

void up(const Home& home, const std::string& edge, const ListenWish& listen) {
  require_root();
  const auto began = steady_clock::now();
  if (is_managed(home)) {
    if (!find_answer(home, Json::object({{"action", "status"}}))) require_place(home, edge);
    for (const fs::path& folder : {home.root, home.logs()}) make_folders(folder);
    host::settle_edge_range(home.root, edge);
    settle_listening(home, listen);
    change_unit(is_unit_active() ? "reload" : "start");
    return build_images(home, {});
  }
  if (const auto status = find_answer(home, Json::object({{"action", "status"}}))) {
    const auto running = static_cast<pid_t>(status->integer("hostd"));
    host::settle_edge_range(home.root, edge);
    settle_listening(home, listen);
    if (runs_these_programs(home, running)) {
      wait_until_ready(home, running);
      if (!is_unit()) build_images(home, {});
      report("the region runs already");
      print_reach(home);
      return;
    }
    report("the daemons that run are of another build or setting; they are started anew, machines and networks go on");
    end_daemons(running);
  }
  require_place(home, edge);
  for (const fs::path& folder : {home.root, home.logs(), home.root / "run"}) make_folders(folder);
  host::settle_edge_range(home.root, edge);
  settle_listening(home, listen);
  require_known_schema(home.root);

  const Parts parts = Parts::find();
  const pid_t hostd = start_daemon({parts.hostd, "--home", home.root, "--port", std::to_string(front_port()),
                                    "--hanbatd", parts.hanbatd, "--guest", parts.guest, "--ssh", parts.ssh},
                                   home.hostd_log());
  wait_until_ready(home, hostd);
  const double ready = seconds_since(began);
  report(fmt::format("the region is up: front door after {:.1f} s", ready));
  if (!is_unit()) {
    build_images(home, {});
    report(fmt::format("machine images after {:.1f} s", seconds_since(began)));
  }
  print_reach(home);
}

namespace {

void take_down(const Home& home, host::StopMode machines) {
  require_root();
  if (is_managed(home) && is_unit_active()) return change_unit("stop");
  const auto began = steady_clock::now();
  const auto answer = find_answer(home, Json::object({{"action", "down"}, {"machines", word_of(machines)}}),
                                  [](const std::string& line) { report("  " + line); });
  if (!answer) report("no region runs in " + home.root.string());
  if (const auto other = answer ? std::nullopt : find_other_region(home))
    return report(fmt::format("one runs in {0}: HANBAT_HOME={0} hanbat down", other->string()));

  // hostd says what it removed; the kernel says what is left.
  std::vector<std::string> left = list_leftovers(home);
  for (int i = 0; answer && !left.empty() && i < 300; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    left = list_leftovers(home);
  }
  if (!left.empty()) {
    std::string text = "left behind:";
    for (const std::string& one : left) text += "\n  " + one;
    throw Failure(
        text +
        "\nhanbat up finds it again, and hanbat down then takes it away in order. A process that stays all the "
        "same: kill -9 its number");
  }
  for (const std::string& held : list_held(home)) report("  " + held);
  if (trust_state(home, "").any())
    report("  AWS's names on this machine lead to the region, which is down: hanbat trust --remove takes them back");
  if (answer)
    report(fmt::format("the region is down after {:.1f} s; nothing is left but its data in {}", seconds_since(began),
                       home.root.string()));
}

}  // namespace

void down(const Home& home) { take_down(home, host::StopMode::kGraceful); }

void status(const Home& home, Form form) {
  const auto answer = find_answer(home, Json::object({{"action", "status"}}));
  if (form == Form::kJson) {
    std::cout << status_json(home, answer).pretty() << "\n";
    return;
  }
  if (!answer) {
    report("no region runs in " + home.root.string() + "; start it with: hanbat up");
    if (const auto other = find_other_region(home))
      report(fmt::format("one runs in {0}: HANBAT_HOME={0} hanbat status", other->string()));
    return;
  }
  report(fmt::format("front door     {} at http://127.0.0.1:{}",
                     front_door_answers(front_port()) ? "answers" : "DOES NOT ANSWER", front_port()));
  if (const std::string open = listening_lines(home); !open.empty()) report("network        " + open);
  report(fmt::format("state folder   {}", home.root.string()));
  for (const auto& [name, value] : answer->members()) {
    if (name == "done") continue;
    if (is_process(name, value))
      report(fmt::format("{:<14} process {}, {:.1f} MB", name, value.as_int(), resident_mb(value.as_int())));
    else
      report(fmt::format("{:<14} {}", name, value.is_string() ? value.as_string() : value.dump()));
  }
  for (const std::string& line : list_failing_work(home)) report(fmt::format("{:<14} {}", "FAILS", line));
}

void reset(const Home& home, Confirm confirm) {
  require_root();
  if (confirm == Confirm::kAsk) {
    std::cout << "This deletes everything in " << home.root.string() << ". Type yes to go on: " << std::flush;
    std::string typed;
    std::getline(std::cin, typed);
    if (typed != "yes") throw Failure("nothing was changed");
  }
  take_down(home, host::StopMode::kForce);  // what they would write on their way goes too
  // The key of the CA goes with the data, and a region that is made later has another.
  if (trust_state(home, "").has_ca) remove_trust("");
  for (const std::string& name : path_exists(home.root) ? list_folder(home.root) : std::vector<std::string>{})
    remove_tree(home.root / name);
  report("the region's data is gone");
}

}  // namespace hanbat::cli
