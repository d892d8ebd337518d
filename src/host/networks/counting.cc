// What VPCs carry: read from the kernel into their books, which outlive the namespaces and the VPCs themselves until
// what is in them has been booked.
#include <spdlog/spdlog.h>

#include "base/json.h"
#include "host/error.h"
#include "host/networks/kernel.h"
#include "host/networks/networks.h"
#include "host/networks/traffic.h"
#include "os/files.h"

namespace hanbat::host {

CountBook& Networks::book_of(const std::string& vpc_id) {
  return books_.try_emplace(vpc_id, folder_ + "/counts/" + vpc_id + ".json").first->second;
}

/// Whenever somebody asks. Counters that somebody removed are made anew.
void Networks::count(Vpc& vpc) {
  const std::string name = namespace_name(vpc.spec.id);
  const std::string listed = list_traffic(name);
  if (listed.empty()) {
    if (namespace_exists(name) && !vpc.traffic.empty()) run_nft(name, vpc.traffic);
    return;
  }
  CountBook& book = book_of(vpc.spec.id);
  book.set_about(about_of(vpc.spec));
  const std::string source = identity_of(name);
  book.observe(source, read_traffic_counters(listed));
  book.keep({source});
  book.save();
}

/// A namespace goes all the same: what was read of it before is in the book.
void Networks::count_before_its_end(Vpc& vpc) {
  try {
    count(vpc);
  } catch (const std::exception& error) {
    spdlog::warn("what {} carried last is not counted: {}", vpc.spec.id, error.what());
  }
}

std::vector<Count> Networks::counts() {
  std::lock_guard lock(mutex_);
  std::vector<Count> out;
  std::string failure;
  for (auto& [id, vpc] : vpcs_) {
    try {
      count(vpc);
    } catch (const std::exception& error) {
      failure = error.what();  // of one VPC: what is in the others' books is told, and in this one's the next time
    }
  }
  for (const auto& [id, book] : books_) {
    const auto vpc = vpcs_.find(id);
    for (Count& one :
         counts_of(book, id, vpc == vpcs_.end() ? std::set<std::string>{} : traffic_counters(vpc->second.spec)))
      out.push_back(std::move(one));
  }
  if (!failure.empty() && out.empty()) throw HostError(HostErrorCode::kFailed, failure);
  return out;
}

void Networks::drop_counts(const BookedCounts& booked) {
  std::lock_guard lock(mutex_);
  std::set<std::string> touched;
  for (const BookedCount& one : booked.counts) {
    const auto book = one.source == CountSource::kVpcs ? books_.find(one.vpc_id) : books_.end();
    if (book == books_.end()) continue;
    const std::string name = counter_name(one.kind, one.id);
    const auto total = book->second.totals().find(name);
    if (total == book->second.totals().end() || total->second != one.value) continue;
    if (const auto vpc = vpcs_.find(one.vpc_id); vpc != vpcs_.end()) {
      if (traffic_counters(vpc->second.spec).contains(name)) continue;
      remove_traffic_counter(namespace_name(one.vpc_id), name);
    }
    book->second.drop(name);
    touched.insert(one.vpc_id);
  }
  for (const std::string& id : touched) {
    CountBook& book = books_.at(id);
    book.save();
    if (!book.totals().empty() || vpcs_.contains(id)) continue;
    remove_tree(folder_ + "/counts/" + id + ".json");
    books_.erase(id);
  }
}

}  // namespace hanbat::host
