// The cookies by which a balancer knows a client again: AWSALB and AWSALBAPP for its target, AWSALBTG for its target
// group. A cookie holds an entry per thing that the client was sent to (a target group has a target, a rule a group),
// each signed under a key of that thing, with the time of the last answer; nobody reads from it which target is meant.
//   cookie = base64( entry [ '!' entry ]… ), entry = mark '.' token '.' seconds '.' signature
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/sticky-sessions.html
#pragma once

#include <string>
#include <string_view>

namespace hanbat::host {

enum class CookieKind { kTarget, kApplication, kGroup };

/// One entry, as the lines that read and write it know it.
class StickyCookie {
 public:
  /// `owner`: of what it says where the client was sent. `key` signs; it is a secret of this machine.
  StickyCookie(CookieKind kind, std::string_view owner, std::string_view key, int seconds);

  /// What stands in the entry for a target (by its server's name) or a group (by its id).
  std::string token_of(std::string_view choice) const;
  /// The same of the target that answered, as a format of HAProxy's.
  std::string token_of_server() const;
  /// The condition under which a valid entry names that choice.
  std::string chosen(std::string_view choice) const;
  /// The condition under which there is a valid entry.
  std::string known() const;
  /// Rules of requests: what the client's cookie says. `condition` as in "if <condition>", or empty.
  std::string reading(std::string_view condition) const;
  /// Rules of answers: the cookie anew, with `token` (a format of HAProxy's) in the place of the entry.
  std::string writing(std::string_view token, std::string_view condition) const;
  /// Rules of answers: what AWS puts into the fragments of AWSALBAPP that hold nothing.
  static std::string removing(std::string_view condition);

 private:
  std::string variable(std::string_view what) const;

  CookieKind kind_;
  std::string mark_;  // of the owner, within the cookie
  std::string key_;   // the owner's own
  int seconds_;
};

}  // namespace hanbat::host
