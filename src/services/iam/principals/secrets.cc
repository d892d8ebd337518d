#include "services/iam/principals/secrets.h"

#include <openssl/sha.h>

#include "base/encoding.h"
#include "base/ids.h"
#include "base/text.h"

namespace hanbat::iam {
namespace {

constexpr std::string_view kIdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kSecretAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string sha256_hex(std::string_view text) {
  unsigned char hash[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash);
  return to_hex({reinterpret_cast<const char*>(hash), sizeof hash});
}

}  // namespace

std::string make_id(std::string_view prefix) { return std::string(prefix) + random_from(kIdAlphabet, 17); }
std::string make_access_key_id(std::string_view prefix) { return std::string(prefix) + random_from(kIdAlphabet, 16); }
std::string make_secret_access_key() { return random_from(kSecretAlphabet, 40); }
std::string make_session_token() { return to_base64(random_bytes(189)); }
std::string make_service_password() { return to_base64(random_bytes(32)); }

std::string hash_password(std::string_view password) {
  const std::string salt = random_hex(32);
  return salt + ":" + sha256_hex(salt + std::string(password));
}

bool password_matches(std::string_view password, std::string_view hash) {
  const std::size_t colon = hash.find(':');
  if (colon == std::string_view::npos) return false;
  return constant_time_equals(sha256_hex(std::string(hash.substr(0, colon)) + std::string(password)),
                              hash.substr(colon + 1));
}

}  // namespace hanbat::iam
