// The front door: what happens to a request from outside, step by step, until an operation answers. Each step is a
// function of a few lines in front_door.cc, in the order in which they run.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "region/identity.h"

namespace hanbat::http {
class Exchange;
struct RequestHead;
}  // namespace hanbat::http

namespace hanbat::region {

class Region;

class FrontDoor {
 public:
  explicit FrontDoor(Region& home) : home_(home) {}

  /// Serves one request to its end; throws only what the HTTP server is to handle. Any thread.
  void serve(http::Exchange& exchange);

 private:
  void serve_operation(http::Exchange& exchange);

  Region& home_;
  std::atomic<std::uint64_t> large_messages_{0};  // bytes
};

/// Completes a caller with what is known of the connection it came by.
void describe_connection(Caller& caller, const http::RequestHead& head);

}  // namespace hanbat::region
