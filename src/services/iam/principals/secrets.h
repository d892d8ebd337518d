// How IAM's ids, keys and passwords look, and how passwords are kept.
#pragma once

#include <string>
#include <string_view>

namespace hanbat::iam {

/// "AIDA" and 17 characters.
std::string make_id(std::string_view prefix);
/// "AKIA" or "ASIA" and 16 characters.
std::string make_access_key_id(std::string_view prefix);
/// 40 characters.
std::string make_secret_access_key();
std::string make_session_token();
/// The password of HTTPS git credentials.
std::string make_service_password();

/// "salt:hash". One round of a fast hash is enough: the passwords are random, never chosen.
std::string hash_password(std::string_view password);
bool password_matches(std::string_view password, std::string_view hash);

}  // namespace hanbat::iam
