// How a request to the registry meets its repository: inside Registry's own files only.
#pragma once

#include <type_traits>
#include <utility>

#include "region/region.h"
#include "services/ecr/registry.h"
#include "wire/error.h"
#include "wire/operation.h"

namespace hanbat::ecr {

[[noreturn]] void rethrow_as_registry_error(const wire::Error& error);

template <class Body>
auto Registry::with_repository(store::Tx::Mode mode, std::string_view action, const std::string& name, Body&& body) {
  // In the trail it is the operation of the API that does the same. What only looks whether a change will do is none.
  const wire::OperationModel& operation = *service_.find_operation(action)->model;
  region::CallRecord call{.operation = operation, .caller = caller_, .region = region_, .request_id = request_id_};
  call.request = Json::object({{"registryId", account_}, {"repositoryName", name}});
  const bool told = (mode == store::Tx::Mode::kRead) == operation.read_only;
  region::Trail* trail = home_.find_trail();
  const auto run = [&](store::Tx& tx) {
    region::Request rq(home_, service_, operation, tx, caller_, region_, request_id_);
    rq.asked = &call.resources;
    const RepositoryRow repository = require_repository(rq, action, account_, name);
    rq.require_authorized();
    if (trail && told) mode == store::Tx::Mode::kRead ? trail->record(call) : trail->record(tx, call);
    return body(rq, repository);
  };
  try {
    if (mode == store::Tx::Mode::kRead) return home_.db.read(run);
    return home_.db.write(run);
  } catch (const wire::Error& error) {
    call.error = &error;
    if (trail) trail->record(call);
    rethrow_as_registry_error(error);
  }
}

}  // namespace hanbat::ecr
