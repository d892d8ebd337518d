// A Host that fails, for tests of what goes on when it does. Header only.
#pragma once

#include <atomic>

#include "host/client.h"

namespace hanbat::host {

/// Fails at everything for as long as it is broken, and then does nothing. Safe from all threads.
class BrokenHost final : public Host {
 public:
  std::atomic<bool> broken = true;

#define HANBAT_FAIL(name, Argument, Result)                                                \
  Result name(const Argument&) override {                                                  \
    if (broken) throw HostError(HostErrorCode::kFailed, "haproxy does not start: " #name); \
    return Result();                                                                       \
  }
  HANBAT_HOST_ACTIONS(HANBAT_FAIL)
#undef HANBAT_FAIL
};

}  // namespace hanbat::host
