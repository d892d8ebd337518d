#include "region/service.h"

#include "region/region.h"
#include "wire/error.h"
#include "wire/operation.h"

namespace hanbat::region {

ClientBase::ClientBase(Request& rq, std::string_view service) : rq_(&rq), caller_(rq.caller), service_(service) {
  // A service that calls in its own name, or with a role that was given to it, calls on nobody's behalf.
  const std::string principal = std::string(rq.service.model().signing_name) + ".amazonaws.com";
  if (caller_.kind != Caller::Kind::kService && caller_.held_by != principal) caller_.via_service = principal;
}

ClientBase::ClientBase(Region& home, Caller caller, std::string region, std::string_view service)
    : home_(&home), caller_(std::move(caller)), region_(std::move(region)), service_(service) {}

void ClientBase::call(std::string_view operation, const void* input, void* output) const {
  Region& home = rq_ ? rq_->home : *home_;
  Service& service = home.require_service(service_);
  const Operation* found = service.find_operation(operation);
  if (!found)
    throw wire::Error("NotImplemented", 501,
                      "The operation " + service_ + ":" + std::string(operation) + " is not implemented.");
  if (rq_) return home.call(*rq_, service, *found, caller_, input, output);
  home.call(service, *found, caller_, region_, input, output);
}

}  // namespace hanbat::region
