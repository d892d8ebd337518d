#include "region/batched_usage.h"

#include <spdlog/spdlog.h>

namespace hanbat::region {
namespace {

constexpr Milliseconds kFlushEvery = std::chrono::minutes(1);

}  // namespace

BatchedUsage::~BatchedUsage() {
  try {
    if (!waiting_.empty()) home_.db.write([this](store::Tx& tx) { flush(tx); });
  } catch (const std::exception& error) {
    spdlog::warn("the last of {} is not billed: {}", name_, error.what());
  }
}

void BatchedUsage::start() {
  home_.tasks.handle(name_,
                     [this](store::TaskRun& run) { run.again(kFlushEvery, [this](store::Tx& tx) { flush(tx); }); });
  home_.db.write([this](store::Tx& tx) { home_.tasks.add(tx, {.kind = name_, .key = "all", .body = Json::object()}); });
}

void BatchedUsage::add(const Place& place, const std::string& arn, const Use& use) {
  const std::lock_guard lock(mutex_);
  waiting_[{place.account, place.region, arn, use.service, use.usage_type, use.operation, use.unit}] += use.quantity;
}

void BatchedUsage::add_once(const Request& rq, const Place& place, const std::string& arn, const Use& use) {
  // A handler is called anew by the thread that called it.
  thread_local std::string last;
  std::string mark = rq.request_id + " " + arn + " " + use.usage_type + " " + use.operation;
  if (mark == last) return;
  last = std::move(mark);
  add(place, arn, use);
}

void BatchedUsage::flush(store::Tx& tx) {
  std::map<Key, std::int64_t> counted;
  {
    const std::lock_guard lock(mutex_);
    counted.swap(waiting_);
  }
  try {
    for (const auto& [key, quantity] : counted) {
      const auto& [account, region, arn, service, usage_type, operation, unit] = key;
      meter_event(tx, home_.clock.now(), {account, region}, arn, {service, usage_type, operation, unit, quantity});
    }
  } catch (...) {
    // It waits on, as when the disk is full.
    const std::lock_guard lock(mutex_);
    for (const auto& [key, quantity] : counted) waiting_[key] += quantity;
    throw;
  }
}

}  // namespace hanbat::region
