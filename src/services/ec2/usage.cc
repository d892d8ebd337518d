#include "services/ec2/usage.h"

#include "services/ec2/instances/instances.h"
#include "services/ec2/routing/nat_gateway_states.h"

namespace hanbat::ec2 {
namespace {

using region::Use;
using enum region::UsageUnit;

constexpr const char* kCompute = "Amazon Elastic Compute Cloud - Compute";
constexpr const char* kOther = "EC2 - Other";
constexpr const char* kVpc = "Amazon Virtual Private Cloud";
constexpr const char* kCloudWatch = "AmazonCloudWatch";
constexpr std::int64_t kGigabyte = 1LL << 30;
// https://aws.amazon.com/cloudwatch/pricing/, "EC2 detailed monitoring": charged as so many custom metrics.
constexpr std::int64_t kDetailedMetrics = 7;

template <class T>
void tell(store::Tx& tx, Timestamp now, const Resource<T>& row, const std::vector<Use>& uses) {
  region::meter(tx, now, row.place, KindOf<T>::arn(row), uses);
}

std::string capitalized(std::string word) {
  if (!word.empty() && word[0] >= 'a' && word[0] <= 'z') word[0] = static_cast<char>(word[0] - 'a' + 'A');
  return word;
}

}  // namespace

void meter(store::Tx& tx, Timestamp now, const Resource<Instance>& row) {
  if (status_of(row) != Status::kRunning) return tell(tx, now, row, {});
  std::vector<Use> uses{{kCompute, "BoxUsage:" + row.shape.instance_type.value_or(""), "RunInstances", kSeconds}};
  if (row.shape.monitoring && row.shape.monitoring->state == word_of(MonitoringState::kEnabled))
    uses.push_back({kCloudWatch, "CW:MetricMonitorUsage", "MetricStorage:AWS/EC2", kMonths, kDetailedMetrics});
  tell(tx, now, row, uses);
}

void meter(store::Tx& tx, Timestamp now, const Resource<Volume>& row) {
  const std::string type = row.shape.volume_type.value_or("gp2");
  tell(tx, now, row,
       {Use{kOther, "EBS:VolumeUsage." + type, "CreateVolume-" + capitalized(type), kGigabyteMonths,
            row.shape.size.value_or(0) * kGigabyte}});
}

void meter(store::Tx& tx, Timestamp now, const Resource<NatGateway>& row) {
  if (state_of(row) != NatGatewayState::kAvailable) return tell(tx, now, row, {});
  tell(tx, now, row, {Use{kOther, "NatGateway-Hours", "NatGateway", kHours}});
}

void meter(store::Tx& tx, Timestamp now, const Resource<Address>& row) {
  const bool in_use = row.shape.association_id.has_value();
  tell(tx, now, row,
       {Use{kVpc, in_use ? "PublicIPv4:InUseAddress" : "PublicIPv4:IdleAddress",
            in_use ? "AssociateAddressVPC" : "AllocateAddressVPC", kSeconds}});
}

void meter(store::Tx& tx, Timestamp now, const Resource<NetworkInterface>& row) {
  if (!row.shape.association || row.shape.association->allocation_id) return tell(tx, now, row, {});
  tell(tx, now, row, {Use{kVpc, "PublicIPv4:InUseAddress", "RunInstances", kSeconds}});
}

void meter_all(store::Tx& tx, Timestamp now) {
  for (const auto& row : list_all<Instance>(tx)) meter(tx, now, row);
  for (const auto& row : list_all<Volume>(tx)) meter(tx, now, row);
  for (const auto& row : list_all<NatGateway>(tx)) meter(tx, now, row);
  for (const auto& row : list_all<Address>(tx)) meter(tx, now, row);
  for (const auto& row : list_all<NetworkInterface>(tx)) meter(tx, now, row);
}

}  // namespace hanbat::ec2
