// What CodeBuild tells a build's runner of other hosts' repositories: as whom git clones there.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace hanbat::border {

struct GitLogin {
  std::string host;  ///< with its port
  std::string username;
  std::string password;
  bool operator==(const GitLogin&) const = default;

  Json to_json() const;
  /// Throws MessageError.
  static GitLogin from_json(const Json& json);
};

}  // namespace hanbat::border
