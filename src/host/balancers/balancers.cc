// The spec is divided by VPC. Draining and the first health of a target are said at run time; the rest is a reload.
#include "host/balancers/balancers.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/ids.h"
#include "base/text.h"
#include "host/codec.h"
#include "host/error.h"
#include "host/networks/kernel.h"
#include "host/networks/plan.h"
#include "os/files.h"

namespace hanbat::host {
namespace {

BalancersSpec part_of(const BalancersSpec& spec, const std::string& vpc_id) {
  BalancersSpec part;
  for (const auto& balancer : spec.balancers)
    if (balancer.vpc_id == vpc_id && !balancer.nodes.empty() && !balancer.listeners.empty())
      part.balancers.push_back(balancer);
  for (const auto& group : spec.target_groups)
    if (group.vpc_id == vpc_id) part.target_groups.push_back(group);
  return part;
}

const TargetGroup* find_group(const BalancersSpec& spec, const std::string& id) {
  const auto found = std::find_if(spec.target_groups.begin(), spec.target_groups.end(),
                                  [&](const TargetGroup& one) { return one.id == id; });
  return found == spec.target_groups.end() ? nullptr : &*found;
}

bool has_target(const TargetGroup* group, const Target& target) {
  return group && std::any_of(group->targets.begin(), group->targets.end(),
                              [&](const Target& one) { return one.ip == target.ip && one.port == target.port; });
}

std::string check_of(const Row& row) {
  const auto found = row.find("check_status");
  const std::string check = found == row.end() ? "" : found->second;
  return check.starts_with("* ") ? check.substr(2) : check;  // a check is under way
}

/// What lies on the disk has no private keys; hanbatd brings them again when it starts.
BalancersSpec without_certificates(BalancersSpec spec) {
  for (auto& balancer : spec.balancers)
    for (auto& listener : balancer.listeners) listener.certificates.clear();
  return spec;
}

bool shows_certificates(const BalancersSpec& spec) {
  for (const auto& balancer : spec.balancers)
    for (const auto& listener : balancer.listeners)
      if (listener.protocol == BalancerProtocol::kHttps) return true;
  return false;
}

/// The secret under which clients' cookies are signed; it outlives the daemons, so that clients keep their targets.
std::string cookie_key_of(const std::string& folder) {
  make_folders(folder, 0700);
  const std::string path = folder + "/cookie-key";
  if (auto key = find_file(path); key && !key->empty()) return *key;
  const std::string key = random_hex(64);
  write_file_atomic(path, key, 0600);
  return key;
}

}  // namespace

Balancers::Balancers(std::string folder)
    : folder_(std::move(folder)), cookie_key_(cookie_key_of(folder_)), logs_(folder_ + "/logs") {
  make_folders(folder_ + "/counts");
  for (const std::string& file : list_folder(folder_ + "/counts"))
    if (file.ends_with(".json")) book_of(file.substr(0, file.size() - 5));
}

Balancers::~Balancers() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (watcher_.joinable()) watcher_.join();
}

Balancers::Place& Balancers::place_of(const std::string& vpc_id) {
  Place& place = places_[vpc_id];
  if (!place.haproxy)
    place.haproxy = vpc_id.empty()
                        ? std::make_unique<Haproxy>(folder_ + "/host", "")
                        : std::make_unique<Haproxy>(folder_ + "/" + vpc_id, namespace_name(vpc_id), OldWorkers::kHeld);
  return place;
}

void Balancers::start() {
  {
    std::lock_guard lock(mutex_);
    // One process for all VPCs, as a former version left it, would hold the addresses.
    if (path_exists(folder_ + "/haproxy.pid")) {
      end_process(find_process(folder_ + "/haproxy.pid", folder_ + "/haproxy.cfg"));
      remove_tree(folder_ + "/haproxy.pid");
    }
    // A VPC whose balancers have gone may have kept its process or folder when the last daemon died on the way.
    for (const std::string& name : list_folder(folder_))
      if (name.starts_with("vpc-")) place_of(name);
    if (const auto text = find_file(folder_ + "/spec.json")) {
      try {
        spec_ = decode<BalancersSpec>(Json::parse(*text));
        for (const auto& balancer : spec_.balancers) place_of(balancer.vpc_id).spec = part_of(spec_, balancer.vpc_id);
        adopt_logs();
        wanted_is_known_ = !shows_certificates(spec_);
        if (wanted_is_known_) bring_up(spec_);
      } catch (const HostError&) {
        // The watch below tries again, and hanbatd applies the whole again when it is up.
      } catch (const JsonError&) {
        // Of another version. What runs goes on as it is until hanbatd applies the whole.
        wanted_is_known_ = false;
      }
    }
  }
  watcher_ = std::thread([this] { watch(); });
}

void Balancers::apply(const BalancersSpec& spec) {
  std::lock_guard lock(mutex_);
  // What is wanted is known first: where it cannot be had now, the watch tries again.
  write_file_atomic(folder_ + "/spec.json", encode(without_certificates(spec)).dump(), 0600);
  spec_ = spec;
  wanted_is_known_ = true;
  bring_up(spec);
  wake_.notify_all();
}

void Balancers::bring_up(const BalancersSpec& spec) {
  std::set<std::string> vpcs;
  for (const auto& balancer : spec.balancers) vpcs.insert(balancer.vpc_id);
  for (const auto& [vpc, place] : places_)
    if (!vpc.empty()) vpcs.insert(vpc);
  std::string failure;
  for (const auto& vpc : vpcs) {
    try {
      Place& place = place_of(vpc);
      const BalancersSpec part = part_of(spec, vpc);
      if (!part.balancers.empty()) {
        listen_for_logs(vpc, part);
        start_place(vpc, place, part);
        continue;
      }
      count_before_its_end(vpc, place);
      place.haproxy->end();
      logs_.stop_listening(vpc);
      places_.erase(vpc);
      remove_tree(folder_ + "/" + vpc);
    } catch (const std::exception& error) {
      failure = error.what();  // of one VPC: the others' balancers have their turn
    }
  }
  start_host_side(spec);
  if (!failure.empty()) throw HostError(HostErrorCode::kFailed, failure);
}

/// A convenience of this machine's own users, whose port another program may have: no balancer waits for it.
void Balancers::start_host_side(const BalancersSpec& spec) {
  Place& host = place_of("");
  const HaproxyFiles files = haproxy_of_host(spec, host.haproxy->folder());
  host_side_wanted_ = files.config.find("frontend ") != std::string::npos;
  try {
    if (!host_side_wanted_)
      host.haproxy->end();
    else if (!host.haproxy->has(files))
      host.haproxy->apply(files, "");
    host_side_failure_.clear();
  } catch (const std::exception& error) {
    host_side_failure_ = error.what();
  }
}

void Balancers::start_place(const std::string& vpc_id, Place& place, const BalancersSpec& spec) {
  Haproxy& haproxy = *place.haproxy;
  const HaproxyFiles files = haproxy_of(spec, haproxy.folder(), cookie_key_);
  if (!haproxy.has(files)) {
    const bool running = haproxy.pid() != 0;
    std::map<Key, Row> before;
    std::string states;
    if (running) {
      before = stat(place);
      cut_off(place, spec);
      count_before_its_end(vpc_id, place);
      states = haproxy.ask("show servers state");
    }
    std::map<Key, Settling> settling;
    const auto used = groups_in_use(spec);
    for (const auto& group : spec.target_groups)
      for (const auto& target : group.targets) {
        const Key key{backend_name(group), server_name(target)};
        if (!used.contains(group.id)) continue;
        if (!before.contains(key))
          settling[key] = {};
        else if (place.settling.contains(key))
          settling[key] = place.settling[key];
      }
    haproxy.apply(files, server_states(spec, states));
    place.settling = std::move(settling);
    place.has_old_workers = running;
    begin_times_anew(vpc_id);
  }
  place.spec = spec;
  forget_gone_targets(place);
  drain_as_wanted(place);
}

/// What is left of a drained target that goes is cut now; its time is over.
void Balancers::cut_off(Place& place, const BalancersSpec& spec) {
  for (const auto& group : place.spec.target_groups)
    for (const auto& target : group.targets)
      if (target.state == TargetState::kDraining && !has_target(find_group(spec, group.id), target))
        for (const auto& server : {server_name(target), open_server_name(target)})
          place.haproxy->ask(fmt::format("shutdown sessions server {}/{}", backend_name(group), server));
}

void Balancers::drain_as_wanted(Place& place) {
  std::map<Key, int> admin;
  for (const auto& row : rows_of_stat(place.haproxy->ask("show servers state"))) {
    const auto state = row.find("srv_admin_state");
    if (state != row.end())
      admin[{row.at("be_name"), row.at("srv_name")}] = static_cast<int>(parse_int(state->second).value_or(0));
  }
  for (const auto& group : place.spec.target_groups)
    for (const auto& target : group.targets)
      for (const auto& server : {server_name(target), open_server_name(target)}) {
        const auto found = admin.find({backend_name(group), server});
        if (found == admin.end()) continue;
        const bool drains = (found->second & 0x08) != 0;
        if (drains != (target.state == TargetState::kDraining))
          place.haproxy->ask(
              fmt::format("set server {}/{} state {}", backend_name(group), server, drains ? "ready" : "drain"));
      }
}

std::vector<TargetHealth> Balancers::health() {
  std::lock_guard lock(mutex_);
  const auto used = groups_in_use(spec_);
  std::map<std::string, std::map<Key, Row>> rows;
  for (auto& [vpc, place] : places_)
    if (!vpc.empty() && place.haproxy->pid() != 0) rows[vpc] = look(vpc, place);
  std::vector<TargetHealth> all;
  for (const auto& group : spec_.target_groups)
    for (const auto& target : group.targets) {
      if (!used.contains(group.id)) {
        const bool drains = target.state == TargetState::kDraining;
        all.push_back({.target_group_id = group.id,
                       .ip = target.ip,
                       .port = target.port,
                       .state = drains ? HealthState::kDraining : HealthState::kUnused,
                       .reason = drains ? HealthReason::kDeregistrationInProgress : HealthReason::kNotInUse});
        continue;
      }
      const Key key{backend_name(group), server_name(target)};
      const auto& here = rows[group.vpc_id];
      const auto row = here.find(key);
      const auto place = places_.find(group.vpc_id);
      const bool settling = place != places_.end() && place->second.settling.contains(key);
      TargetHealth seen = health_of(group, target, row == here.end() ? Row{} : row->second,
                                    settling ? hanbat::host::Settling::kYes : hanbat::host::Settling::kNo);
      if (const auto open = here.find({backend_name(group), open_server_name(target)}); open != here.end())
        seen.active_connections += static_cast<int>(parse_int(open->second.at("scur")).value_or(0));
      if (place != places_.end()) seen.counters = counters_of(place->second, group, target);
      all.push_back(std::move(seen));
    }
  return all;
}

void Balancers::settle(Place& place) {
  const auto rows = stat(place);
  for (const auto& group : place.spec.target_groups)
    for (const auto& target : group.targets) {
      const Key key{backend_name(group), server_name(target)};
      const auto found = place.settling.find(key);
      const auto row = rows.find(key);
      if (found == place.settling.end() || row == rows.end()) continue;
      const std::string check = check_of(row->second);
      if (row->second.at("status").starts_with("UP")) {
        place.settling.erase(found);
      } else if (check == "L7OK" || check == "L7OKC") {
        place.haproxy->ask(fmt::format("set server {}/{} health up", key.first, key.second));
        place.settling.erase(found);
      } else if (!check.empty() && check != "INI" && check != "UNK") {
        const auto now = std::chrono::steady_clock::now();
        if (!found->second.failed_once) found->second = {now, true};
        const auto patience =
            std::chrono::seconds((group.health_check.unhealthy_threshold - 1) * group.health_check.interval_seconds);
        if (now - found->second.first_failure >= patience) place.settling.erase(found);
      }
    }
}

void Balancers::watch() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    bool busy = false, dead = false, ending = false;
    for (auto& [vpc, place] : places_) {
      busy = busy || !place.settling.empty();
      dead = dead || (!place.settling.empty() && place.haproxy->pid() == 0);
      try {
        if (!place.settling.empty() && place.haproxy->pid() != 0) settle(place);
        if (place.has_old_workers && place.haproxy->pid() != 0) look(vpc, place);
        ending = ending || place.has_old_workers;
      } catch (const std::exception&) {
        // It is being started; next time.
      }
    }
    // One that died comes back; without a difference nothing is done.
    if (wanted_is_known_ && (!busy || dead)) {
      try {
        bring_up(spec_);
        failure_.clear();
      } catch (const std::exception& error) {
        failure_ = error.what();
      }
    }
    wake_.wait_for(lock, std::chrono::milliseconds(busy ? 200 : ending ? 500 : 2000));
  }
}

std::vector<Finding> Balancers::examine() {
  std::lock_guard lock(mutex_);
  std::set<std::string> wanted;
  for (const auto& balancer : spec_.balancers)
    if (!part_of(spec_, balancer.vpc_id).balancers.empty()) wanted.insert(balancer.vpc_id);
  std::vector<Finding> findings;
  for (const auto& vpc : wanted) {
    const auto place = places_.find(vpc);
    const bool runs = place != places_.end() && place->second.haproxy->serves();
    findings.push_back({.what = "load balancers of " + vpc,
                        .severity = runs ? Severity::kOk : Severity::kMissing,
                        .detail = runs               ? ""
                                  : failure_.empty() ? "haproxy has died and is being started"
                                                     : failure_,
                        .remedy = runs ? "" : "It is started every 2 s; apt-get install haproxy if it is missing"});
  }
  if (host_side_wanted_)
    findings.push_back({.what = "load balancers' port on this machine",
                        .severity = host_side_failure_.empty() ? Severity::kOk : Severity::kMissing,
                        .detail = host_side_failure_,
                        .remedy = host_side_failure_.empty()
                                      ? ""
                                      : "It is tried every 2 s: end the program that has the port. The balancers "
                                        "themselves serve on"});
  examine_logs(findings);
  return findings;
}

int Balancers::pid() {
  std::lock_guard lock(mutex_);
  for (const auto& [vpc, place] : places_)
    if (const int found = place.haproxy->pid(); found != 0) return found;
  return 0;
}

void Balancers::down() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (watcher_.joinable()) watcher_.join();
  for (auto& [vpc, place] : places_) {
    count_before_its_end(vpc, place);
    place.haproxy->end();
  }
}

}  // namespace hanbat::host
