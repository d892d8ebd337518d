#include "services/ec2/networks/network_worker.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "host/client.h"
#include "host/s3_address.h"
#include "http/server.h"
#include "services/ec2/networks/network_spec.h"
#include "services/ec2/networks/networks.h"
#include "services/ec2/routing/nat_gateway_states.h"
#include "services/ec2/usage.h"

namespace hanbat::ec2 {
namespace {

constexpr const char* kMetadataAddress = "169.254.169.254";

/// What came of handing the VPC to the host side.
struct Applied {
  std::optional<host::VpcSpec> spec;  // what is in the kernel now; nothing when the VPC is not
  std::string refused;                // why the host side can never take it; then `spec` is not there
};

void end(const Making& at, store::Tasks& tasks, Resource<NatGateway>& gateway) {
  NatGatewayAddress& address = gateway.shape.nat_gateway_addresses->front();
  if (auto interface = find<NetworkInterface>(at.tx, address.network_interface_id.value_or("")))
    delete_interface(at, *interface);
  touch_vpc(at.tx, tasks, gateway.scope);
  forget_later(at.tx, tasks, gateway.id, at.now);
}

void fail(const Making& at, store::Tasks& tasks, Resource<NatGateway>& gateway, const std::string& why) {
  gateway.shape.failure_code = "InternalError";
  gateway.shape.failure_message = why;
  gateway.shape.delete_time = at.now;
  gateway.shape.nat_gateway_addresses->front().status = std::string(word_of(NatAddressStatus::kFailed));
  end(at, tasks, gateway);
}

/// NAT gateways that the kernel now has are available; those that it has no more are deleted.
void settle_nat_gateways(const Making& at, store::Tasks& tasks, const std::string& vpc_id, const Applied& applied) {
  for (auto& gateway : list_in<NatGateway>(at.tx, vpc_id)) {
    const bool there = applied.spec && std::ranges::any_of(applied.spec->nat_gateways,
                                                           [&](const auto& one) { return one.id == gateway.id; });
    NatGatewayAddress& address = gateway.shape.nat_gateway_addresses->front();
    if (!applied.refused.empty()) {
      if (!pass(gateway, NatGatewayEvent::kRefused)) continue;
      fail(at, tasks, gateway, applied.refused);
    } else if (there) {
      if (!pass(gateway, NatGatewayEvent::kApplied)) continue;
      address.status = std::string(word_of(NatAddressStatus::kSucceeded));
    } else {
      if (!pass(gateway, NatGatewayEvent::kGone)) continue;
      end(at, tasks, gateway);
    }
    update(at.tx, gateway);
    meter(at.tx, at.now, gateway);
  }
}

}  // namespace

void NetworkWorker::start() {
  store::handle<ApplyVpc>(home_.tasks, [this](store::TaskRun& run, const ApplyVpc&) { apply(run); },
                          {.tell_waiting = [this](store::Tx& tx, const store::NewTask& task, std::string_view why) {
                            tell_waiting(tx, task.key, why);
                          }});
}

void NetworkWorker::apply(store::TaskRun& run) {
  const std::string id = run.key();
  host::Host* host = home_.find_host();
  if (!host) return;
  Applied applied{.spec = home_.db.read([&](store::Tx& tx) { return render_vpc(tx, id, home_.settings.edge); }),
                  .refused = ""};
  if (applied.spec) {
    try {
      host->apply_vpc(*applied.spec);
      for (const host::VpcState& vpc : host->vpcs({}))
        if (vpc.id == id) listen(vpc, host::has_endpoint(*applied.spec) ? Endpoints::kSome : Endpoints::kNone);
    } catch (const host::HostError& error) {
      // What it refuses as it stands it would refuse the next time too; the next change of the rows tries again.
      if (error.code != host::HostErrorCode::kInvalid) throw;
      spdlog::error("the host side refuses the network of {}: {}", id, error.what());
      applied = {.spec = std::nullopt, .refused = error.what()};
    }
  } else {
    stop_listening(id);
    host->remove_vpc({id});
  }
  run.finish([&](store::Tx& tx) {
    if (const auto vpc = find<Vpc>(tx, id))
      settle_nat_gateways({tx, vpc->place, home_.clock.now()}, home_.tasks, id, applied);
  });
}

/// The NAT gateways that wait for what the host side fails at are failed, as AWS ends those that it cannot make.
void NetworkWorker::tell_waiting(store::Tx& tx, const std::string& id, std::string_view why) {
  const auto vpc = find<Vpc>(tx, id);
  if (!vpc) return;
  const Making at{tx, vpc->place, home_.clock.now()};
  for (auto& gateway : list_in<NatGateway>(tx, id)) {
    if (!pass(gateway, NatGatewayEvent::kRefused)) continue;
    fail(at, home_.tasks, gateway, std::string(why));
    update(tx, gateway);
    meter(tx, at.now, gateway);
  }
}

/// A namespace that was made anew is another one, in which the old listeners hear nothing.
void NetworkWorker::listen(const host::VpcState& vpc, Endpoints endpoints) {
  http::Server* server = home_.find_server();
  if (!server || vpc.space.empty()) return;
  const std::lock_guard lock(listening_mutex_);
  Listening& now = listening_[vpc.id];
  const auto add = [&](const char* what, const std::string& address, int port, http::Transport transport) {
    server->add_listener(home_.require_host().listen({.vpc_id = vpc.id, .address = address, .port = port}),
                         {.tag = what + vpc.id, .transport = transport});
  };
  if (now.space != vpc.space) {
    server->remove_listeners("imds:" + vpc.id);
    server->remove_listeners("vpce:" + vpc.id);
    now = {};
    add("imds:", kMetadataAddress, 80, http::Transport::kPlain);
    now.space = vpc.space;
  }
  if (now.endpoints == endpoints) return;
  server->remove_listeners("vpce:" + vpc.id);
  now.endpoints = Endpoints::kNone;
  if (endpoints == Endpoints::kNone) return;
  add("vpce:", host::s3_address(home_.settings.edge), 80, http::Transport::kPlain);
  add("vpce:", host::s3_address(home_.settings.edge), 443, http::Transport::kTls);
  now.endpoints = endpoints;
}

void NetworkWorker::stop_listening(const std::string& vpc_id) {
  if (http::Server* server = home_.find_server())
    for (const char* what : {"imds:", "vpce:"}) server->remove_listeners(what + vpc_id);
  const std::lock_guard lock(listening_mutex_);
  listening_.erase(vpc_id);
}

void NetworkWorker::watch(host::Host& host) {
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
    Endpoints endpoints = Endpoints::kNone;
    {
      const std::lock_guard lock(listening_mutex_);
      const auto found = listening_.find(vpc.id);
      if (found == listening_.end()) continue;  // its own task does it, when it has made the network
      endpoints = found->second.endpoints;
    }
    listen(vpc, endpoints);
  }
}

}  // namespace hanbat::ec2
