#include "services/ec2/store.h"

#include <algorithm>

#include "base/arn.h"
#include "base/text.h"

namespace hanbat::ec2 {
namespace {

constexpr std::size_t kShortDigits = 8, kLongDigits = 17;

bool begins_right(std::string_view prefix, std::string_view id) {
  return id.size() > prefix.size() && id.starts_with(prefix) && id[prefix.size()] == '-';
}

bool is_well_formed(std::string_view prefix, std::string_view id, IdWords words) {
  if (words != IdWords::kEndpoint) return has_id_form(prefix, id);
  return begins_right(prefix, id) && std::ranges::all_of(id.substr(prefix.size() + 1), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
         });
}

wire::Error malformed_id(std::string_view code, std::string_view prefix, std::string_view id, IdWords words) {
  const auto text = [&]() -> std::string {
    switch (words) {
      case IdWords::kExpecting:
        if (begins_right(prefix, id)) break;
        return fmt::format("Invalid id: \"{}\" (expecting \"{}-...\")", id, prefix);
      case IdWords::kPlain:
        if (!id.empty()) break;
        return fmt::format("Invalid id: \"\" (expecting \"{}-...\")", prefix);
      case IdWords::kEndpoint:
        return fmt::format(
            "Invalid Id: '{}' (expecting '{}-...; the Id may only contain lowercase alphanumeric characters and a "
            "single dash')",
            id, prefix);
      case IdWords::kValue:
        return fmt::format("Value ({}) for parameter volumes is invalid. Expected: '{}-...'.", id, prefix);
    }
    return fmt::format("Invalid id: \"{}\"", id);
  };
  return wire::Error(std::string(code), 400, text());
}

}  // namespace

bool has_id_form(std::string_view prefix, std::string_view id) {
  if (!begins_right(prefix, id)) return false;
  const std::string_view digits = id.substr(prefix.size() + 1);
  return (digits.size() == kShortDigits || digits.size() == kLongDigits) &&
         digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void require_id_form(std::string_view code, std::string_view prefix, std::string_view id, IdWords words) {
  if (!is_well_formed(prefix, id, words)) throw malformed_id(code, prefix, id, words);
}

void throw_absent(const Kind& kind, const std::vector<std::string>& ids) {
  if (!kind.malformed.empty())
    for (const std::string& id : ids) require_id_form(kind.malformed, kind.prefix, id, kind.words);
  if (ids.size() > 1 && kind.type == "instance")
    throw wire::Error(std::string(kind.not_found), 400,
                      fmt::format("The instance IDs '{}' do not exist", join(ids, ", ")));
  throw wire::Error(std::string(kind.not_found), 400, fmt::format(fmt::runtime(kind.message), join(ids, ", ")));
}

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
