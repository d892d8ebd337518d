// The security policies of HTTPS listeners: which versions of TLS and which ciphers a client may speak.
// Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/elasticloadbalancing/store.h"

namespace hanbat::elasticloadbalancing {

/// What a listener that was made through the API has when it says nothing.
inline constexpr std::string_view kDefaultSslPolicy = "ELBSecurityPolicy-2016-08";

/// In AWS's words and order; those that are built.
const std::vector<SslPolicy>& ssl_policies();

/// Throws SSLPolicyNotFoundException for a name that AWS does not have, NotImplemented for one that is not built.
const SslPolicy& require_ssl_policy(std::string_view name, std::string_view operation);

}  // namespace hanbat::elasticloadbalancing
