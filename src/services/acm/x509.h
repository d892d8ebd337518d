// Certificates as X.509: what ACM reads from them, and what it asks of them before it takes them.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "gen/acm/model.h"

namespace hanbat::acm {

/// What a certificate says of itself: names, subject, issuer, serial number, times, algorithms and uses. Throws
/// ValidationException for what is not one certificate in PEM.
CertificateDetail read_certificate(const std::string& pem);

/// Throws ValidationException unless the key is the certificate's, and one that load balancers take.
void require_key_of(const std::string& certificate_pem, const std::string& key_pem);

/// Throws ValidationException unless each certificate of the chain signed the one before it; without a chain, unless
/// the certificate signed itself.
void require_chain_of(const std::string& certificate_pem, const std::string& chain_pem);

}  // namespace hanbat::acm
