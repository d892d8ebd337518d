#include "region/events.h"

#include "base/ids.h"

namespace hanbat::region {

void publish(store::Tx& tx, store::Tasks& tasks, Timestamp now, std::string_view account, std::string_view region,
             const Event& event) {
  Json envelope = Json::object({{"version", "0"},
                                {"id", random_uuid()},
                                {"detail-type", event.detail_type},
                                {"source", event.source},
                                {"account", account},
                                {"time", iso8601(now)},
                                {"region", region},
                                {"resources", Json(event.resources)},
                                {"detail", event.detail.is_null() ? Json::object() : event.detail}});
  tasks.add(tx, {.kind = std::string(kDeliverEvent), .body = std::move(envelope)});
}

}  // namespace hanbat::region
