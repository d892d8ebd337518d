// Volumes: the root disk that an instance has.
#include "services/ec2/calls/operators.h"
#include "services/ec2/ec2.h"
#include "services/ec2/networks/networks.h"

namespace hanbat::ec2 {
namespace {

constexpr FilterPath kVolumesPaths[] = {{"volume-id", "VolumeId"},
                                        {"attachment.attach-time", "Attachments.AttachTime"},
                                        {"attachment.delete-on-termination", "Attachments.DeleteOnTermination"},
                                        {"attachment.device", "Attachments.Device"},
                                        {"attachment.instance-id", "Attachments.InstanceId"},
                                        {"attachment.status", "Attachments.State"},
                                        {"availability-zone", "AvailabilityZone"},
                                        {"create-time", "CreateTime"},
                                        {"encrypted", "Encrypted"},
                                        {"size", "Size"},
                                        {"snapshot-id", "SnapshotId"},
                                        {"status", "State"},
                                        {"volume-type", "VolumeType"},
                                        {"availability-zone-id", "AvailabilityZoneId"},
                                        {"fast-restored", "FastRestored"},
                                        {"multi-attach-enabled", "MultiAttachEnabled"},
                                        {"operator.managed", "Operator.Managed"},
                                        {"operator.principal", "Operator.Principal"}};
constexpr FilterPath kVolumeStatusPaths[] = {{"availability-zone", "AvailabilityZone"},
                                             {"volume-status.status", "VolumeStatus.Status"},
                                             {"volume-status.details-name", "VolumeStatus.Details.Name"},
                                             {"volume-status.details-status", "VolumeStatus.Details.Status"},
                                             {"action.code", "Actions.Code"},
                                             {"action.description", "Actions.Description"},
                                             {"action.event-id", "Actions.EventId"},
                                             {"event.description", "Events.Description"},
                                             {"event.event-id", "Events.EventId"},
                                             {"event.event-type", "Events.EventType"},
                                             {"event.not-after", "Events.NotAfter"},
                                             {"event.not-before", "Events.NotBefore"}};

}  // namespace

DescribeVolumesOutput Ec2::describe_volumes(Request& rq, const DescribeVolumesInput& in) {
  authorize(rq, "DescribeVolumes");
  auto page = describe<Volume>(rq, in, in.volume_ids, in.filters, kVolumesPaths,
                               [](Resource<Volume>& row) { row.shape.operator_ = own_operator(); });
  DescribeVolumesOutput out;
  out.volumes = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

GetEbsEncryptionByDefaultOutput Ec2::get_ebs_encryption_by_default(Request& rq, const GetEbsEncryptionByDefaultInput&) {
  authorize(rq, "GetEbsEncryptionByDefault");
  return {.ebs_encryption_by_default = false};
}

GetEbsDefaultKmsKeyIdOutput Ec2::get_ebs_default_kms_key_id(Request& rq, const GetEbsDefaultKmsKeyIdInput&) {
  authorize(rq, "GetEbsDefaultKmsKeyId");
  return {.kms_key_id = "alias/aws/ebs"};
}

DescribeVolumeStatusOutput Ec2::describe_volume_status(Request& rq, const DescribeVolumeStatusInput& in) {
  authorize(rq, "DescribeVolumeStatus");
  const region::Pager pager(rq, in, kPageSizes);

  const auto filters = named_filters(in.filters, kVolumeStatusPaths);
  std::vector<Placed<VolumeStatusItem>> items;
  for (const auto& row : select<Volume>(rq, in.volume_ids, std::nullopt, kVolumesPaths)) {
    VolumeStatusItem item;
    item.volume_id = row.id;
    item.availability_zone = row.shape.availability_zone;
    item.availability_zone_id = row.shape.availability_zone_id;
    item.actions.emplace();
    item.events.emplace();
    VolumeStatusInfo& status = item.volume_status.emplace();
    status.status = "ok";
    // How fast a volume is AWS watches only where speed is paid for.
    VolumeStatusDetails& enabled = status.details.emplace().emplace_back();
    enabled.name = "io-enabled";
    enabled.status = "passed";
    VolumeStatusDetails& speed = status.details->emplace_back();
    speed.name = "io-performance";
    speed.status = "not-applicable";
    if (!matches_filters(wire::to_json(item), filters, kVolumeStatusPaths)) continue;
    items.push_back({region::creation_key(row), std::move(item)});
  }
  auto page = cut_page(pager, std::move(items));
  DescribeVolumeStatusOutput out;
  out.volume_statuses = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

}  // namespace hanbat::ec2
