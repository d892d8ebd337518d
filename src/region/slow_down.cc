#include "region/slow_down.h"

namespace hanbat::region {

wire::Error slow_down(wire::Protocol protocol) {
  switch (protocol) {
    case wire::Protocol::kRestXml:
      return {"SlowDown", 503, "Please reduce your request rate."};
    case wire::Protocol::kEc2:
      return {"RequestLimitExceeded", 503, "Request limit exceeded."};
    case wire::Protocol::kQuery:
      return {"Throttling", 400, "Rate exceeded"};
    default:
      return {"ThrottlingException", 400, "Rate exceeded"};
  }
}

}  // namespace hanbat::region
