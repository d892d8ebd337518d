// How a request to the registry meets its repository: inside Registry's own files only.
#pragma once

#include <type_traits>
#include <utility>

#include "region/request.h"
#include "services/ecr/registry.h"

namespace hanbat::ecr {

/// What authorization and events are told of a request that has no model.
const wire::OperationModel& registry_operation();
[[noreturn]] void rethrow_as_registry_error(const wire::Error& error);

template <class Body>
auto Registry::with_repository(store::Tx::Mode mode, std::string_view action, const std::string& name, Body&& body) {
  const auto run = [&](store::Tx& tx) {
    region::Request rq(home_, service_, registry_operation(), tx, caller_, region_, request_id_);
    const RepositoryRow repository = require_repository(rq, action, account_, name);
    return body(rq, repository);
  };
  try {
    if (mode == store::Tx::Mode::kRead) return home_.db.read(run);
    return home_.db.write(run);
  } catch (const wire::Error& error) {
    rethrow_as_registry_error(error);
  }
}

}  // namespace hanbat::ecr
