// GetRandomPassword.
#include <algorithm>

#include "base/ids.h"
#include "services/secretsmanager/secretsmanager.h"

namespace hanbat::secretsmanager {
namespace {

constexpr std::int64_t kUsualLength = 32;

/// The kinds of characters that the call allows, each without what it excludes; those that have none left are left out.
std::vector<std::string> kinds_of(const GetRandomPasswordInput& in) {
  std::vector<std::string> kinds;
  const std::string excluded = in.exclude_characters.value_or("");
  const auto add = [&](bool wanted, std::string characters) {
    std::erase_if(characters, [&](char c) { return excluded.find(c) != std::string::npos; });
    if (wanted && !characters.empty()) kinds.push_back(std::move(characters));
  };
  add(!in.exclude_lowercase.value_or(false), "abcdefghijklmnopqrstuvwxyz");
  add(!in.exclude_uppercase.value_or(false), "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  add(!in.exclude_numbers.value_or(false), "0123456789");
  add(!in.exclude_punctuation.value_or(false), "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");
  add(in.include_space.value_or(false), " ");
  return kinds;
}

bool has_one_of_each(const std::string& password, const std::vector<std::string>& kinds) {
  return std::ranges::all_of(
      kinds, [&](const std::string& kind) { return password.find_first_of(kind) != std::string::npos; });
}

}  // namespace

GetRandomPasswordOutput SecretsManager::get_random_password(region::Request& rq, const GetRandomPasswordInput& in) {
  rq.authorize("secretsmanager:GetRandomPassword", "*");

  const std::vector<std::string> kinds = kinds_of(in);
  const auto length = static_cast<std::size_t>(in.password_length.value_or(kUsualLength));
  const bool each = in.require_each_included_type.value_or(true);
  if (kinds.empty()) throw InvalidParameterException("The password would have no characters: all are excluded.");
  if (each && length < kinds.size())
    throw InvalidParameterException("Password length is too short based on the required types.");

  std::string all;
  for (const std::string& kind : kinds) all += kind;
  std::string password = random_from(all, length);
  // Thrown away whole until it has one of each kind, so that all such passwords are equally likely. The
  // rarest, five characters of which four are the only ones of their kind, takes some ten thousand tries.
  while (each && !has_one_of_each(password, kinds)) password = random_from(all, length);

  GetRandomPasswordOutput out;
  out.random_password = std::move(password);
  return out;
}

}  // namespace hanbat::secretsmanager
