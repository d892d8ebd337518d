// What the service says about a deployment: the JSON within a signed PKCS#7 message.
#pragma once

#include <stdexcept>
#include <string>

#include "base/json.h"

namespace hanbat::guest {

struct SpecificationError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Specification {
  std::string deployment_id, group_id, group_name, application_name;
  std::string app_spec_filename = "appspec.yml";
  std::string file_exists_behavior = "DISALLOW";
  std::string bucket, key, bundle_type, version, etag;
};

/// The content of a PEM PKCS#7 signedData whose signature fits the certificate that it carries (its chain is not looked
/// at, as in AWS's agent). Throws SpecificationError.
std::string verified_content(const std::string& pem);

/// Reads the JSON within. Throws SpecificationError, also for what is no JSON.
Specification parse_specification(const std::string& text);

/// Reads GetDeploymentSpecification's GenericEnvelope. Throws SpecificationError.
Specification read_specification(const Json& envelope);

}  // namespace hanbat::guest
