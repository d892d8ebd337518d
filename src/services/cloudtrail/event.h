// One call as CloudTrail's record.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "base/time.h"
#include "region/trail.h"
#include "services/cloudtrail/resources.h"

namespace hanbat::cloudtrail {

/// A recorded call: what it is looked up by, and the record itself.
struct TrailEvent {
  std::int64_t id = 0;  // above those of all that were recorded before it; 0 until it is
  std::string event_id;
  std::string account;
  std::string region;
  Timestamp at;
  std::string name;    // "RunInstances"
  std::string source;  // "ec2.amazonaws.com"
  std::string user_name;
  std::string access_key_id;
  bool read_only = false;
  std::set<ResourceName> resources;
  std::string record;  // CloudTrail's JSON
};

/// Whether the call is one that event history holds: management events of an account. What reads and writes data
/// (objects, log events, custom events), what agents poll, and what a service reads for itself is not.
bool is_recorded(const region::CallRecord& call);

/// The record of a call that ended at `now`, as
/// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html has it.
TrailEvent make_event(const region::CallRecord& call, Timestamp now);

}  // namespace hanbat::cloudtrail
