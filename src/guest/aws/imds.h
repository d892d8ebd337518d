// The instance metadata service, version 2, as a program on the instance uses it.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "http/client.h"

namespace hanbat::guest {

/// Temporary keys. `expiration` is 0 for keys that do not expire.
struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;
  Timestamp expiration;
};

/// Thrown when the metadata service, or a thing asked of it, is not there.
struct MetadataError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Blocks on the network. Not to be shared between threads.
class Imds {
 public:
  explicit Imds(const std::string& url = "http://169.254.169.254");

  /// The text at "latest/<path>"; nothing on 404.
  std::optional<std::string> find(const std::string& path);
  /// The same; throws MetadataError when it is not there.
  std::string require(const std::string& path);
  /// The instance profile's keys, fetched anew when they end within five minutes.
  Credentials credentials();

 private:
  http::Client client_;
  std::string token_;
  Timestamp token_until_;
  std::optional<Credentials> credentials_;
};

}  // namespace hanbat::guest
