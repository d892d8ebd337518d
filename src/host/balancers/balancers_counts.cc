// The part of load balancing that is about what is billed by amount: what each listener has served, over the workers of
// HAProxy, which each begin at nothing. What a worker serves after the next one has taken over is not seen.
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

}  // namespace

CountBook& Balancers::book_of(const std::string& vpc_id) {
  return books_.try_emplace(vpc_id, folder_ + "/counts/" + vpc_id + ".json").first->second;
}

/// `rows` are what the newest worker tells.
void Balancers::count(const std::string& vpc_id, const Place& place, const std::map<Key, Row>& rows) {
  std::map<std::string, std::int64_t> values;
  for (const Balancer& balancer : place.spec.balancers)
    for (const BalancerListener& listener : balancer.listeners) {
      const auto row = rows.find({fmt::format("{}{}", kFrontend, listener.id), "FRONTEND"});
      if (row == rows.end()) continue;
      values[name_of(CountKind::kConnections, balancer.id, listener.id)] = number(row->second, "conn_tot");
      values[name_of(CountKind::kRequests, balancer.id, listener.id)] = number(row->second, "req_tot");
      values[name_of(CountKind::kBytes, balancer.id, listener.id)] =
          number(row->second, "bin") + number(row->second, "bout");
    }
  if (values.empty()) return;
  CountBook& book = book_of(vpc_id);
  book.observe(place.haproxy->newest_worker(), values);
  book.save();
}

/// Of a worker, or of all. It ends all the same: what was read of it before is in the book.
void Balancers::count_before_its_end(const std::string& vpc_id, const Place& place) {
  try {
    if (!vpc_id.empty() && place.haproxy->pid() != 0) count(vpc_id, place, stat(place));
  } catch (const std::exception& error) {
    spdlog::warn("what load balancers of {} served last is not counted: {}", vpc_id, error.what());
  }
}

std::vector<Count> Balancers::counts() {
  std::lock_guard lock(mutex_);
  std::vector<Count> out;
  std::set<std::string> there;
  for (const auto& [vpc, place] : places_) {
    if (vpc.empty()) continue;
    for (const Balancer& balancer : place.spec.balancers)
      for (const BalancerListener& listener : balancer.listeners)
        for (const CountKind kind : {CountKind::kConnections, CountKind::kRequests, CountKind::kBytes})
          there.insert(name_of(kind, balancer.id, listener.id));
    if (place.haproxy->pid() == 0) continue;
    try {
      const auto rows = stat(place);
      count(vpc, place, rows);
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
