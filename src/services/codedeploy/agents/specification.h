// What an agent is told of a deployment: a JSON document in a signed PKCS#7 message, as AWS's agent wants it.
#pragma once

#include <string>

#include "base/json.h"
#include "services/codedeploy/deployments/deployment.h"

namespace hanbat::codedeploy {

/// The document, as the agent's specification reader takes it.
Json specification(const Deployment& deployment);

/// A key and its self-signed certificate, both PEM.
struct Signer {
  std::string private_key;
  std::string certificate;
};
Signer make_signer();

/// A PEM PKCS#7 signedData with the content and the certificate in it. Throws std::runtime_error when OpenSSL refuses.
std::string sign(const Signer& signer, const std::string& content);

}  // namespace hanbat::codedeploy
