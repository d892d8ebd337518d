// Who an agent is: the instance that it speaks for, by the session of its profile's role.
#pragma once

#include <string>

#include "region/request.h"
#include "wire/error.h"

namespace hanbat::ssm {

/// An instance speaks only for itself: the session of its profile's role is named after it. Throws
/// AccessDeniedException.
inline void require_own(const region::Request& rq, const std::string& instance) {
  if (rq.caller.kind != region::Caller::Kind::kAssumedRole || rq.caller.session_name != instance)
    throw wire::Error("AccessDeniedException", 400,
                      "The caller " + rq.caller.arn + " is not the instance " + instance + ".");
}

/// The instance whose credentials the caller uses.
inline region::ConditionKeys source_instance(const region::Request& rq) {
  if (!rq.caller.session_name.starts_with("i-")) return {};
  return {{"ec2:SourceInstanceARN", {rq.arn("ec2", "instance/" + rq.caller.session_name)}}};
}

}  // namespace hanbat::ssm
