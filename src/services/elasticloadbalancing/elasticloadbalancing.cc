#include "services/elasticloadbalancing/elasticloadbalancing.h"

#include <fmt/format.h>

#include "gen/elasticloadbalancing/schema.h"
#include "region/carried_over.h"
#include "region/page.h"
#include "services/elasticloadbalancing/capacity/capacity.h"
#include "services/elasticloadbalancing/logs/log_delivery.h"
#include "services/elasticloadbalancing/usage.h"
#include "store/typed_tasks.h"

namespace hanbat::elasticloadbalancing {

std::span<const store::Migration> ElasticLoadBalancing::migrations() const { return schema(); }

void ElasticLoadBalancing::start() {
  store::handle<ApplyBalancers>(
      home_.tasks, [this](store::TaskRun& run, const ApplyBalancers&) { apply(run); },
      {.tell_waiting = [this](store::Tx& tx, const store::NewTask&, std::string_view why) { tell_waiting(tx, why); }});
  store::handle<DrainTarget>(home_.tasks, [this](store::TaskRun& run, const DrainTarget& task) { drain(run, task); });
  store::handle<DeliverLogs>(home_.tasks,
                             [this](store::TaskRun& run, const DeliverLogs& task) { deliver_logs(home_, run, task); });
  home_.db.write([&](store::Tx& tx) {
    region::carry_over(tx, "elasticloadbalancing: usage", [&] {
      for (const auto& row : list_all<LoadBalancer>(tx)) meter(tx, home_.clock.now(), row);
    });
  });
  store::handle<MeasureBalancers>(home_.tasks, [this](store::TaskRun& run, const MeasureBalancers&) { measure(run); });
  meter_capacity(home_);
  if (!home_.find_host()) return;
  home_.db.write([&](store::Tx& tx) {
    store::add_task(home_.tasks, tx, ApplyBalancers{}, std::string(ApplyBalancers::kKey));
    store::add_task(home_.tasks, tx, MeasureBalancers{}, std::string(MeasureBalancers::kKey));
  });
  observer_ = std::jthread([this](const std::stop_token& stop) { observe(stop); });
}

void ElasticLoadBalancing::touch(Request& rq) {
  store::add_task(home_.tasks, rq.tx, ApplyBalancers{}, std::string(ApplyBalancers::kKey));
}

wire::Error ElasticLoadBalancing::invalid_page_token(const wire::OperationModel&) const {
  return validation_error("Marker is not valid");
}

wire::Error ElasticLoadBalancing::invalid_page_size(const wire::OperationModel&, int size,
                                                    const region::PageSizes& sizes) const {
  const bool small = size < sizes.least;
  return validation_error(fmt::format(
      "1 validation error detected: Value '{}' at 'pageSize' failed to satisfy constraint: Member must have "
      "value {} than or equal to {}",
      size, small ? "greater" : "less", small ? sizes.least : sizes.most));
}

}  // namespace hanbat::elasticloadbalancing
