// Finds a region's folders from the environment.
#include "main/cli/home.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "base/text.h"

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
  return {named.empty() ? fs::path("/var/lib/hanbat") : fs::absolute(named)};
}

int front_port() { return static_cast<int>(parse_int(environment("HANBAT_PORT")).value_or(4566)); }

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
