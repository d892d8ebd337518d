// What S3's operations learn of the request that their thread serves, for what is told of it when it has ended: its
// line in a log, and who is charged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "region/request.h"
#include "services/s3/buckets/request_payment.h"
#include "services/s3/buckets/store.h"

namespace hanbat::s3 {

/// Of a bucket's own: a LoggingEnabled. Nothing where access to it is not logged.
inline constexpr const char* kLogging = "logging";
std::optional<LoggingEnabled> logging_of(const BucketRow& bucket);

/// A bucket that a line is for.
struct LoggedBucket {
  std::string name;
  std::string owner;
  std::string region;
  bool logged = false;
};
LoggedBucket logged_bucket(const BucketRow& bucket);

/// One object of several that a request deletes.
struct NotedDeletion {
  std::string key;
  std::string version_id;
  std::string error;
  int status = 204;
  std::optional<std::uint64_t> size;
};

struct CallNotes {
  std::string request_id;
  std::vector<LoggedBucket> buckets;  // each once
  std::string key;                    // the first that was asked about
  std::optional<std::uint64_t> object_size;
  bool acl_required = false;
  std::vector<NotedDeletion> deleted;
  CallPayer payer = CallPayer::kNotSaid;
  bool charged = false;  // to the requester

  const LoggedBucket* find(std::string_view bucket) const;
};

/// Those of this request; empty at its first question. A handler may be called anew, so what is noted is set, not
/// added.
CallNotes& notes_of(const region::Request& rq);
/// Those that this thread made of the request, or null.
const CallNotes* find_notes(std::string_view request_id);
void note_bucket(const region::Request& rq, const BucketRow& bucket);

}  // namespace hanbat::s3
