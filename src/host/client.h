// The host side as hanbatd sees it: one method per action of the root daemon. HostClient speaks over the socket pair
// that hanbat-hostd left us; FakeHost (host/fake_host.h) keeps everything in memory for tests of services.
#pragma once

#include <memory>
#include <string_view>

#include "base/json.h"
#include "host/actions.h"
#include "host/error.h"
#include "os/fd.h"

namespace hanbat::host {

/// All methods block until the effect is there, throw HostError, are idempotent, and may be called from all threads.
/// What each does stands in the list of actions.
class Host {
 public:
  virtual ~Host() = default;

#define HANBAT_DECLARE(name, Argument, Result) virtual Result name(const Argument& argument) = 0;
  HANBAT_HOST_ACTIONS(HANBAT_DECLARE)
#undef HANBAT_DECLARE
};

/// The Host behind a socket. Requests go out at once and answers come back in any order; a thread of this object reads
/// them.
class HostClient final : public Host {
 public:
  explicit HostClient(Fd socket);
  ~HostClient() override;

#define HANBAT_DECLARE(name, Argument, Result) Result name(const Argument& argument) override;
  HANBAT_HOST_ACTIONS(HANBAT_DECLARE)
#undef HANBAT_DECLARE

 private:
  class Connection;
  template <class Result>
  Result call(std::string_view action, Json arguments);

  std::unique_ptr<Connection> connection_;
};

}  // namespace hanbat::host
