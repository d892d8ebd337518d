#include "services/ecr/registry/tokens.h"

#include "base/encoding.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "region/caller_json.h"

namespace hanbat::ecr {
namespace {

// base64 with the two characters that a URL would have to escape replaced.
std::string to_base64url(std::string_view bytes) {
  std::string text = to_base64(bytes);
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::optional<std::string> from_base64url(std::string text) {
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  return from_base64(text);
}

}  // namespace

std::string Tokens::seal(std::string_view purpose, const Json& content) const {
  const std::string body = to_base64url(content.dump());
  return body + "." + to_base64url(crypto::hmac_sha256(secret_, std::string(purpose) + "\n" + body));
}

std::optional<Json> Tokens::open(std::string_view purpose, std::string_view token, Timestamp now) const {
  const auto dot = token.find('.');
  if (dot == std::string_view::npos || secret_.empty()) return std::nullopt;
  const std::string body(token.substr(0, dot));
  const std::string seal = to_base64url(crypto::hmac_sha256(secret_, std::string(purpose) + "\n" + body));
  if (!constant_time_equals(seal, token.substr(dot + 1))) return std::nullopt;
  const auto text = from_base64url(body);
  if (!text) return std::nullopt;
  Json content = Json::parse(*text);
  if (content.integer("expires") <= now.ms) return std::nullopt;
  return content;
}

std::string Tokens::login_token(const region::Caller& caller, std::string_view region, Timestamp expires) const {
  return seal("login",
              Json::object({{"caller", region::write_caller(caller)}, {"region", region}, {"expires", expires.ms}}));
}

std::optional<Login> Tokens::read_login(std::string_view token, Timestamp now) const {
  const auto content = open("login", token, now);
  if (!content) return std::nullopt;
  return Login{region::read_caller((*content)["caller"]), content->text("region")};
}

std::string Tokens::layer_ticket(std::string_view repository_id, std::string_view digest, Timestamp expires) const {
  return seal("layer", Json::object({{"repository", repository_id}, {"digest", digest}, {"expires", expires.ms}}));
}

bool Tokens::admits(std::string_view ticket, std::string_view repository_id, std::string_view digest,
                    Timestamp now) const {
  const auto content = open("layer", ticket, now);
  return content && content->text("repository") == repository_id && content->text("digest") == digest;
}

}  // namespace hanbat::ecr
