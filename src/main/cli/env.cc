// Shell lines that point the user's own tools at the region.
#include <fmt/format.h>

#include <iostream>

#include "main/cli/commands.h"
#include "main/cli/control.h"

namespace hanbat::cli {

void print_env(const std::string& region, const Home& home) {
  const auto key = find_admin_key(home);
  if (!key) throw Failure("there is no " + home.credentials().string() + "; start the region first: hanbat up");
  // By address and not by name: for an address the AWS clients put S3's buckets in the path, which needs no DNS.
  const std::string endpoint = fmt::format("http://127.0.0.1:{}", front_port());
  const std::string git = fmt::format("http://git-codecommit.{}.localhost:{}/", region, front_port());

  std::cout << "unset AWS_PROFILE AWS_SESSION_TOKEN\n"
            << fmt::format("export AWS_ENDPOINT_URL={}\n", endpoint)
            << fmt::format("export AWS_REGION={0} AWS_DEFAULT_REGION={0}\n", region)
            << fmt::format("export AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY={}\n", key->id, key->secret)
            // A load balancer is reached from this machine under its own name below localhost, at this port.
            << "export HANBAT_BALANCER_PORT=4580\n"
            // CodeCommit's own clone addresses lead here, and the CLI's helper signs in.
            << "export GIT_CONFIG_COUNT=3\n"
            << fmt::format(
                   "export GIT_CONFIG_KEY_0='url.{}.insteadOf' "
                   "GIT_CONFIG_VALUE_0='https://git-codecommit.{}.amazonaws.com/'\n",
                   git, region)
            << fmt::format("export GIT_CONFIG_KEY_1='credential.{}.helper'\n", git)
            << "export GIT_CONFIG_VALUE_1='!f() { test \"$1\" != get || aws codecommit credential-helper "
               "--ignore-host-check get; }; f'\n"
            << fmt::format("export GIT_CONFIG_KEY_2='credential.{}.useHttpPath' GIT_CONFIG_VALUE_2=true\n", git);
}

}  // namespace hanbat::cli
