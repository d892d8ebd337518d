// What services tell the world: an event is written in the transaction of what it tells of, and delivered to the
// default event bus after the commit.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"

namespace hanbat::region {

/// An EventBridge event without its envelope's account, region, id and time.
struct Event {
  std::string source;                  // "aws.codecommit"
  std::string detail_type;             // "CodeCommit Repository State Change"
  std::vector<std::string> resources;  // ARNs
  Json detail;
};

/// The kind of the task that carries an event to the bus; its body is the event's whole envelope as EventBridge
/// documents it: {"version","id","detail-type","source","account","time","region","resources","detail"}. The events
/// service handles it.
inline constexpr std::string_view kDeliverEvent = "events.deliver";

/// The envelope of an event that happens now.
Json envelope_of(const Event& event, std::string_view account, std::string_view region, Timestamp now);

}  // namespace hanbat::region
