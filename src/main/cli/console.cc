// `hanbat console`: makes temporary credentials of who asks, and of these an address that signs a browser in once.
#include <fmt/format.h>

#include <iostream>
#include <string>

#include "base/encoding.h"
#include "base/json.h"
#include "http/client.h"
#include "main/cli/commands.h"
#include "main/cli/control.h"
#include "main/cli/region_api.h"

namespace hanbat::cli {
namespace {

/// Keys that end by themselves, of the same caller.
Keys temporary(const Keys& keys, const std::string& region) {
  if (!keys.token.empty()) return keys;
  const std::string answer = RegionApi(region, keys).query("sts", "GetSessionToken", {{"DurationSeconds", "43200"}});
  return {xml_text(answer, "AccessKeyId"), xml_text(answer, "SecretAccessKey"), xml_text(answer, "SessionToken")};
}

std::string signin_token(const Keys& keys) {
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
  Json body;
  try {
    body = Json::parse(answer.body);
  } catch (const JsonError&) {
    throw Failure("the daemon that runs has no console; hanbat up starts it anew, machines and networks go on");
  }
  if (answer.status != 200) throw Failure(body.text("message"));
  return body.text("SigninToken");
}

}  // namespace

void console(const Home& home, const std::string& region, Browser browser) {
  const std::string token = signin_token(temporary(keys_of_caller(home), region));
  const std::string address =
      fmt::format("http://console.hanbat.localhost:{}/#SigninToken={}&region={}", front_port(), token, region);
  std::cout << address << std::endl;
  std::cerr << "The address signs in once, within two minutes.\n";
  browse(address, browser);
}

}  // namespace hanbat::cli
