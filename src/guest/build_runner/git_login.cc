#include "guest/build_runner/git_login.h"

#include <chrono>

#include "base/json.h"
#include "guest/aws/service_client.h"
#include "http/client.h"

namespace hanbat::guest {

std::vector<border::GitLogin> git_logins(const std::string& url) {
  http::Client client(http::Endpoint::of_url(url),
                      {.connect_timeout = std::chrono::seconds(5), .io_timeout = std::chrono::seconds(30)});
  const http::Response answer = client.send({.target = url.substr(url.find('/', url.find("//") + 2))});
  if (answer.status != 200)
    throw ServiceError(answer.status, "NoLogins", "source credentials: status " + std::to_string(answer.status));
  std::vector<border::GitLogin> logins;
  const Json given = Json::parse(answer.body);
  for (const Json& one : given.items()) logins.push_back(border::GitLogin::from_json(one));
  return logins;
}

GitAccess git_access(std::string_view address, const std::vector<border::GitLogin>& logins) {
  GitAccess access{{"-c", "credential.helper="}, {}};
  const std::size_t begin = address.find("//") + 2;
  const std::string_view host = address.substr(begin, address.find('/', begin) - begin);
  for (const border::GitLogin& login : logins) {
    if (login.host != host) continue;
    const std::string place(address.substr(0, begin + host.size()));
    access.options.insert(
        access.options.end(),
        {"-c", "credential." + place +
                   R"(.helper=!f() { echo "username=$HANBAT_GIT_USER"; echo "password=$HANBAT_GIT_PASSWORD"; }; f)"});
    access.variables = {{"HANBAT_GIT_USER", login.username}, {"HANBAT_GIT_PASSWORD", login.password}};
    break;
  }
  return access;
}

}  // namespace hanbat::guest
