#include "region/certificates.h"

#include <algorithm>

namespace hanbat::region {
namespace {

std::string purpose_of_key(std::string_view arn) { return "acm.key:" + std::string(arn); }

std::string with_line_end(std::string pem) {
  if (!pem.empty() && pem.back() != '\n') pem += '\n';
  return pem;
}

}  // namespace

Json Certificate::to_json() const {
  Json json = Json::object({{"body", body}, {"chain", chain}, {"key", sealed_key}});
  Json& list = json["names"] = Json::array();
  for (const std::string& name : names) list.push_back(name);
  return json;
}

Certificate Certificate::from_json(const Json& json) {
  Certificate certificate{json.text("body"), json.text("chain"), json.text("key"), {}};
  for (const Json& name : json["names"].items()) certificate.names.push_back(name.as_string());
  return certificate;
}

Json CertificateUse::to_json() const {
  return Json::object({{"user", user_arn}, {"kind", task_kind}, {"key", task_key}});
}

CertificateUse CertificateUse::from_json(const Json& json) {
  return {json.text("user"), json.text("kind"), json.text("key")};
}

std::string seal_certificate_key(const Vault& vault, std::string_view key, std::string_view arn) {
  return vault.seal(key, purpose_of_key(arn));
}

std::optional<std::string> find_certificate_pem(store::Tx& tx, const Vault& vault, std::string_view arn) {
  const auto row = find<Certificate>(tx, arn);
  if (!row) return std::nullopt;
  const auto key = vault.open(row->shape.sealed_key, purpose_of_key(arn));
  if (!key) return std::nullopt;
  return with_line_end(row->shape.body) + with_line_end(row->shape.chain) + with_line_end(*key);
}

void set_certificates_of(store::Tx& tx, const Place& place, const std::string& user_arn,
                         const std::set<std::string>& certificates, const store::NewTask& when_changed) {
  for (const auto& use : list_in<CertificateUse>(tx, user_arn))
    if (!certificates.contains(use.parent)) remove(tx, use);
  for (const std::string& arn : certificates) {
    Resource<CertificateUse> use;
    use.id = arn + "|" + user_arn;
    if (find<CertificateUse>(tx, use.id)) continue;
    use.place = place;
    use.parent = arn;
    use.scope = user_arn;
    use.shape = {user_arn, when_changed.kind, when_changed.key};
    insert(tx, use);
  }
}

std::vector<std::string> users_of_certificate(store::Tx& tx, std::string_view arn) {
  std::vector<std::string> users;
  for (const auto& use : list_of<CertificateUse>(tx, arn)) users.push_back(use.shape.user_arn);
  std::sort(users.begin(), users.end());
  return users;
}

void tell_users_of_certificate(store::Tx& tx, store::Tasks& tasks, std::string_view arn) {
  for (const auto& use : list_of<CertificateUse>(tx, arn))
    tasks.add(tx, {.kind = use.shape.task_kind, .key = use.shape.task_key, .body = Json::object()});
}

}  // namespace hanbat::region
