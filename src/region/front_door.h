// The front door: the way to the gate's dialects, of which it is AWS's protocols itself. Each step is a function of a
// few lines in front_door.cc, in the order in which they run.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "region/batched_usage.h"
#include "region/known_credentials.h"
#include "region/request_rates.h"

namespace hanbat::http {
class Exchange;
}

namespace hanbat::region {

class BilledAnswer;
class Region;

/// The tag of the listener for those who come from a local network.
inline constexpr std::string_view kNetworkTag = "network";

class FrontDoor {
 public:
  /// Who counts changes of credentials outlives it; without, each call reads its own. Throws std::runtime_error when
  /// limits.json cannot be read.
  explicit FrontDoor(Region& home, const CredentialChanges* counted = nullptr);

  /// Begins to write what answers sent to the internet into the ledger, now and then; after the region's start.
  void start();
  /// Writes what waits; before the region ends, once nothing is served any more.
  void stop() { data_out_.reset(); }

  /// Serves one request to its end; throws only what the HTTP server is to handle. Any thread.
  void serve(http::Exchange& exchange);

 private:
  /// Requests on listeners of a service's own (IMDS) are known by their addresses.
  void serve_listener(http::Exchange& exchange, const std::function<void(http::Exchange&)>& handler);
  void serve_operation(http::Exchange& exchange, BilledAnswer& billed);

  Region& home_;
  RequestRates rates_;
  KnownCredentials credentials_;
  std::atomic<std::uint64_t> large_messages_{0};  // bytes
  std::optional<BatchedUsage> data_out_;
};

}  // namespace hanbat::region
