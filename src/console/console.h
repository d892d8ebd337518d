// The web console's way through the front door: its files, and how a token becomes a page that is signed in. All else
// that the page does are AWS's own calls, signed in the page; there is nothing here that answers them.
//
// The page has an origin of its own, console.hanbat.localhost. An object in a bucket that anybody may read could
// otherwise be a page of the same origin. So that origin shows nothing but the console's files, and lets nothing
// through but calls that carry a signature in their headers, which no link, form or frame can send.
#pragma once

#include <string>
#include <string_view>

#include "console/sign_in.h"

namespace hanbat::http {
class Exchange;
struct RequestHead;
}  // namespace hanbat::http
namespace hanbat::region {
class Region;
}

namespace hanbat::console {

inline constexpr std::string_view kHost = "console.hanbat.localhost";
inline constexpr std::string_view kRoot = "/_hanbat/console/";

class Console {
 public:
  explicit Console(region::Region& home);

  /// Serves what is the console's, or refuses what may not be at its origin. Returns false for a request that is for
  /// the front door. Any thread.
  bool serve(http::Exchange& exchange);

 private:
  void serve_console(http::Exchange& exchange);
  /// Takes temporary credentials and answers a token, as AWS's federation endpoint does.
  void get_signin_token(http::Exchange& exchange);
  /// Takes a token and answers its credentials, to the page alone.
  void open_session(http::Exchange& exchange);
  /// Whether the region gave those credentials and they have not ended.
  bool are_valid(Session& session) const;

  region::Region& home_;
  SignIn sign_in_;
};

}  // namespace hanbat::console
