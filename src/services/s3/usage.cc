#include "services/s3/usage.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <stdexcept>

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

/// How the bill names what lies in a class: the usage type and the operation.
/// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/aws-usage-report-understand.html
struct BilledStorage {
  const char* usage_type;
  const char* operation;
};

BilledStorage billed_as(StorageClass kept_in) {
  switch (kept_in) {
    case StorageClass::kStandard:
      return {"TimedStorage-ByteHrs", "StandardStorage"};
    case StorageClass::kReducedRedundancy:
      return {"TimedStorage-RRS-ByteHrs", "ReducedRedundancyStorage"};
    case StorageClass::kStandardIa:
      return {"TimedStorage-SIA-ByteHrs", "StandardIAStorage"};
    case StorageClass::kOnezoneIa:
      return {"TimedStorage-ZIA-ByteHrs", "OneZoneIAStorage"};
    case StorageClass::kIntelligentTiering:
      return {"TimedStorage-INT-FA-ByteHrs", "IntelligentTieringFAStorage"};
    case StorageClass::kGlacierIr:
      return {"TimedStorage-GIR-ByteHrs", "GlacierInstantRetrievalStorage"};
    case StorageClass::kGlacier:
      return {"TimedStorage-GlacierByteHrs", "GlacierStorage"};
    case StorageClass::kDeepArchive:
      return {"TimedStorage-GDA-ByteHrs", "DeepArchiveStorage"};
  }
  throw std::logic_error("a storage class without a name in the bill");
}

/// What lies in each bucket, by class: all versions of its objects, and the parts of uploads that have not ended.
std::vector<region::Measured> measure(store::Tx& tx) {
  auto bytes = bytes_of_objects(tx);
  for (const auto& [bucket, parts] : bytes_of_parts(tx)) bytes[{bucket, StorageClass::kStandard}] += parts;
  std::vector<region::Measured> out;
  for (const BucketRow& bucket : region::list_all<Bucket>(tx))
    for (const auto& [kept_in, name] : kWords<StorageClass>) {
      const auto found = bytes.find({bucket.id, kept_in});
      if (found == bytes.end() || found->second == 0) continue;
      const BilledStorage billed = billed_as(kept_in);
      out.push_back(
          {{bucket.place.account, region_of(bucket)},
           region::KindOf<Bucket>::arn(bucket),
           {kBillName, billed.usage_type, billed.operation, region::UsageUnit::kGigabyteMonths, found->second}});
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
  std::vector<std::string> types;
  for (const auto& [kept_in, name] : kWords<StorageClass>) types.emplace_back(billed_as(kept_in).usage_type);
  region::measure_hourly(home_, "s3", kBillName, types, &measure);
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
