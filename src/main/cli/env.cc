#include "main/cli/env.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "host/networks/plan.h"
#include "main/cli/commands.h"
#include "main/cli/control.h"
#include "os/files.h"

namespace hanbat::cli {

std::string shell_lines(const std::string& region, const Home& home, const ShellKeys& key) {
  // By address and not by name: for an address the AWS clients put S3's buckets in the path, which needs no DNS.
  const std::string endpoint = fmt::format("http://127.0.0.1:{}", front_port());
  const std::string git = fmt::format("http://git-codecommit.{}.localhost:{}/", region, front_port());

  std::string lines = "unset AWS_PROFILE AWS_SESSION_TOKEN\n";
  lines += fmt::format("export AWS_ENDPOINT_URL={}\n", endpoint);
  lines += fmt::format("export AWS_REGION={0} AWS_DEFAULT_REGION={0}\n", region);
  lines += fmt::format("export AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY={}\n", key.id, key.secret);
  if (!key.token.empty()) lines += fmt::format("export AWS_SESSION_TOKEN={}\n", key.token);
  // A load balancer is reached from this machine under its own name below localhost, at these ports.
  lines += fmt::format("export HANBAT_BALANCER_PORT={} HANBAT_BALANCER_TLS_PORT={}\n", host::kBalancerPort,
                       host::kBalancerTlsPort);

  // CodeCommit's own clone addresses lead here, and the CLI's helper signs in. git-remote-codecommit (codecommit::
  // remotes) signs an address of its own, which goes to AWS's name: that leads to the region's edge, under the region's
  // certificate.
  const std::string aws = fmt::format("git-codecommit.{}.amazonaws.com", region);
  // Earlier versions of the region gave addresses of the loopback, which clones and Terraform's states still hold.
  const std::string repositories = git + "v1/repos/";
  const std::vector<std::pair<std::string, std::string>> settings = {
      {"url." + git + ".insteadOf", "'https://" + aws + "/'"},
      // Of other regions' addresses git is told which region this shell is for; the longer name above wins.
      {fmt::format("url.http://git-codecommit.localhost:{}/.insteadOf", front_port()), "https://git-codecommit."},
      {"url." + repositories + ".insteadOf", fmt::format("http://127.0.0.1:{}/v1/repos/", front_port())},
      {"url." + repositories + ".insteadOf", fmt::format("http://localhost:{}/v1/repos/", front_port())},
      {"credential." + git + ".helper",
       "'!f() { test \"$1\" != get || aws codecommit credential-helper --ignore-host-check get; }; f'"},
      {"credential." + git + ".useHttpPath", "true"},
      {"http.curloptResolve", "'" + aws + ":443:" + host::EdgeRange::of(home.root).endpoint() + "'"},
      // The environment's variable would win over the setting for one address.
      {"http.sslCAInfo", "\"${GIT_SSL_CAINFO:-/etc/ssl/certs/ca-certificates.crt}\""},
      {"http.https://" + aws + "/.sslCAInfo", "'" + (home.root / "ca" / "ca.pem").string() + "'"}};
  for (std::size_t i = 0; i < settings.size(); ++i)
    lines += fmt::format("export GIT_CONFIG_KEY_{0}='{1}' GIT_CONFIG_VALUE_{0}={2}\n", i, settings[i].first,
                         settings[i].second);
  lines += fmt::format("export GIT_CONFIG_COUNT={}\nunset GIT_SSL_CAINFO\n", settings.size());
  // git over SSH: CodeCommit's names lead to the region's own server. Which key stands in the user's ~/.ssh/config or
  // in the remote's address, as for AWS.
  const auto ssh = home.root / "host" / "ssh" / "client_config";
  if (path_exists(ssh)) lines += fmt::format("export GIT_SSH_COMMAND=\"ssh -F '{}'\"\n", ssh.string());
  return lines;
}

void print_env(const std::string& region, const Home& home) {
  const auto key = find_admin_key(home);
  if (!key && ::access(home.credentials().c_str(), R_OK) != 0 && errno == EACCES)
    throw Failure("the administrator's key in " + home.root.string() +
                  " is root's to read: sudo hanbat env; others work by "
                  "keys of their own: aws iam create-access-key");
  if (!key) throw Failure("there is no " + home.credentials().string() + "; start the region first: hanbat up");
  std::cout << shell_lines(region, home, {key->id, key->secret, ""});
}

}  // namespace hanbat::cli
