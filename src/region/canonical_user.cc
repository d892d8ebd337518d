#include "region/canonical_user.h"

#include <cstdint>

#include "base/encoding.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace hanbat::region {
namespace {

// An id is the hash of its account, and the account's number hidden by another hash: so it is read back without a
// table, and what was made up is told from what an account has.
constexpr std::size_t kNumberBytes = 5;  // of twelve decimal digits
constexpr std::size_t kHashBytes = 32 - kNumberBytes;
constexpr std::size_t kAccountDigits = 12;

std::string canonical_hash(std::string_view account) {
  return crypto::sha256("canonical user id of " + std::string(account)).substr(0, kHashBytes);
}

/// Hides the number, and shows it again.
std::string masked_number(std::string number, std::string_view hash) {
  const std::string mask = crypto::sha256("canonical user number of " + std::string(hash));
  for (std::size_t i = 0; i < number.size(); ++i) number[i] = static_cast<char>(number[i] ^ mask[i]);
  return number;
}

}  // namespace

std::string canonical_user_id(std::string_view account) {
  std::uint64_t number = static_cast<std::uint64_t>(parse_int(account).value_or(0));
  std::string bytes(kNumberBytes, '\0');
  for (std::size_t i = kNumberBytes; i-- > 0; number >>= 8) bytes[i] = static_cast<char>(number & 0xff);
  const std::string hash = canonical_hash(account);
  return to_hex(hash + masked_number(bytes, hash));
}

std::optional<std::string> find_canonical_user(std::string_view id) {
  if (id.size() != 2 * (kHashBytes + kNumberBytes)) return std::nullopt;
  const auto bytes = from_hex(id);
  if (!bytes) return std::nullopt;
  const std::string hash = bytes->substr(0, kHashBytes);
  std::uint64_t number = 0;
  for (const char byte : masked_number(bytes->substr(kHashBytes), hash))
    number = number << 8 | static_cast<unsigned char>(byte);
  std::string account = std::to_string(number);
  if (account.size() > kAccountDigits) return std::nullopt;
  account.insert(0, kAccountDigits - account.size(), '0');
  return canonical_hash(account) == hash ? std::optional(std::move(account)) : std::nullopt;
}

}  // namespace hanbat::region
