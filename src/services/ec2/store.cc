#include "services/ec2/store.h"

#include "base/arn.h"

namespace hanbat::ec2 {

std::string arn_of(const Place& place, std::string_view type, std::string_view id) {
  return make_arn("ec2", place.region, place.account, fmt::format("{}/{}", type, id));
}

std::string_view type_of_id(std::string_view id) {
  const std::string_view prefix = id.substr(0, id.rfind('-'));
  std::string_view type;
  TaggableKinds::each([&]<class T>(std::type_identity<T>) {
    if (KindOf<T>::kKind.prefix == prefix) type = KindOf<T>::kKind.type;
  });
  return type;
}

bool is_prepared(store::Tx& tx, const Place& place) {
  return tx.find("SELECT 1 FROM ec2_regions WHERE account = ? AND region = ?", place.account, place.region).has_value();
}

void mark_prepared(store::Tx& tx, const Place& place, Timestamp now) {
  tx.exec("INSERT INTO ec2_regions(account, region, prepared) VALUES (?, ?, ?)", place.account, place.region, now);
}

bool is_taken(store::Tx& tx, std::string_view public_ip) {
  return tx.find("SELECT 1 FROM ec2_public_ips WHERE ip = ?", public_ip).has_value();
}

void mark_taken(store::Tx& tx, std::string_view public_ip, std::string_view holder) {
  tx.exec("INSERT INTO ec2_public_ips(ip, holder) VALUES (?, ?)", public_ip, holder);
}

void mark_free(store::Tx& tx, std::string_view public_ip) {
  tx.exec("DELETE FROM ec2_public_ips WHERE ip = ?", public_ip);
}

std::optional<TokenUse> find_token_use(store::Tx& tx, const Place& place, std::string_view operation,
                                       std::string_view token) {
  const auto row = tx.find(
      "SELECT fingerprint, result FROM ec2_client_tokens WHERE account = ? AND region = ? AND operation = ? AND token "
      "= ?",
      place.account, place.region, operation, token);
  if (!row) return std::nullopt;
  return TokenUse{row->text(0), row->text(1)};
}

void insert_token_use(store::Tx& tx, const Place& place, std::string_view operation, std::string_view token,
                      const TokenUse& use, Timestamp now) {
  tx.exec(
      "INSERT INTO ec2_client_tokens(account, region, operation, token, fingerprint, result, created) "
      "VALUES (?, ?, ?, ?, ?, ?, ?)",
      place.account, place.region, operation, token, use.fingerprint, use.result, now);
}

}  // namespace hanbat::ec2
