// The part of load balancing that is about counts: what each listener has served and each target was asked, over the
// workers of HAProxy, which each begin at nothing and end what they have while the next one has taken over.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "host/balancers/balancers.h"
#include "host/error.h"
#include "os/files.h"

namespace hanbat::host {
namespace {

constexpr std::string_view kFrontend = "L_";

std::int64_t number(const Row& row, const char* column) {
  const auto found = row.find(column);
  return found == row.end() ? 0 : parse_int(found->second).value_or(0);
}

std::string name_of(CountKind kind, const std::string& balancer, const std::string& listener) {
  return fmt::format("{} {} {}", word_of(kind), balancer, listener);
}

/// What "show stat" tells of a server, and what it is here.
constexpr std::pair<const char*, std::int64_t TargetCounters::*> kAsked[] = {
    {"stot", &TargetCounters::requests},         {"econ", &TargetCounters::connection_errors},
    {"hrsp_2xx", &TargetCounters::answered_2xx}, {"hrsp_3xx", &TargetCounters::answered_3xx},
    {"hrsp_4xx", &TargetCounters::answered_4xx}, {"hrsp_5xx", &TargetCounters::answered_5xx}};

std::string asked_name(const std::string& backend, const std::string& server, std::string_view column) {
  return fmt::format("{} {} {}", backend, server, column);
}

std::map<std::pair<std::string, std::string>, Row> keyed(std::string_view stat) {
  std::map<std::pair<std::string, std::string>, Row> rows;
  for (auto& row : rows_of_stat(stat)) rows[{row["pxname"], row["svname"]}] = row;
  return rows;
}

bool has_no_connection(std::string_view info) { return info.find("\nCurrConns: 0\n") != std::string_view::npos; }

/// None while it is being started or loads a configuration.
std::vector<HaproxyWorker> workers_of(const Haproxy& haproxy) {
  try {
    return haproxy.workers();
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace

CountBook& Balancers::book_of(const std::string& vpc_id) {
  return books_.try_emplace(vpc_id, folder_ + "/counts/" + vpc_id + ".json").first->second;
}

std::map<Balancers::Key, Row> Balancers::stat(const Place& place) { return keyed(place.haproxy->ask("show stat")); }

/// Of one worker, as its rows tell.
void Balancers::count(const std::string& vpc_id, Place& place, const std::string& worker,
                      const std::map<Key, Row>& rows) {
  Tally::Values values;
  for (const Balancer& balancer : place.spec.balancers)
    for (const BalancerListener& listener : balancer.listeners) {
      const auto row = rows.find({fmt::format("{}{}", kFrontend, listener.id), "FRONTEND"});
      if (row == rows.end()) continue;
      values[name_of(CountKind::kConnections, balancer.id, listener.id)] = number(row->second, "conn_tot");
      values[name_of(CountKind::kRequests, balancer.id, listener.id)] = number(row->second, "req_tot");
      values[name_of(CountKind::kBytes, balancer.id, listener.id)] =
          number(row->second, "bin") + number(row->second, "bout");
    }
  if (!values.empty()) book_of(vpc_id).observe(worker, values);
  Tally::Values asked;
  for (const auto& group : place.spec.target_groups)
    for (const auto& target : group.targets)
      for (const std::string& server : {server_name(target), open_server_name(target)})
        if (const auto row = rows.find({backend_name(group), server}); row != rows.end())
          for (const auto& [column, member] : kAsked)
            asked[asked_name(backend_name(group), server, column)] = number(row->second, column);
  place.asked.observe(worker, asked);
}

/// Of one worker, whose servers have the ids that its rows tell.
void Balancers::read_times(const std::string& vpc_id, const Place& place, const std::string& worker,
                           const std::map<Key, Row>& rows) {
  for (const auto& group : place.spec.target_groups) {
    std::map<int, ResponseTimesBook::TargetKey> targets;
    for (const auto& target : group.targets)
      for (const std::string& server : {server_name(target), open_server_name(target)})
        if (const auto row = rows.find({backend_name(group), server}); row != rows.end())
          targets[static_cast<int>(number(row->second, "sid"))] = {group.id, target.ip, target.port};
    if (targets.empty()) continue;
    ResponseTimesBook::Counts counts;
    for (const auto& [key, count] :
         read_time_table(place.haproxy->ask_worker(worker, "show table " + backend_name(group))))
      if (const auto target = targets.find(key.first); target != targets.end())
        counts[{target->second, key.second}] += count;
    times_.observe(fmt::format("{} {} {}", vpc_id, worker, group.id), counts);
  }
}

/// An old worker has counted all that it will once it has no connection; until then it is held, and nothing is lost.
std::map<Balancers::Key, Row> Balancers::look(const std::string& vpc_id, Place& place) {
  Haproxy& haproxy = *place.haproxy;
  const auto workers = workers_of(haproxy);
  if (workers.empty() || !workers.back().is_newest) return stat(place);  // who has ended is not known now
  std::map<Key, Row> newest;
  std::set<std::string> there, still_serving;
  place.has_old_workers = false;
  for (const HaproxyWorker& worker : workers) {
    there.insert(worker.pid);
    if (worker.is_newest) {
      newest = keyed(haproxy.ask_worker(worker.pid, "show stat"));
      count(vpc_id, place, worker.pid, newest);
      continue;
    }
    still_serving.insert(worker.pid);
    try {
      const bool served_all = has_no_connection(haproxy.ask_worker(worker.pid, "show info"));
      const auto rows = keyed(haproxy.ask_worker(worker.pid, "show stat"));
      count(vpc_id, place, worker.pid, rows);
      read_times(vpc_id, place, worker.pid, rows);
      if (served_all) still_serving.erase(worker.pid);
      place.has_old_workers = true;
    } catch (const std::exception&) {
      // It has ended meanwhile.
    }
  }
  haproxy.let_go_all_but(still_serving);
  place.asked.keep(there);
  times_.keep([&](const std::string& source) {
    const auto words = split(source, ' ');
    return words.front() != vpc_id || there.contains(words.at(1));
  });
  if (const auto book = books_.find(vpc_id); book != books_.end()) {
    book->second.keep(there);
    book->second.save();
  }
  return newest;
}

/// Of a worker, or of all. It ends all the same: what was read of it before is in the book.
void Balancers::count_before_its_end(const std::string& vpc_id, Place& place) {
  try {
    if (vpc_id.empty() || place.haproxy->pid() == 0) return;
    const auto rows = look(vpc_id, place);
    const auto workers = workers_of(*place.haproxy);
    if (!workers.empty()) read_times(vpc_id, place, workers.back().pid, rows);
  } catch (const std::exception& error) {
    spdlog::warn("what load balancers of {} served last is not counted: {}", vpc_id, error.what());
  }
}

/// HAProxy empties the tables of a worker that stops, once.
void Balancers::begin_times_anew(const std::string& vpc_id) {
  times_.keep([&](const std::string& source) { return split(source, ' ').front() != vpc_id; });
}

TargetCounters Balancers::counters_of(const Place& place, const TargetGroup& group, const Target& target) {
  TargetCounters out;
  for (const std::string& server : {server_name(target), open_server_name(target)})
    for (const auto& [column, member] : kAsked)
      if (const auto found = place.asked.totals().find(asked_name(backend_name(group), server, column));
          found != place.asked.totals().end())
        out.*member += found->second;
  return out;
}

void Balancers::forget_gone_targets(Place& place) {
  std::set<std::string> there;
  for (const auto& group : place.spec.target_groups)
    for (const auto& target : group.targets)
      for (const std::string& server : {server_name(target), open_server_name(target)})
        for (const auto& [column, member] : kAsked) there.insert(asked_name(backend_name(group), server, column));
  place.asked.drop([&](const std::string& name) { return !there.contains(name); });
}

std::vector<ResponseTimes> Balancers::take_times() {
  std::lock_guard lock(mutex_);
  for (auto& [vpc, place] : places_) count_before_its_end(vpc, place);
  return times_.take();
}

std::vector<Count> Balancers::counts() {
  std::lock_guard lock(mutex_);
  std::vector<Count> out;
  std::set<std::string> there;
  for (auto& [vpc, place] : places_) {
    if (vpc.empty()) continue;
    for (const Balancer& balancer : place.spec.balancers)
      for (const BalancerListener& listener : balancer.listeners)
        for (const CountKind kind : {CountKind::kConnections, CountKind::kRequests, CountKind::kBytes})
          there.insert(name_of(kind, balancer.id, listener.id));
    if (place.haproxy->pid() == 0) continue;
    try {
      const auto rows = look(vpc, place);
      for (const Balancer& balancer : place.spec.balancers)
        for (const BalancerListener& listener : balancer.listeners)
          if (const auto row = rows.find({fmt::format("{}{}", kFrontend, listener.id), "FRONTEND"}); row != rows.end())
            out.push_back({.vpc_id = vpc,
                           .account = "",
                           .region = "",
                           .kind = CountKind::kActive,
                           .id = balancer.id,
                           .part = listener.id,
                           .epoch = "",
                           .value = number(row->second, "scur"),
                           .goes_on = true});
    } catch (const HostError&) {
      // It is being started: what is in its book is told.
    }
  }
  for (const auto& [vpc, book] : books_)
    for (const auto& [name, value] : book.totals()) {
      const auto words = split(name, ' ');
      if (words.size() != 3) continue;
      out.push_back({.vpc_id = vpc,
                     .account = "",
                     .region = "",
                     .kind = require_word<CountKind>(words[0]),
                     .id = words[1],
                     .part = words[2],
                     .epoch = book.epoch(),
                     .value = value,
                     .goes_on = there.contains(name)});
    }
  return out;
}

void Balancers::drop_counts(const BookedCounts& booked) {
  std::lock_guard lock(mutex_);
  std::set<std::string> touched;
  for (const BookedCount& one : booked.counts) {
    const auto book = one.source == CountSource::kBalancers ? books_.find(one.vpc_id) : books_.end();
    if (book == books_.end()) continue;
    const std::string name = name_of(one.kind, one.id, one.part);
    const auto total = book->second.totals().find(name);
    if (total == book->second.totals().end() || total->second != one.value) continue;
    const auto place = places_.find(one.vpc_id);
    const bool goes_on =
        place != places_.end() && std::ranges::any_of(place->second.spec.balancers, [&](const Balancer& balancer) {
          return balancer.id == one.id &&
                 std::ranges::any_of(balancer.listeners,
                                     [&](const BalancerListener& listener) { return listener.id == one.part; });
        });
    if (goes_on) continue;
    book->second.drop(name);
    touched.insert(one.vpc_id);
  }
  for (const std::string& id : touched) {
    CountBook& book = books_.at(id);
    book.save();
    if (!book.totals().empty()) continue;
    remove_tree(folder_ + "/counts/" + id + ".json");
    books_.erase(id);
  }
}

}  // namespace hanbat::host
