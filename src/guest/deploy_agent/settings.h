// Where the agent finds its service and what it calls itself: the configuration file, the on-premises file, the
// metadata service.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "guest/aws/imds.h"

namespace hanbat::guest {

struct Settings {
  std::string root_dir = "/opt/codedeploy-agent/deployment-root";
  std::string log_dir = "/var/log/aws/codedeploy-agent";
  std::string region;
  std::string host_identifier;
  std::string control_endpoint;
  std::string s3_endpoint_override;  ///< "" = the bucket's own name
  bool auth_policy = false;          ///< sign for codedeploy-commands-secure
  int wait_between_runs_s = 1;
  int max_revisions = 5;
  std::function<Credentials()> credentials;
};

/// Reads the files (either may be missing) and asks the metadata service for what they do not say. Throws when neither
/// tells the region, or the configuration is wrong.
Settings load_settings(const std::string& config_file, const std::string& on_premises_file, std::shared_ptr<Imds> imds);

}  // namespace hanbat::guest
