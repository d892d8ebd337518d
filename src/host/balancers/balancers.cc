// HAProxy in master-worker mode: the master keeps the listening sockets over reloads, so a change of configuration refuses no
// connection; draining and the first health of a target are said over the worker's socket.
#include "host/balancers/balancers.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/text.h"
#include "host/client.h"
#include "host/codec.h"
#include "host/networks/kernel.h"
#include "os/files.h"
#include "os/process.h"
#include "os/sockets.h"

namespace hanbat::host {

Balancers::Balancers(std::string folder) : folder_(std::move(folder)) { make_folders(folder_, 0700); }

Balancers::~Balancers() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (watcher_.joinable()) watcher_.join();
}

int Balancers::pid() const { return find_process(folder_ + "/haproxy.pid", folder_); }

void Balancers::start() {
  {
    std::lock_guard lock(mutex_);
    if (const auto text = find_file(folder_ + "/spec.json")) {
      const auto spec = decode<BalancersSpec>(Json::parse(*text));
      config_ = pid() != 0 ? find_file(folder_ + "/haproxy.cfg").value_or("") : "";
      try {
        bring_up(spec);
      } catch (const HostError&) {
        // A VPC that it binds in is not there yet; hanbatd applies the whole again when it is up.
        config_.clear();
      }
      spec_ = spec;
    }
  }
  watcher_ = std::thread([this] { watch(); });
}

void Balancers::apply(const BalancersSpec& spec) {
  std::lock_guard lock(mutex_);
  bring_up(spec);
  spec_ = spec;
  write_file_atomic(folder_ + "/spec.json", encode(spec).dump(), 0600);
  wake_.notify_all();
}

void Balancers::bring_up(const BalancersSpec& spec) {
  const bool wanted = std::any_of(spec.balancers.begin(), spec.balancers.end(), [](const Balancer& one) { return !one.listeners.empty() && !one.nodes.empty(); });
  if (!wanted) {
    end_process(pid());
    config_.clear();
    settling_.clear();
    return;
  }
  HaproxyFiles files = haproxy_of(spec, folder_);
  // A certificate or body that changes under the same name is a change too.
  std::string config = files.config;
  for (const auto& [name, content] : files.others) config += fmt::format("# {} {}\n", name, std::hash<std::string>{}(content));
  const bool running = pid() != 0;
  if (config != config_ || !running) {
    for (const auto& [name, content] : files.others) write_file_atomic(folder_ + "/" + name, content, 0600);
    const std::string candidate = folder_ + "/candidate.cfg";
    write_file_atomic(candidate, config, 0600);
    const Captured check = run_capture({"haproxy", "-c", "-q", "-f", candidate});
    if (!check.ok()) throw HostError("Failed", "haproxy refuses its configuration: " + check.err.substr(0, 800));

    std::string states;
    const auto used = groups_in_use(spec);
    if (running) {
      states = ask_worker("show servers state");
      // What is left of a target that goes is cut now; its drain time is over.
      for (const auto& group : spec_.target_groups)
        for (const auto& target : group.targets) {
          const auto stays = std::find_if(spec.target_groups.begin(), spec.target_groups.end(), [&](const TargetGroup& one) { return one.id == group.id; });
          if (stays == spec.target_groups.end() || std::none_of(stays->targets.begin(), stays->targets.end(), [&](const Target& one) { return one.ip == target.ip && one.port == target.port; }))
            if (target.state == "draining") ask_worker(fmt::format("shutdown sessions server {}/{}", backend_name(group), server_name(target)));
        }
    }
    std::map<Key, Settled> settling;
    const auto before = running ? stat() : std::map<Key, Row>{};
    for (const auto& group : spec.target_groups)
      for (const auto& target : group.targets) {
        const Key key{backend_name(group), server_name(target)};
        if (!used.contains(group.id)) continue;
        if (!before.contains(key)) settling[key] = {};
        else if (settling_.contains(key)) settling[key] = settling_[key];
      }
    settling_ = std::move(settling);
    write_file_atomic(folder_ + "/states", server_states(spec, states), 0600);
    write_file_atomic(folder_ + "/haproxy.cfg", config, 0600);
    if (running) reload();
    else {
      const Captured started = run_capture({"haproxy", "-W", "-D", "-f", folder_ + "/haproxy.cfg", "-p", folder_ + "/haproxy.pid", "-S", folder_ + "/master.sock,mode,600"});
      if (!started.ok()) throw HostError("Failed", "haproxy does not start: " + started.err.substr(0, 800));
    }
    config_ = config;
  }
  drain_as_wanted(spec);
}

void Balancers::reload() {
  const auto newest = [&] {
    // "show proc": <pid> worker <reloads> …; the newest worker has none.
    for (const auto& line : split(ask_master("show proc"), '\n')) {
      std::vector<std::string> words;
      for (const auto& word : split(line, ' '))
        if (!word.empty()) words.emplace_back(word);
      if (words.size() > 2 && words[1] == "worker" && words[2] == "0") return words[0];
    }
    return std::string();
  };
  const std::string before = newest();
  const int master = pid();
  ::kill(master, SIGUSR2);
  for (int i = 0; i < 500; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    try {
      const std::string now = newest();
      if (!now.empty() && now != before) return;
    } catch (const std::exception&) {
      // The master starts itself anew and does not answer meanwhile.
    }
  }
  throw HostError("Failed", "haproxy did not take its new configuration within 5 s");
}

void Balancers::drain_as_wanted(const BalancersSpec& spec) {
  std::map<Key, int> admin;
  for (const auto& row : rows_of_stat(ask_worker("show servers state"))) {
    const auto state = row.find("srv_admin_state");
    if (state != row.end()) admin[{row.at("be_name"), row.at("srv_name")}] = static_cast<int>(parse_int(state->second).value_or(0));
  }
  for (const auto& group : spec.target_groups)
    for (const auto& target : group.targets) {
      const auto found = admin.find({backend_name(group), server_name(target)});
      if (found == admin.end()) continue;
      const bool drains = (found->second & 0x08) != 0;
      if (drains != (target.state == "draining"))
        ask_worker(fmt::format("set server {}/{} state {}", backend_name(group), server_name(target), drains ? "ready" : "drain"));
    }
}

std::string Balancers::ask(const std::string& socket, std::string_view command) const {
  const Fd fd = connect_unix(socket);
  timeval limit{.tv_sec = 2, .tv_usec = 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  write_all(fd.get(), std::string(command) + "\n");
  // The master waits for more commands until it sees the end of them.
  ::shutdown(fd.get(), SHUT_WR);
  std::string out;
  char buffer[16384];
  while (const std::size_t got = read_some(fd.get(), buffer)) out.append(buffer, got);
  return out;
}

std::string Balancers::ask_worker(std::string_view command) const {
  const auto began = std::chrono::steady_clock::now();
  for (;;) {
    try {
      // By way of the master, which knows the newest worker; the worker's own socket may still be that of the last one.
      return ask(folder_ + "/master.sock", "@1 " + std::string(command));
    } catch (const std::exception& error) {
      if (std::chrono::steady_clock::now() - began > std::chrono::seconds(5)) throw HostError("Failed", std::string("haproxy does not answer: ") + error.what());
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
}

std::string Balancers::ask_master(std::string_view command) const { return ask(folder_ + "/master.sock", command); }

std::map<Balancers::Key, Row> Balancers::stat() const {
  std::map<Key, Row> rows;
  for (auto& row : rows_of_stat(ask_worker("show stat"))) rows[{row["pxname"], row["svname"]}] = row;
  return rows;
}

std::vector<TargetHealth> Balancers::health() {
  std::lock_guard lock(mutex_);
  const auto used = groups_in_use(spec_);
  const auto rows = pid() != 0 ? stat() : std::map<Key, Row>{};
  std::vector<TargetHealth> all;
  for (const auto& group : spec_.target_groups)
    for (const auto& target : group.targets) {
      if (!used.contains(group.id)) {
        all.push_back({.target_group_id = group.id, .ip = target.ip, .port = target.port, .state = target.state == "draining" ? "draining" : "unused",
                       .reason = target.state == "draining" ? "Target.DeregistrationInProgress" : "Target.NotInUse"});
        continue;
      }
      const Key key{backend_name(group), server_name(target)};
      const auto row = rows.find(key);
      all.push_back(health_of(group, target, row == rows.end() ? Row{} : row->second, settling_.contains(key) ? Settling::kYes : Settling::kNo));
    }
  return all;
}

void Balancers::settle() {
  const auto rows = stat();
  for (const auto& group : spec_.target_groups)
    for (const auto& target : group.targets) {
      const auto found = settling_.find({backend_name(group), server_name(target)});
      const auto row = rows.find({backend_name(group), server_name(target)});
      if (found == settling_.end() || row == rows.end()) continue;
      std::string check = row->second.at("check_status");
      if (check.starts_with("* ")) check.erase(0, 2);
      if (row->second.at("status").starts_with("UP")) {
        settling_.erase(found);
      } else if (check == "L7OK" || check == "L7OKC") {
        ask_worker(fmt::format("set server {}/{} health up", backend_name(group), server_name(target)));
        settling_.erase(found);
      } else if (!check.empty() && check != "INI" && check != "UNK") {
        const auto now = std::chrono::steady_clock::now();
        if (!found->second.failed_once) found->second = {now, true};
        const auto patience = std::chrono::seconds((group.health_check.unhealthy_threshold - 1) * group.health_check.interval_seconds);
        if (now - found->second.first_failure >= patience) settling_.erase(found);
      }
    }
}

void Balancers::watch() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const bool busy = !settling_.empty();
    try {
      if (busy && pid() != 0) settle();
      else if (pid() == 0 && !config_.empty()) bring_up(spec_);  // it died
    } catch (const std::exception&) {
      // It is being started or reloaded; next time.
    }
    wake_.wait_for(lock, busy ? std::chrono::milliseconds(200) : std::chrono::milliseconds(2000));
  }
}

void Balancers::down() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (watcher_.joinable()) watcher_.join();
  const int master = pid();
  end_process(master);
}

}  // namespace hanbat::host
