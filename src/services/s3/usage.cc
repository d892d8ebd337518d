#include "services/s3/usage.h"

#include <algorithm>
#include <stdexcept>

#include "region/data_out.h"
#include "region/hourly_usage.h"
#include "services/s3/objects/store.h"
#include "services/s3/uploads/store.h"
#include "wire/operation.h"

namespace hanbat::s3 {
namespace {

constexpr const char* kBillName = "Amazon Simple Storage Service";

bool begins(std::string_view text, std::initializer_list<std::string_view> beginnings) {
  return std::ranges::any_of(beginnings, [&](std::string_view one) { return text.starts_with(one); });
}

region::Use request(std::string_view tier, std::string_view operation, std::int64_t count) {
  return {kBillName, std::string(tier), std::string(operation), region::UsageUnit::kRequests, count};
}

/// Whether the request needs the right beside what it is: a copy to read its source, an object that is put with tags to
/// tag it. It is one request all the same.
bool is_asked_beside(std::string_view operation, std::string_view action) {
  if (operation.find("Copy") != operation.npos && action.starts_with("s3:Get")) return true;
  action.remove_prefix(std::min(action.size(), std::string_view("s3:").size()));
  const bool of_its_own = begins(action, {"PutObjectTagging", "PutObjectRetention", "PutObjectLegalHold",
                                          "PutObjectAcl", "BypassGovernanceRetention"});
  return of_its_own && action != operation;
}

/// How the bill names the request or storage that it is about.
std::string operation_of(StorageClass storage_class) {
  switch (storage_class) {
    case StorageClass::kStandard:
      return "StandardStorage";
    case StorageClass::kReducedRedundancy:
      return "ReducedRedundancyStorage";
    case StorageClass::kStandardIa:
      return "StandardIAStorage";
    case StorageClass::kOnezoneIa:
      return "OneZoneIAStorage";
    case StorageClass::kIntelligentTiering:
      return "IntelligentTieringFAStorage";
    case StorageClass::kGlacierIr:
      return "GlacierInstantRetrievalStorage";
    case StorageClass::kGlacier:
      return "GlacierStorage";
    case StorageClass::kDeepArchive:
      return "DeepArchiveStorage";
  }
  throw std::logic_error("a storage class that the bill does not name");
}

/// What lies in each bucket: all versions of its objects, and the parts of uploads that have not ended.
std::vector<region::Measured> measure(store::Tx& tx) {
  StoredBytes bytes = bytes_of_objects(tx);
  for (const auto& [where, parts] : bytes_of_parts(tx)) bytes[where] += parts;
  std::vector<region::Measured> out;
  for (const BucketRow& bucket : region::list_all<Bucket>(tx)) {
    for (auto one = bytes.lower_bound({bucket.id, StorageClass::kStandard});
         one != bytes.end() && one->first.first == bucket.id; ++one) {
      if (one->second == 0) continue;
      const StorageClass storage_class = one->first.second;
      out.push_back({{bucket.place.account, region_of(bucket)},
                     region::KindOf<Bucket>::arn(bucket),
                     {kBillName, std::string(usage_type_of(storage_class)), operation_of(storage_class),
                      region::UsageUnit::kGigabyteMonths, one->second}});
    }
  }
  return out;
}

}  // namespace

std::string_view tier_of(std::string_view operation) {
  if (begins(operation, {"Delete", "Abort"})) return "";
  if (begins(operation, {"Put", "Copy", "Post", "Create", "Complete", "UploadPart", "List"})) return "Requests-Tier1";
  return "Requests-Tier2";
}

std::string_view usage_type_of(StorageClass storage_class) {
  switch (storage_class) {
    case StorageClass::kStandard:
      return "TimedStorage-ByteHrs";
    case StorageClass::kReducedRedundancy:
      return "TimedStorage-RRS-ByteHrs";
    case StorageClass::kStandardIa:
      return "TimedStorage-SIA-ByteHrs";
    case StorageClass::kOnezoneIa:
      return "TimedStorage-ZIA-ByteHrs";
    case StorageClass::kIntelligentTiering:
      return "TimedStorage-INT-FA-ByteHrs";
    case StorageClass::kGlacierIr:
      return "TimedStorage-GIR-ByteHrs";
    case StorageClass::kGlacier:
      return "TimedStorage-GlacierByteHrs";
    case StorageClass::kDeepArchive:
      return "TimedStorage-GDA-ByteHrs";
  }
  throw std::logic_error("a storage class that the bill does not name");
}

void RequestCount::start() {
  reads_.start();
  region::measure_hourly(home_, "s3", kBillName, "TimedStorage-", &measure);
}

void RequestCount::add(region::Request& rq, std::string_view action, const BucketRow& bucket,
                       const std::string& payer) {
  const std::string_view operation = rq.operation.name;
  const region::Place place{payer, region_of(bucket)};
  const std::string arn = region::KindOf<Bucket>::arn(bucket);
  region::BilledAnswer::name_payer(rq.service, {place, arn, kBillName, std::string(operation)});
  const std::string_view tier = tier_of(operation);
  if (tier.empty() || is_asked_beside(operation, action)) return;
  const region::Use use = request(tier, operation, 1);
  if (rq.tx.mode() == store::Tx::Mode::kWrite)
    region::meter_event(rq.tx, rq.now(), place, arn, use);
  else
    reads_.add_once(rq, place, arn, use);
}

}  // namespace hanbat::s3
