#include "services/s3/logging/access_notes.h"

#include <algorithm>

namespace hanbat::s3 {
namespace {

thread_local CallNotes current_notes;

}  // namespace

std::optional<LoggingEnabled> logging_of(const BucketRow& bucket) {
  const Json* kept = bucket.own.find(kLogging);
  return kept ? std::optional(wire::from_json<LoggingEnabled>(*kept)) : std::nullopt;
}

LoggedBucket logged_bucket(const BucketRow& bucket) {
  return {bucket.id, bucket.place.account, region_of(bucket), bucket.own.contains(kLogging)};
}

const LoggedBucket* CallNotes::find(std::string_view bucket) const {
  const auto found = std::ranges::find(buckets, bucket, &LoggedBucket::name);
  return found == buckets.end() ? nullptr : &*found;
}

CallNotes& notes_of(const region::Request& rq) {
  if (current_notes.request_id != rq.request_id) current_notes = {.request_id = rq.request_id};
  return current_notes;
}

const CallNotes* find_notes(std::string_view request_id) {
  return current_notes.request_id == request_id ? &current_notes : nullptr;
}

void note_bucket(const region::Request& rq, const BucketRow& bucket) {
  CallNotes& notes = notes_of(rq);
  if (!notes.find(bucket.id)) notes.buckets.push_back(logged_bucket(bucket));
}

}  // namespace hanbat::s3
