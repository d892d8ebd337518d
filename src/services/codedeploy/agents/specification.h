// What an agent gets of a deployment: its specification in a signed PKCS#7 message, as AWS's agent wants it.
#pragma once

#include <string>

#include "border/deployment_specification.h"
#include "services/codedeploy/deployments/deployment.h"

namespace hanbat::codedeploy {

border::DeploymentSpecification specification(const Deployment& deployment);

/// A key and its self-signed certificate, both PEM.
struct Signer {
  std::string private_key;
  std::string certificate;
};
Signer make_signer();

/// A PEM PKCS#7 signedData with the content and the certificate in it. Throws std::runtime_error when OpenSSL refuses.
std::string sign(const Signer& signer, const std::string& content);

}  // namespace hanbat::codedeploy
