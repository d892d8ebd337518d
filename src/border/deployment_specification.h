// What CodeDeploy's agent must know of a deployment: the JSON within the signed specification. The form is AWS's, as
// its agent 1.8.1 reads it; members that we do not use are passed over.
#pragma once

#include <string>

#include "base/json.h"

namespace hanbat::border {

struct DeploymentSpecification {
  std::string deployment_id, group_id, group_name, application_name;
  std::string creator = "user";
  std::string app_spec_filename = "appspec.yml";
  std::string file_exists_behavior = "DISALLOW";  ///< DISALLOW | OVERWRITE | RETAIN
  std::string bucket, key, bundle_type;           ///< the revision, which lies in S3
  std::string version, etag;                      ///< "" = not asked for
  bool operator==(const DeploymentSpecification&) const = default;

  Json to_json() const;
  /// Throws MessageError, also for a revision that lies elsewhere and for ids and file names that would lead out of the
  /// deployment's folder.
  static DeploymentSpecification from_json(const Json& json);
};

}  // namespace hanbat::border
