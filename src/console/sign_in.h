// Who may become signed in: sign-in tokens, each of which stands once and for a short while for the temporary
// credentials of whoever had it made, and the brake on those who guess.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace hanbat::console {

/// Temporary credentials, in the words of AWS's federation endpoint.
/// Source: IAM User Guide, "Enable custom identity broker access to the AWS console".
struct Session {
  std::string id;
  std::string key;
  std::string token;
  Timestamp expiration;
};

/// Kept in memory alone: a daemon that starts anew knows no token. Safe from all threads.
class SignIn {
 public:
  static constexpr Seconds kTokenLife{120};
  static constexpr std::size_t kMostTokens = 64;    // past it the oldest ends
  static constexpr std::size_t kMostFailures = 20;  // within kFailureWindow, of all callers together
  static constexpr Seconds kFailureWindow{60};

  explicit SignIn(const Clock& clock) : clock_(clock) {}

  /// A new token for the session: 64 hex digits.
  std::string keep(Session session);
  /// The token's session, once; nothing when it never was, was taken, or is too old.
  std::optional<Session> take(std::string_view token);

  /// Whether somebody may try at all; not after too many failures, until they are a while ago.
  bool may_try();
  void failed();

 private:
  struct Kept {
    Session session;
    Timestamp until;
  };
  void forget_old(Timestamp now);

  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Kept> kept_;  // by the token's SHA-256
  std::deque<Timestamp> failures_;
};

}  // namespace hanbat::console
