// Finds a region's folders from the environment.
#include "main/cli/home.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "base/text.h"
#include "main/cli/control.h"

namespace hanbat::cli {
namespace fs = std::filesystem;

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

Home Home::from_environment() {
  const std::string named = environment("HANBAT_HOME");
  const Home home{named.empty() ? fs::path("/var/lib/hanbat") : fs::absolute(named)};
  front_port();  // said of every command, not only of those that get as far as the front door
  std::error_code gone;
  if (fs::exists(home.root, gone) && !fs::is_directory(home.root, gone))
    throw Failure(home.root.string() +
                  " is to be the state folder and is a file; another folder: HANBAT_HOME=… hanbat up");
  return home;
}

int front_port() {
  const std::string given = environment("HANBAT_PORT");
  if (given.empty()) return 4566;
  const auto port = parse_int(given);
  if (!port || *port < 1 || *port > 65535)
    throw Failure("HANBAT_PORT=" + given + " is no port, which is a number of 1 to 65535");
  return static_cast<int>(*port);
}

fs::path images_folder() {
  const std::string named = environment("HANBAT_IMAGES_DIR");
  return named.empty() ? fs::path("/var/cache/hanbat/images") : fs::absolute(named);
}

std::optional<AdminKey> find_admin_key(const Home& home) {
  std::ifstream file(home.credentials());
  if (!file) return std::nullopt;
  std::stringstream text;
  text << file.rdbuf();
  const Json json = Json::parse(text.str());
  return AdminKey{json.text("AccessKeyId"), json.text("SecretAccessKey"), json.text("Account")};
}

}  // namespace hanbat::cli
