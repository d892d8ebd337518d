// The task that brings a VPC in the kernel to what its rows say, and what becomes true when it is there.
#include "host/client.h"
#include "http/server.h"
#include "services/ec2/ec2.h"
#include "services/ec2/network_spec.h"
#include "services/ec2/networks.h"

namespace hanbat::ec2 {
namespace {

constexpr const char* kMetadataAddress = "169.254.169.254";

/// NAT gateways that the kernel now has are available; those that it has no more are deleted.
void settle_nat_gateways(const Making& at, store::Tasks& tasks, const std::string& vpc_id,
                         const std::optional<host::VpcSpec>& spec) {
  for (auto& gateway : list_in_vpc<NatGateway>(at.tx, vpc_id)) {
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
    listen_for_metadata(id);
  } else if (host) {
    if (http::Server* server = home_.find_server()) server->remove_listeners("imds:" + id);
    {
      const std::lock_guard lock(listening_mutex_);
      listening_.erase(id);
    }
    host->remove_vpc(id);
  }
  run.finish([&](store::Tx& tx) {
    const auto vpc = find<Vpc>(tx, id);
    if (vpc && host) settle_nat_gateways({tx, vpc->place, home_.clock.now()}, home_.tasks, id, spec);
  });
}

void Ec2::listen_for_metadata(const std::string& vpc_id) {
  http::Server* server = home_.find_server();
  if (!server) return;
  const std::lock_guard lock(listening_mutex_);
  if (listening_.contains(vpc_id)) return;
  server->add_listener(home_.require_host().listen({.vpc_id = vpc_id, .address = kMetadataAddress, .port = 80}),
                       {.tag = "imds:" + vpc_id});
  listening_.insert(vpc_id);
}

void Ec2::forget(store::TaskRun& run) {
  run.finish([&](store::Tx& tx) {
    const std::string& id = run.key();
    if (const auto gateway = find<NatGateway>(tx, id)) remove(tx, *gateway);
    if (const auto instance = find<Instance>(tx, id)) remove(tx, *instance);
  });
}

}  // namespace hanbat::ec2
