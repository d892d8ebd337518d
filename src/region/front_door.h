// The front door: the way to the gate's dialects, of which it is AWS's protocols itself. Each step is a function of a
// few lines in front_door.cc, in the order in which they run.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "region/known_credentials.h"

namespace hanbat::http {
class Exchange;
}

namespace hanbat::region {

class Region;

class FrontDoor {
 public:
  /// Who counts changes of credentials outlives it; without, each call reads its own.
  explicit FrontDoor(Region& home, const CredentialChanges* counted = nullptr) : home_(home), credentials_(counted) {}

  /// Serves one request to its end; throws only what the HTTP server is to handle. Any thread.
  void serve(http::Exchange& exchange);

 private:
  /// Requests on listeners of a service's own (IMDS) are known by their addresses.
  void serve_listener(http::Exchange& exchange, const std::function<void(http::Exchange&)>& handler);
  void serve_operation(http::Exchange& exchange);

  Region& home_;
  KnownCredentials credentials_;
  std::atomic<std::uint64_t> large_messages_{0};  // bytes
};

}  // namespace hanbat::region
