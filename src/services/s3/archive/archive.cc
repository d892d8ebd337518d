#include "services/s3/archive/archive.h"

#include "base/text.h"
#include "services/s3/lifecycle/rules.h"
#include "services/s3/objects/object_parts.h"
#include "services/s3/s3.h"

namespace hanbat::s3 {
namespace {

enum class Tier { kStandard, kBulk, kExpedited };

}  // namespace
}  // namespace hanbat::s3

namespace hanbat {

template <>
constexpr auto kWords<s3::Tier> = std::to_array<Word<s3::Tier>>(
    {{s3::Tier::kStandard, "Standard"}, {s3::Tier::kBulk, "Bulk"}, {s3::Tier::kExpedited, "Expedited"}});

}  // namespace hanbat

namespace hanbat::s3 {
namespace {

/// The shortest that AWS names; nothing for a tier that the class does not have.
std::optional<Milliseconds> time_of(StorageClass kept_in, Tier tier) {
  using std::chrono::hours;
  const bool deep = kept_in == StorageClass::kDeepArchive;
  switch (tier) {
    case Tier::kExpedited:
      if (deep) return std::nullopt;
      return std::chrono::minutes(1);
    case Tier::kStandard:
      return deep ? hours(12) : hours(3);
    case Tier::kBulk:
      return deep ? hours(48) : hours(5);
  }
  return std::nullopt;
}

wire::Error wrong_state(const ObjectRow& object, const char* message) {
  return wire::Error("InvalidObjectState", 403, message)
      .with("StorageClass", std::string(word_of(storage_class_of(object))));
}

Tier tier_of(const RestoreRequest& asked) {
  const auto& named =
      asked.glacier_job_parameters ? asked.glacier_job_parameters->tier : asked.tier.value_or("Standard");
  return require_word<Tier>(named);
}

}  // namespace

StorageClass storage_class_of(const ObjectRow& object) {
  return require_word<StorageClass>(object.body.text("storage_class", "STANDARD"));
}

bool is_archived(const ObjectRow& object) {
  const StorageClass kept_in = storage_class_of(object);
  return kept_in == StorageClass::kGlacier || kept_in == StorageClass::kDeepArchive;
}

std::optional<Restoration> restoration_of(const ObjectRow& object, Timestamp now) {
  const Json* kept = object.body.find(kRestored);
  if (!kept) return std::nullopt;
  const Restoration found{{kept->integer("ready")}, {kept->integer("expires")}};
  if (found.expires <= now) return std::nullopt;
  return found;
}

std::optional<std::string> restore_header(const ObjectRow& object, Timestamp now) {
  const auto found = restoration_of(object, now);
  if (!found) return std::nullopt;
  if (found->ready > now) return "ongoing-request=\"true\"";
  return "ongoing-request=\"false\", expiry-date=\"" + http_date(found->expires) + "\"";
}

void require_readable(const ObjectRow& object, Timestamp now) {
  if (!is_archived(object)) return;
  const auto found = restoration_of(object, now);
  if (!found || found->ready > now)
    throw wrong_state(object, "The operation is not valid for the object's storage class");
}

RestoreObjectOutput S3::restore_object(region::Request& rq, const RestoreObjectInput& in) {
  const BucketRow bucket =
      require_bucket_for_key(rq, "s3:RestoreObject", in.bucket, in.key, terms_of(in), in.version_id);
  ObjectRow object = require_object(rq, bucket, in.key, in.version_id);
  const RestoreRequest asked = in.restore_request.value_or(RestoreRequest{});
  if (!asked.days || *asked.days < 1)
    throw wire::Error("MalformedXML", 400,
                      "The XML you provided was not well-formed or did not validate against our published schema");
  if (!is_archived(object)) throw wrong_state(object, "Restore is not allowed for the object's current storage class");
  const auto before = restoration_of(object, rq.now());
  if (before && before->ready > rq.now())
    throw wire::Error("RestoreAlreadyInProgress", 409, "Object restore is already in progress");
  const auto time = time_of(storage_class_of(object), tier_of(asked));
  if (!time) throw wire::Error("InvalidArgument", 400, "Retrieval option is not supported by this storage class");
  // What is restored already is so for longer, from now on.
  const Timestamp ready = before ? before->ready : rq.now() + *time;
  const Timestamp from = before ? rq.now() : ready;
  object.body[kRestored] = Json::object({{"ready", ready.ms}, {"expires", lifecycle_time(from, *asked.days).ms}});
  update_body(rq.tx, object);
  return {};
}

}  // namespace hanbat::s3
