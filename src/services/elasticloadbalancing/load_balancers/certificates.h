// The certificates and the security policies of HTTPS listeners.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/elasticloadbalancing/store.h"

namespace hanbat::elasticloadbalancing {

/// What a call says of a listener's TLS.
struct TlsChange {
  std::optional<std::string> protocol;
  std::optional<std::string> ssl_policy;
  std::optional<std::vector<Certificate>> certificates;
};

/// Nobody's certificate is asked for by a listener here: NotImplemented for another mode than "off".
void check_mutual_authentication(const Request& rq, const std::optional<MutualAuthenticationAttributes>& asked);

/// Gives the listener what the call says, and what AWS fills in: an HTTPS listener has one default certificate and a
/// policy, an HTTP listener neither. Throws AWS's errors, NotImplemented for policies that are not built.
void take_tls(Request& rq, Resource<Listener>& row, const TlsChange& change);

/// The ARNs of all that the listener shows, the default one first.
std::vector<std::string> certificates_of(const Resource<Listener>& row);

/// Says which certificates the load balancer's listeners show now.
void note_certificates(store::Tx& tx, const region::Place& place, const std::string& balancer_arn);

}  // namespace hanbat::elasticloadbalancing
