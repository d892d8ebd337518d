#include "wire/git_password.h"

#include "base/encoding.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/signature.h"

namespace hanbat::wire {

namespace {

std::string git_signature(std::string_view stamp, std::string_view secret, std::string_view region,
                          std::string_view path, std::string_view host) {
  const std::string canonical = "GIT\n" + std::string(path) + "\n\nhost:" + std::string(host) + "\n\nhost\n";
  const crypto::Scope scope{std::string(stamp.substr(0, 8)), std::string(region), "codecommit"};
  return to_hex(
      crypto::hmac_sha256(crypto::signing_key(secret, scope), crypto::string_to_sign(stamp, scope.text(), canonical)));
}

}  // namespace

GitUser parse_git_user(std::string_view user) {
  const std::size_t mark = user.find('%');
  if (mark == std::string_view::npos) return {std::string(user), {}};
  return {std::string(user.substr(0, mark)), std::string(user.substr(mark + 1))};
}

bool verify_git_password(std::string_view password, std::string_view secret, std::string_view region,
                         std::string_view path, std::string_view host, Timestamp now) {
  constexpr std::size_t kStamp = 15;  // 20261123T200000
  if (password.size() <= kStamp + 1 || password[kStamp] != 'Z') return false;
  const std::string_view stamp = password.substr(0, kStamp);
  const auto at = parse_iso8601(std::string(stamp) + 'Z');
  if (!at || now - *at > Milliseconds(15 * 60'000) || *at - now > Milliseconds(15 * 60'000)) return false;
  const std::string_view given = password.substr(kStamp + 1);
  const std::string_view bare = host.substr(0, host.rfind(':'));
  return constant_time_equals(given, git_signature(stamp, secret, region, path, host)) ||
         constant_time_equals(given, git_signature(stamp, secret, region, path, bare));
}

std::string git_password(std::string_view secret, std::string_view region, std::string_view path, std::string_view host,
                         Timestamp at) {
  const std::string stamp = basic_iso8601(at).substr(0, 15);
  return stamp + 'Z' + git_signature(stamp, secret, region, path, host);
}

}  // namespace hanbat::wire
