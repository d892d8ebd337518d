#include "services/s3/usage.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

#include "region/hourly_usage.h"
#include "services/s3/objects/store.h"
#include "services/s3/uploads/store.h"
#include "wire/operation.h"

namespace hanbat::s3 {
namespace {

constexpr const char* kBillName = "Amazon Simple Storage Service";
constexpr std::string_view kFlush = "s3.count-requests";
constexpr Milliseconds kFlushEvery = std::chrono::minutes(1);

bool begins(std::string_view text, std::initializer_list<std::string_view> beginnings) {
  return std::ranges::any_of(beginnings, [&](std::string_view one) { return text.starts_with(one); });
}

region::Use request(std::string_view tier, std::string_view operation, std::int64_t count) {
  return {kBillName, std::string(tier), std::string(operation), region::UsageUnit::kRequests, count};
}

/// What lies in each bucket: all versions of its objects, and the parts of uploads that have not ended.
std::vector<region::Measured> measure(store::Tx& tx) {
  std::map<std::string, std::int64_t> bytes = bytes_of_objects(tx);
  for (const auto& [bucket, parts] : bytes_of_parts(tx)) bytes[bucket] += parts;
  std::vector<region::Measured> out;
  for (const BucketRow& bucket : region::list_all<Bucket>(tx)) {
    const auto found = bytes.find(bucket.id);
    if (found == bytes.end() || found->second == 0) continue;
    out.push_back(
        {{bucket.place.account, region_of(bucket)},
         region::KindOf<Bucket>::arn(bucket),
         {kBillName, "TimedStorage-ByteHrs", "StandardStorage", region::UsageUnit::kGigabyteMonths, found->second}});
  }
  return out;
}

}  // namespace

std::string_view tier_of(std::string_view operation) {
  if (begins(operation, {"Delete", "Abort"})) return "";
  if (begins(operation, {"Put", "Copy", "Post", "Create", "Complete", "UploadPart", "List"})) return "Requests-Tier1";
  return "Requests-Tier2";
}

RequestCount::~RequestCount() {
  try {
    if (!waiting_.empty()) home_.db.write([this](store::Tx& tx) { flush(tx); });
  } catch (const std::exception& error) {
    spdlog::warn("S3's last requests are not billed: {}", error.what());
  }
}

void RequestCount::start() {
  home_.tasks.handle(std::string(kFlush),
                     [this](store::TaskRun& run) { run.again(kFlushEvery, [this](store::Tx& tx) { flush(tx); }); });
  home_.db.write([this](store::Tx& tx) {
    home_.tasks.add(tx, {.kind = std::string(kFlush), .key = "all", .body = Json::object()});
  });
  region::measure_hourly(home_, "s3", kBillName, "TimedStorage-ByteHrs", &measure);
}

void RequestCount::add(region::Request& rq, std::string_view action, const BucketRow& bucket) {
  const std::string_view operation = rq.operation.name;
  const std::string_view tier = tier_of(operation);
  // A copy asks for its source, too, and is one request.
  if (tier.empty() || (operation.find("Copy") != operation.npos && action.starts_with("s3:Get"))) return;
  if (rq.tx.mode() == store::Tx::Mode::kWrite) {
    region::meter_event(rq.tx, rq.now(), {bucket.place.account, region_of(bucket)}, region::KindOf<Bucket>::arn(bucket),
                        request(tier, operation, 1));
    return;
  }
  const std::lock_guard lock(mutex_);
  ++waiting_[{bucket.place.account, region_of(bucket), region::KindOf<Bucket>::arn(bucket), std::string(tier),
              std::string(operation)}];
}

void RequestCount::flush(store::Tx& tx) {
  std::map<Key, std::int64_t> counted;
  {
    const std::lock_guard lock(mutex_);
    counted.swap(waiting_);
  }
  for (const auto& [key, count] : counted) {
    const auto& [account, region, arn, tier, operation] = key;
    region::meter_event(tx, home_.clock.now(), {account, region}, arn, request(tier, operation, count));
  }
}

}  // namespace hanbat::s3
