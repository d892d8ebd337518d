#include "services/ec2/ec2.h"

#include "gen/ec2/schema.h"
#include "http/server.h"
#include "region/carried_over.h"
#include "services/ec2/instances/instances.h"
#include "services/ec2/networks/networks.h"
#include "services/ec2/traffic_usage.h"
#include "services/ec2/usage.h"

namespace hanbat::ec2 {

Ec2::Ec2(region::Region& home) : home_(home), networks_(home), instances_(home, networks_), metrics_(home) {
  home_.serve_listener("imds", [this](http::Exchange& exchange) { serve_metadata(exchange); });
}

Ec2::~Ec2() = default;

std::span<const store::Migration> Ec2::migrations() const { return schema(); }

void Ec2::start() {
  networks_.start();
  instances_.start();
  metrics_.start();
  meter_traffic(home_);
  store::handle<Forget>(home_.tasks, [](store::TaskRun& run, const Forget&) {
    run.finish([&](store::Tx& tx) {
      if (const auto gateway = find<NatGateway>(tx, run.key())) remove(tx, *gateway);
      if (const auto instance = find<Instance>(tx, run.key())) remove(tx, *instance);
    });
  });

  // After a start everything is brought to what the rows say: namespaces and machines may be gone, or be there still.
  home_.db.write([&](store::Tx& tx) {
    prepare_place({tx, {home_.settings.default_account, home_.settings.default_region}, home_.clock.now()});
    region::carry_over(tx, "ec2: usage", [&] { meter_all(tx, home_.clock.now()); });
    if (!home_.find_host()) return;
    for (const auto& vpc : list_all<Vpc>(tx)) touch_vpc(tx, home_.tasks, vpc.id);
    for (const auto& row : list_all<Instance>(tx))
      if (status_of(row) != Status::kStopped && status_of(row) != Status::kTerminated)
        touch_instance(tx, home_.tasks, row.id);
    store::add_task(home_.tasks, tx, WatchMachines{}, WatchMachines::kKey);
    store::add_task(home_.tasks, tx, MeasureInstances{Json::object()}, MeasureInstances::kKey);
  });
}

}  // namespace hanbat::ec2
