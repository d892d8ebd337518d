#include "services/monitoring/monitoring.h"

#include "gen/monitoring/schema.h"

namespace hanbat::monitoring {

std::span<const store::Migration> Monitoring::migrations() const { return schema(); }

void Monitoring::start() {
  retention_.start();
  watch_.start();
}

wire::Error Monitoring::invalid_page_token(const wire::OperationModel& operation) const {
  // ListMetrics' model has no error of its own for it.
  if (operation.name == "ListMetrics") return InvalidParameterValueException("Request parameter NextToken is invalid.");
  return InvalidNextToken("Request parameter NextToken is invalid.");
}

}  // namespace hanbat::monitoring
