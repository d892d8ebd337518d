#include "services/s3/objects/delete_marker.h"

namespace hanbat::s3 {

const wire::Shape* HiddenByMarker::members_shape() const {
  static constexpr wire::Shape kText{.name = "Text", .type = wire::Type::kString};
  static constexpr auto kHeader = [](std::string_view name, std::size_t offset) {
    return wire::Member{.name = name,
                        .wire_name = name,
                        .shape = &kText,
                        .slot = wire::SlotOf<std::optional<std::string>>::kSlot,
                        .offset = offset,
                        .location = wire::Location::kHeader};
  };
  static constexpr wire::Member kMembers[] = {
      kHeader("x-amz-delete-marker", offsetof(Told, marker)), kHeader("x-amz-version-id", offsetof(Told, version_id)),
      kHeader("Last-Modified", offsetof(Told, modified)), kHeader("Allow", offsetof(Told, allow))};
  static constexpr wire::Shape kShape{.name = "DeleteMarker", .members = kMembers};
  return &kShape;
}

}  // namespace hanbat::s3
