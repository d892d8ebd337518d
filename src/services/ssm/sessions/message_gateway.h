// The endpoint of Session Manager's channels (ssmmessages.<region>): an agent says that it takes sessions, asks for the
// token of a data channel, and opens it; so does the user's plugin, with the token that StartSession gave it.
#pragma once

#include "gen/ssmmessages/operations.h"
#include "region/region.h"
#include "services/ssm/sessions/sessions.h"

namespace hanbat::ssm {

class MessageGateway final : public ssmmessages::Operations {
 public:
  MessageGateway(region::Region& home, Sessions& sessions) : home_(home), sessions_(sessions) {}

  /// The opening of a data channel: a WebSocket.
  bool claims(const http::RequestHead& head) const override;
  void serve(http::Exchange& exchange) override;

#include "gen/ssmmessages/methods.inc"

 private:
  region::Region& home_;
  Sessions& sessions_;
};

}  // namespace hanbat::ssm
