#include "region/actor.h"

#include <utility>

#include "region/region.h"
#include "wire/operation.h"

namespace hanbat::region {

Actor::Actor(Request& rq)
    : home(rq.home),
      tx(&rq.tx),
      caller(rq.caller),
      region(rq.region),
      request_id(rq.request_id),
      host(rq.host),
      prepared(rq.prepared) {
  // A service that calls in its own name, or with a role that was given to it, calls on nobody's behalf.
  const std::string principal = std::string(rq.service.model().signing_name) + ".amazonaws.com";
  if (caller.kind != Caller::Kind::kService && caller.held_by != principal) caller.via_service = principal;
}

Actor::Actor(Region& home, Caller caller, std::string region)
    : home(home), caller(std::move(caller)), region(std::move(region)) {}

Actor::Actor(Region& home, store::Tx& tx, Caller caller, std::string region)
    : home(home), tx(&tx), caller(std::move(caller)), region(std::move(region)) {}

ClientBase::ClientBase(Actor actor, std::string_view service) : actor_(std::move(actor)), service_(service) {}

void ClientBase::call(std::string_view operation, const void* input, void* output) const {
  auto [service, found] = actor_.home.require_operation(service_, operation);
  actor_.home.call(actor_, service, found, input, output);
}

}  // namespace hanbat::region
