// The task that brings a VPC in the kernel to what its rows say, what becomes true when it is there, and the watch over
// what was removed by hand or belongs to nobody.
#include <spdlog/spdlog.h>

#include "host/client.h"
#include "http/server.h"
#include "services/ec2/ec2.h"
#include "services/ec2/networks/network_spec.h"
#include "services/ec2/networks/networks.h"

namespace hanbat::ec2 {
namespace {

constexpr const char* kMetadataAddress = "169.254.169.254";

/// NAT gateways that the kernel now has are available; those that it has no more are deleted.
void settle_nat_gateways(const Making& at, store::Tasks& tasks, const std::string& vpc_id,
                         const std::optional<host::VpcSpec>& spec) {
  for (auto& gateway : list_in<NatGateway>(at.tx, vpc_id)) {
    const bool applied = spec && std::any_of(spec->nat_gateways.begin(), spec->nat_gateways.end(),
                                             [&](const host::NatGateway& one) { return one.id == gateway.id; });
    NatGatewayAddress& address = gateway.shape.nat_gateway_addresses->front();
    if (gateway.shape.state == "pending" && applied) {
      gateway.shape.state = "available";
      address.status = "succeeded";
      update(at.tx, gateway);
    } else if (gateway.shape.state == "deleting" && !applied) {
      gateway.shape.state = "deleted";
      if (auto interface = find<NetworkInterface>(at.tx, address.network_interface_id.value_or("")))
        delete_interface(at.tx, *interface);
      update(at.tx, gateway);
      touch_vpc(at.tx, tasks, vpc_id);
      tasks.add(at.tx, {.kind = "ec2.forget", .key = gateway.id, .due = at.now + std::chrono::hours(1)});
    }
  }
}

}  // namespace

void Ec2::apply_vpc(store::TaskRun& run) {
  const std::string id = run.key();
  host::Host* host = home_.find_host();
  const auto spec = home_.db.read([&](store::Tx& tx) { return render_vpc(tx, id); });
  if (host && spec) {
    host->apply_vpc(*spec);
    for (const host::VpcState& vpc : host->vpcs({}))
      if (vpc.id == id) listen_for_metadata(vpc);
  } else if (host) {
    if (http::Server* server = home_.find_server()) server->remove_listeners("imds:" + id);
    {
      const std::lock_guard lock(listening_mutex_);
      listening_.erase(id);
    }
    host->remove_vpc({id});
  }
  run.finish([&](store::Tx& tx) {
    const auto vpc = find<Vpc>(tx, id);
    if (vpc && host) settle_nat_gateways({tx, vpc->place, home_.clock.now()}, home_.tasks, id, spec);
  });
}

/// Serves metadata in the VPC's namespace. A namespace that was made anew is another one, in which the old listener
/// hears nothing.
void Ec2::listen_for_metadata(const host::VpcState& vpc) {
  http::Server* server = home_.find_server();
  if (!server || vpc.space.empty()) return;
  const std::lock_guard lock(listening_mutex_);
  std::string& space = listening_[vpc.id];
  if (space == vpc.space) return;
  server->remove_listeners("imds:" + vpc.id);
  server->add_listener(home_.require_host().listen({.vpc_id = vpc.id, .address = kMetadataAddress, .port = 80}),
                       {.tag = "imds:" + vpc.id});
  space = vpc.space;
}

/// What was made anew gets its listener again; a VPC of an account that has no row for it goes from the kernel.
void Ec2::watch_networks(host::Host& host) {
  const std::vector<host::VpcState> there = host.vpcs({});
  std::set<std::string> nobodys;
  home_.db.read([&](store::Tx& tx) {
    for (const host::VpcState& vpc : there)
      if (vpc.account != host::kOwnAccount && !find<Vpc>(tx, vpc.id)) nobodys.insert(vpc.id);
  });
  // One that was deleted just now is there for a moment more.
  for (const std::string& id : nobodys)
    if (nobodys_once_.contains(id)) {
      spdlog::warn("the network of {} belongs to no VPC: it is removed", id);
      host.remove_vpc({id});
    }
  nobodys_once_ = std::move(nobodys);
  for (const host::VpcState& vpc : there) {
    {
      const std::lock_guard lock(listening_mutex_);
      if (!listening_.contains(vpc.id)) continue;  // its own task does it, when it has made the network
    }
    listen_for_metadata(vpc);
  }
}

void Ec2::forget(store::TaskRun& run) {
  run.finish([&](store::Tx& tx) {
    const std::string& id = run.key();
    if (const auto gateway = find<NatGateway>(tx, id)) remove(tx, *gateway);
    if (const auto instance = find<Instance>(tx, id)) remove(tx, *instance);
  });
}

}  // namespace hanbat::ec2
