// Acting as somebody: who calls another service's operations in this process, and in which transaction. The generated
// clients are made from it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "region/identity.h"
#include "store/database.h"

namespace hanbat::region {

class Region;
class Request;

/// What was prepared for a call, by type and key; see Request::prepare.
using Prepared = std::map<std::string, std::shared_ptr<const void>>;

/// A caller in a region. Made by Request::as and Region::as; a request itself is one, so that `Client(rq)` reads well.
struct Actor {
  /// The request's caller, on whose behalf its service calls, in its transaction.
  Actor(Request& rq);
  /// Each call in a transaction of its own; never inside a transaction.
  Actor(Region& home, Caller caller, std::string region);
  /// Each call in this transaction.
  Actor(Region& home, store::Tx& tx, Caller caller, std::string region);

  Region& home;
  store::Tx* tx = nullptr;  // null: each call has its own
  Caller caller;
  std::string region;                  // "ap-northeast-2"
  std::string request_id;              // "": each call has its own
  std::string host;                    // the Host header of an outside call, or ""
  const Prepared* prepared = nullptr;  // of the request whose transaction it is
};

/// What the generated clients share: calls of another service's operations with the rights of an actor, through the
/// same checks, authorization and trail as any call from outside.
class ClientBase {
 public:
  ClientBase(Actor actor, std::string_view service);

 protected:
  void call(std::string_view operation, const void* input, void* output) const;

 private:
  Actor actor_;
  std::string service_;
};

}  // namespace hanbat::region
