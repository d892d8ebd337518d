// What ECR signs itself: the login token of docker's clients, which carries the principal that asked for it, and the
// links by which a layer is downloaded. Nothing of them is stored but the key.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/time.h"
#include "region/identity.h"

namespace hanbat::ecr {

/// A login as its token has it.
struct Login {
  region::Caller caller;
  std::string region;
};

class Tokens {
 public:
  Tokens() = default;
  explicit Tokens(std::string secret) : secret_(std::move(secret)) {}

  std::string login_token(const region::Caller& caller, std::string_view region, Timestamp expires) const;
  /// Nothing when it is not ours, changed or expired.
  std::optional<Login> read_login(std::string_view token, Timestamp now) const;

  /// A ticket for one layer of one repository.
  std::string layer_ticket(std::string_view repository_id, std::string_view digest, Timestamp expires) const;
  bool admits(std::string_view ticket, std::string_view repository_id, std::string_view digest, Timestamp now) const;

 private:
  std::string seal(std::string_view purpose, const Json& content) const;
  std::optional<Json> open(std::string_view purpose, std::string_view token, Timestamp now) const;
  std::string secret_;
};

}  // namespace hanbat::ecr
