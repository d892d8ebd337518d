// How a request to the registry meets its repository: inside Registry's own files only.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "services/ecr/registry/registry.h"
#include "services/ecr/usage.h"
#include "wire/operation.h"

namespace hanbat::ecr {

/// `allowed` is what the resource takes instead, as Allow has it.
[[noreturn]] inline void refuse_method(std::string allowed) {
  throw RegistryError{405, "UNSUPPORTED", "The operation is unsupported.", std::move(allowed)};
}

template <class Body>
auto Registry::carry_out(store::Tx::Mode mode, region::Recorded recorded, std::string_view action,
                         const std::string& name, Body&& body) {
  region::CallRecord record = gate_.record_of(*service_.find_operation(action)->model);
  record.request = Json::object({{"registryId", account_}, {"repositoryName", name}});
  const auto run = [&](auto&& keep) {
    gate_.carry_out(service_, record, mode, recorded, [&](region::Request& rq) {
      const RepositoryRow repository = require_repository(rq, action, account_, name);
      region::BilledAnswer::name_payer(service_, payer_of(repository, action));
      keep(rq, repository);
    });
  };
  using Result = std::invoke_result_t<Body, region::Request&, const RepositoryRow&>;
  if constexpr (std::is_void_v<Result>) {
    run(body);
  } else {
    std::optional<Result> result;
    run([&](region::Request& rq, const RepositoryRow& repository) { result.emplace(body(rq, repository)); });
    return *std::move(result);
  }
}

template <class Body>
auto Registry::with_repository(store::Tx::Mode mode, std::string_view action, const std::string& name, Body&& body) {
  return carry_out(mode, region::Recorded::kAlways, action, name, std::forward<Body>(body));
}

template <class Body>
auto Registry::precheck(std::string_view action, const std::string& name, Body&& body) {
  return carry_out(store::Tx::Mode::kRead, region::Recorded::kWhenRefused, action, name, std::forward<Body>(body));
}

}  // namespace hanbat::ecr
