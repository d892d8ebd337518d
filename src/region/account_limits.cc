#include "region/account_limits.h"

#include <stdexcept>

#include "base/json.h"
#include "os/files.h"

namespace hanbat::region {

AccountLimits AccountLimits::of(const std::string& state_folder) {
  AccountLimits limits;
  const std::string path = state_folder + "/limits.json";
  const auto text = find_file(path);
  if (!text) return limits;
  try {
    const Json given = Json::parse(*text);
    for (const auto& [name, value] : given.members()) {
      const double number = value.as_double();
      if (!(number > 0)) throw JsonError(name + " is not above zero");
      if (name == "requests_per_second")
        limits.requests_per_second = number;
      else if (name == "burst")
        limits.burst = number;
      else if (name == "vcpus")
        limits.vcpus = static_cast<int>(number);
      else if (name == "memory_gib")
        limits.memory_gib = static_cast<int>(number);
      else
        throw JsonError("there is no limit " + name);
    }
  } catch (const JsonError& error) {
    throw std::runtime_error(path + ": " + error.what());
  }
  return limits;
}

}  // namespace hanbat::region
