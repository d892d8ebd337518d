// Who sent a request: SigV4 in the Authorization header, in the query string (presigned) and over chunked bodies,
// against the keys that Identity knows.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "http/server.h"
#include "region/identity.h"
#include "region/known_credentials.h"
#include "wire/codec.h"

namespace hanbat::region {

class Region;

/// What a signature says it is good for.
struct Scope {
  std::string service;
  std::string region;
};

/// The scope of a signed request, well or badly signed; nothing when it is unsigned.
std::optional<Scope> find_scope(const wire::RequestView& request);

/// Checks one request in two steps, as its signature allows: before the body when the head tells the body's hash, else
/// after it. Throws AWS's own error at the step that fails.
class Authentication {
 public:
  Authentication(Region& home, KnownCredentials& credentials, const wire::ServiceModel& service,
                 const wire::RequestView& request, http::Exchange& exchange);
  ~Authentication();

  void check_head();
  /// The body as the client meant it: an aws-chunked one is decoded, its chunks' signatures and trailers checked.
  http::BodyReader& reader();
  void check_body(wire::Body& body);
  /// Whose request it is. An unsigned one is anonymous where the operation or the service lets such in.
  Caller caller(const wire::OperationModel& operation) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hanbat::region
