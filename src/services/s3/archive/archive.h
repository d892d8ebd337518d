// What is archived: such an object cannot be read until it has been restored, which takes as long
// as AWS says of its class and tier. Its state follows from the times that its row keeps, so nothing has to run for it.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "services/s3/objects/storage_class.h"
#include "services/s3/objects/store.h"

namespace hanbat::s3 {

/// Of an object's body: {ready, expires}, milliseconds, of its restoration.
inline constexpr const char* kRestored = "restored";

StorageClass storage_class_of(const ObjectRow& object);
/// Whether it lies in a class that is read only after a restoration.
bool is_archived(const ObjectRow& object);

/// A restoration that was asked for and has not expired.
struct Restoration {
  Timestamp ready;
  Timestamp expires;
};
std::optional<Restoration> restoration_of(const ObjectRow& object, Timestamp now);
/// As the header x-amz-restore says it; nothing when none is under way or in force.
std::optional<std::string> restore_header(const ObjectRow& object, Timestamp now);
/// Throws InvalidObjectState for what is archived and not restored.
void require_readable(const ObjectRow& object, Timestamp now);

}  // namespace hanbat::s3
