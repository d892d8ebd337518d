#include "services/ec2/ec2.h"

#include "gen/ec2/schema.h"
#include "http/server.h"
#include "services/ec2/instances/instances.h"
#include "services/ec2/networks/networks.h"

namespace hanbat::ec2 {
namespace {

constexpr int kLaunchAttempts = 5;

}  // namespace

Ec2::Ec2(region::Region& home) : home_(home) {
  home_.serve_listener("imds", [this](http::Exchange& exchange) { serve_metadata(exchange); });
}

Ec2::~Ec2() = default;

std::span<const store::Migration> Ec2::migrations() const { return schema(); }

void Ec2::start() {
  home_.tasks.handle("ec2.apply_vpc", [this](store::TaskRun& run) { apply_vpc(run); });
  home_.tasks.handle("ec2.instance", [this](store::TaskRun& run) { apply_instance(run); },
                     {.max_attempts = kLaunchAttempts,
                      .give_up = [this](store::Tx& tx, const store::NewTask& task, std::string_view why) {
                        give_up_instance(tx, task.key, why);
                      }});
  home_.tasks.handle("ec2.watch", [this](store::TaskRun& run) { watch_machines(run); });
  home_.tasks.handle("ec2.forget", [this](store::TaskRun& run) { forget(run); });

  // After a start everything is brought to what the rows say: namespaces and machines may be gone, or be there still.
  home_.db.write([&](store::Tx& tx) {
    prepare_place({tx, {home_.settings.default_account, home_.settings.default_region}, home_.clock.now()});
    if (!home_.find_host()) return;
    for (const auto& vpc : list_all<Vpc>(tx)) touch_vpc(tx, home_.tasks, vpc.id);
    for (const auto& row : list_all<Instance>(tx))
      if (status_of(row) != Status::kStopped && status_of(row) != Status::kTerminated)
        touch_instance(tx, home_.tasks, row.id);
    home_.tasks.add(tx, {.kind = "ec2.watch", .key = "machines"});
  });
}

}  // namespace hanbat::ec2
