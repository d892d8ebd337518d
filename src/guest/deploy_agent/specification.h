// What the service says about a deployment: the specification within a signed PKCS#7 message.
#pragma once

#include <string>

#include "border/deployment_specification.h"
#include "gen/codedeploycommands/model.h"

namespace hanbat::guest {

using Specification = border::DeploymentSpecification;

/// The content of a PEM PKCS#7 signedData whose signature fits the certificate that it carries (its chain is not looked
/// at, as in AWS's agent). Throws border::MessageError.
std::string verified_content(const std::string& pem);

/// Reads GetDeploymentSpecification's GenericEnvelope. Throws border::MessageError.
Specification read_specification(const codedeploycommands::Envelope& envelope);

}  // namespace hanbat::guest
