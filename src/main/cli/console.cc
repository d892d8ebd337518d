// `hanbat console`: makes temporary credentials of who asks, and of these an address that signs a browser in once.
#include <fmt/format.h>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

#include "base/encoding.h"
#include "base/json.h"
#include "http/client.h"
#include "main/cli/commands.h"
#include "main/cli/control.h"
#include "main/cli/spawn.h"
#include "main/cli/task/region_api.h"

namespace hanbat::cli {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// Whose console it is to be: who the environment says the caller is, else the administrator.
task::Keys caller_keys(const Home& home) {
  task::Keys keys{variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"), variable("AWS_SESSION_TOKEN")};
  if (!keys.id.empty() && !keys.secret.empty()) return keys;
  const auto admin = find_admin_key(home);
  if (!admin) throw Failure("there is no " + home.credentials().string() + "; start the region first: hanbat up");
  return {admin->id, admin->secret, ""};
}

/// Keys that end by themselves, of the same caller.
task::Keys temporary(const task::Keys& keys, const std::string& region) {
  if (!keys.token.empty()) return keys;
  const std::string answer =
      task::RegionApi(region, keys).query("sts", "GetSessionToken", {{"DurationSeconds", "43200"}});
  return {task::xml_text(answer, "AccessKeyId"), task::xml_text(answer, "SecretAccessKey"),
          task::xml_text(answer, "SessionToken")};
}

std::string signin_token(const task::Keys& keys) {
  const Json session =
      Json::object({{"sessionId", keys.id}, {"sessionKey", keys.secret}, {"sessionToken", keys.token}});
  const auto port = static_cast<std::uint16_t>(front_port());
  http::Client client(http::Endpoint{.host = "127.0.0.1", .port = port});
  http::Response answer;
  try {
    answer = client.send({.method = "POST",
                          .target = "/_hanbat/console/federation",
                          .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                          .body = "Action=getSigninToken&Session=" + percent_encode(session.dump())});
  } catch (const http::Error& error) {
    throw Failure(fmt::format("the region does not answer ({}); start it with: hanbat up", error.what()));
  }
  const Json body = Json::parse(answer.body);
  if (answer.status != 200) throw Failure(body.text("message"));
  return body.text("SigninToken");
}

}  // namespace

void console(const Home& home, const std::string& region, Browser browser) {
  const std::string token = signin_token(temporary(caller_keys(home), region));
  const std::string address =
      fmt::format("http://console.hanbat.localhost:{}/#SigninToken={}&region={}", front_port(), token, region);
  std::cout << address << std::endl;
  std::cerr << "The address signs in once, within two minutes.\n";
  const bool screen = !variable("DISPLAY").empty() || !variable("WAYLAND_DISPLAY").empty();
  if (browser != Browser::kOpen || !screen) return;
  try {
    start_daemon({"xdg-open", address}, "/dev/null");
  } catch (const std::exception&) {
    // There is no xdg-open, and the address stands above.
  }
}

}  // namespace hanbat::cli
