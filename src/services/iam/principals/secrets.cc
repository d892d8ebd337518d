#include "services/iam/principals/secrets.h"

#include "base/encoding.h"
#include "base/ids.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace hanbat::iam {
namespace {

constexpr std::string_view kIdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kSecretAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string make_id(std::string_view prefix) { return std::string(prefix) + random_from(kIdAlphabet, 17); }
std::string make_access_key_id(std::string_view prefix) { return std::string(prefix) + random_from(kIdAlphabet, 16); }
std::string make_secret_access_key() { return random_from(kSecretAlphabet, 40); }
std::string make_session_token() { return to_base64(random_bytes(189)); }
std::string make_service_password() { return to_base64(random_bytes(32)); }

std::string hash_password(std::string_view password) {
  const std::string salt = random_hex(32);
  return salt + ":" + crypto::sha256_hex(salt + std::string(password));
}

bool password_matches(std::string_view password, std::string_view hash) {
  const std::size_t colon = hash.find(':');
  if (colon == std::string_view::npos) return false;
  return constant_time_equals(crypto::sha256_hex(std::string(hash.substr(0, colon)) + std::string(password)),
                              hash.substr(colon + 1));
}

}  // namespace hanbat::iam
