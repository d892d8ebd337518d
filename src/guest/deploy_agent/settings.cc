// The configuration's keys are Ruby symbols (":root_dir"), as AWS's agent writes them; without the colon they are taken
// too.
#include "guest/deploy_agent/settings.h"

#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <sstream>

#include "base/json.h"
#include "base/text.h"
#include "os/files.h"

namespace hanbat::guest {
namespace {

YAML::Node load(const std::string& file) {
  const auto text = find_file(file);
  return text ? YAML::Load(*text) : YAML::Node(YAML::NodeType::Map);
}

std::string option(const YAML::Node& node, const std::string& name) {
  for (const std::string& key : {":" + name, name})
    if (node.IsMap() && node[key] && node[key].IsScalar()) return node[key].as<std::string>();
  return "";
}

/// The default profile of a shared credentials file; read at every use, because its owner renews it.
Credentials shared_credentials(const std::string& file) {
  Credentials c;
  std::istringstream in(read_file(file));
  std::string section;
  for (std::string line; std::getline(in, line);) {
    const std::string text(trim(line));
    if (text.starts_with('[')) section = text;
    const auto mark = text.find('=');
    if (section != "[default]" || mark == std::string::npos) continue;
    const std::string name(trim(text.substr(0, mark))), value(trim(text.substr(mark + 1)));
    if (name == "aws_access_key_id") c.access_key_id = value;
    if (name == "aws_secret_access_key") c.secret_access_key = value;
    if (name == "aws_session_token") c.session_token = value;
  }
  return c;
}

/// Who the on-premises file says that this host is; nothing when there is none, or none that says it.
/// Throws as AWS's agent does. Source: aws-codedeploy-agent, onpremise_config.rb.
void read_premises(const YAML::Node& premises, Settings& s) {
  const std::string user = option(premises, "iam_user_arn"), session = option(premises, "iam_session_arn");
  if (!user.empty() && !session.empty())
    throw std::runtime_error("On Premises config cannot contain both 'iam_user_arn' and 'iam_session_arn' keys.");
  const auto require = [&](const char* name) {
    const std::string value = option(premises, name);
    if (value.empty())
      throw std::runtime_error(std::string("'") + name + "' key is required when '" +
                               (user.empty() ? "iam_session_arn" : "iam_user_arn") + "' is provided.");
    return value;
  };
  if (!user.empty()) {
    s.region = require("region");
    const Credentials keys{require("aws_access_key_id"), require("aws_secret_access_key"), "", {}};
    s.host_identifier = user;
    s.credentials = [keys] { return keys; };
  } else if (!session.empty()) {
    s.region = require("region");
    const std::string file = require("aws_credentials_file");
    s.host_identifier = session;
    s.credentials = [file] { return shared_credentials(file); };
  }
}

}  // namespace

Settings load_settings(const std::string& config_file, const std::string& on_premises_file,
                       std::shared_ptr<Imds> imds) {
  Settings s;
  const YAML::Node config = load(config_file);
  if (const auto v = option(config, "root_dir"); !v.empty()) s.root_dir = v;
  if (const auto v = option(config, "log_dir"); !v.empty()) s.log_dir = v;
  if (const auto v = parse_int(option(config, "wait_between_runs"))) s.wait_between_runs_s = static_cast<int>(*v);
  if (const auto v = parse_int(option(config, "max_revisions")))
    s.max_revisions = std::max<int>(1, static_cast<int>(*v));
  s.s3_endpoint_override = option(config, "s3_endpoint_override");
  s.control_endpoint = option(config, "deploy_control_endpoint");
  s.auth_policy = option(config, "enable_auth_policy") == "true";

  const char* region = std::getenv("AWS_REGION");
  if (region) s.region = region;
  const char* host = std::getenv("AWS_HOST_IDENTIFIER");
  if (host) s.host_identifier = host;
  std::string domain = "amazonaws.com";
  read_premises(load(on_premises_file), s);
  if (!s.credentials) {
    if (s.region.empty() || s.host_identifier.empty()) {
      const Json document = Json::parse(imds->require("dynamic/instance-identity/document"));
      if (s.region.empty()) s.region = document.text("region");
      if (s.host_identifier.empty())
        s.host_identifier = "arn:" + imds->find("meta-data/services/partition").value_or("aws") +
                            ":ec2:" + document.text("region") + ":" + document.text("accountId") + ":instance/" +
                            document.text("instanceId");
    }
    domain = imds->find("meta-data/services/domain").value_or(domain);
    s.credentials = [imds] { return imds->credentials(); };
  }
  if (s.region.empty())
    throw std::runtime_error(
        "no region: neither AWS_REGION nor the on-premises file nor the metadata service names one");
  if (s.control_endpoint.empty())
    s.control_endpoint =
        std::string("https://codedeploy-commands") + (s.auth_policy ? "-secure" : "") + "." + s.region + "." + domain;
  return s;
}

}  // namespace hanbat::guest
