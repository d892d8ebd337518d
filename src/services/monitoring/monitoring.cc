#include "services/monitoring/monitoring.h"

#include "gen/monitoring/schema.h"
#include "region/carried_over.h"

namespace hanbat::monitoring {

std::span<const store::Migration> Monitoring::migrations() const { return schema(); }

void Monitoring::start() {
  retention_.start();
  watch_.start();
  calls_.start();
  home_.db.write([&](store::Tx& tx) {
    region::carry_over(tx, "monitoring: usage", [&] {
      for (const AlarmRow& alarm : region::list_all<Alarm>(tx)) meter(tx, home_.clock.now(), alarm);
    });
  });
}

wire::Error Monitoring::invalid_page_token(const wire::OperationModel& operation) const {
  // ListMetrics' model has no error of its own for it.
  if (operation.name == "ListMetrics") return InvalidParameterValueException("Request parameter NextToken is invalid.");
  return InvalidNextToken("Request parameter NextToken is invalid.");
}

}  // namespace hanbat::monitoring
