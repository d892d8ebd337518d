#include "region/events.h"

#include "base/ids.h"

namespace hanbat::region {

Json envelope_of(const Event& event, std::string_view account, std::string_view region, Timestamp now) {
  return Json::object({{"version", "0"},
                       {"id", random_uuid()},
                       {"detail-type", event.detail_type},
                       {"source", event.source},
                       {"account", account},
                       {"time", iso8601(now)},
                       {"region", region},
                       {"resources", Json(event.resources)},
                       {"detail", event.detail.is_null() ? Json::object() : event.detail}});
}

}  // namespace hanbat::region
