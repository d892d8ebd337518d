// The rows of what users prove themselves with: access keys, service-specific credentials, SSH public keys, sessions.
#include <atomic>

#include "services/iam/store.h"

namespace hanbat::iam::rows {
namespace {

std::atomic<std::uint64_t> changes{0};

constexpr std::string_view kSelectKey =
    "SELECT access_key_id, user_id, account, secret, status, created, used_at, used_service, used_region "
    "FROM iam_access_keys WHERE ";

AccessKeyRow read_key(const store::Row& row) {
  AccessKeyRow key{.access_key_id = row.text(0),
                   .user_id = row.text(1),
                   .account = row.text(2),
                   .sealed_secret = row.text(3),
                   .status = require_word<KeyStatus>(row.text(4)),
                   .created = row.timestamp(5),
                   .used_service = row.find_text(7).value_or(""),
                   .used_region = row.find_text(8).value_or("")};
  if (!row.is_null(6)) key.used_at = row.timestamp(6);
  return key;
}

constexpr std::string_view kSelectCredential =
    "SELECT id, user_id, account, service, service_user_name, password_hash, status, created "
    "FROM iam_service_credentials WHERE ";

ServiceCredentialRow read_credential(const store::Row& row) {
  return {row.text(0),
          row.text(1),
          row.text(2),
          row.text(3),
          row.text(4),
          row.text(5),
          require_word<KeyStatus>(row.text(6)),
          row.timestamp(7)};
}

constexpr std::string_view kSelectSshKey =
    "SELECT id, user_id, account, body, line, fingerprint, status, uploaded FROM iam_ssh_keys WHERE ";

SshKeyRow read_ssh_key(const store::Row& row) {
  return {row.text(0),
          row.text(1),
          row.text(2),
          row.text(3),
          row.text(4),
          row.text(5),
          require_word<KeyStatus>(row.text(6)),
          row.timestamp(7)};
}

}  // namespace

void insert(store::Tx& tx, const AccessKeyRow& key) {
  tx.exec(
      "INSERT INTO iam_access_keys (access_key_id, user_id, account, secret, status, created) "
      "VALUES (?, ?, ?, ?, ?, ?)",
      key.access_key_id, key.user_id, key.account, key.sealed_secret, word_of(key.status), key.created);
}

std::optional<AccessKeyRow> find_access_key(store::Tx& tx, std::string_view access_key_id) {
  const auto row = tx.find(std::string(kSelectKey) + "access_key_id = ?", access_key_id);
  if (!row) return std::nullopt;
  return read_key(*row);
}

std::vector<AccessKeyRow> access_keys(store::Tx& tx, std::string_view user_id) {
  std::vector<AccessKeyRow> out;
  for (const store::Row& row :
       tx.query(std::string(kSelectKey) + "user_id = ? ORDER BY created, access_key_id", user_id))
    out.push_back(read_key(row));
  return out;
}

void set_access_key_status(store::Tx& tx, std::string_view access_key_id, KeyStatus status) {
  tx.exec("UPDATE iam_access_keys SET status = ? WHERE access_key_id = ?", word_of(status), access_key_id);
  note_credential_change(tx);
}

void set_access_key_used(store::Tx& tx, std::string_view access_key_id, Timestamp at, std::string_view service,
                         std::string_view region) {
  tx.exec("UPDATE iam_access_keys SET used_at = ?, used_service = ?, used_region = ? WHERE access_key_id = ?", at,
          service, region, access_key_id);
}

void remove_access_key(store::Tx& tx, std::string_view access_key_id) {
  tx.exec("DELETE FROM iam_access_keys WHERE access_key_id = ?", access_key_id);
  note_credential_change(tx);
}

std::uint64_t credential_changes() { return changes; }

void note_credential_change(store::Tx& tx) {
  tx.on_commit([] { ++changes; });
}

void insert(store::Tx& tx, const ServiceCredentialRow& c) {
  tx.exec(
      "INSERT INTO iam_service_credentials "
      "(id, user_id, account, service, service_user_name, password_hash, status, created) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      c.id, c.user_id, c.account, c.service, c.service_user_name, c.password_hash, word_of(c.status), c.created);
}

std::optional<ServiceCredentialRow> find_service_credential(store::Tx& tx, std::string_view id) {
  const auto row = tx.find(std::string(kSelectCredential) + "id = ?", id);
  if (!row) return std::nullopt;
  return read_credential(*row);
}

std::optional<ServiceCredentialRow> find_service_credential_by_name(store::Tx& tx, std::string_view user_name) {
  const auto row = tx.find(std::string(kSelectCredential) + "service_user_name = ?", user_name);
  if (!row) return std::nullopt;
  return read_credential(*row);
}

std::vector<ServiceCredentialRow> service_credentials(store::Tx& tx, std::string_view user_id) {
  std::vector<ServiceCredentialRow> out;
  for (const store::Row& row : tx.query(std::string(kSelectCredential) + "user_id = ? ORDER BY created, id", user_id))
    out.push_back(read_credential(row));
  return out;
}

void update(store::Tx& tx, const ServiceCredentialRow& c) {
  tx.exec("UPDATE iam_service_credentials SET password_hash = ?, status = ? WHERE id = ?", c.password_hash,
          word_of(c.status), c.id);
}

void remove_service_credential(store::Tx& tx, std::string_view id) {
  tx.exec("DELETE FROM iam_service_credentials WHERE id = ?", id);
}

void insert(store::Tx& tx, const SshKeyRow& key) {
  tx.exec(
      "INSERT INTO iam_ssh_keys (id, user_id, account, body, line, fingerprint, status, uploaded) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      key.id, key.user_id, key.account, key.body, key.line, key.fingerprint, word_of(key.status), key.uploaded);
}

std::optional<SshKeyRow> find_ssh_key(store::Tx& tx, std::string_view id) {
  const auto row = tx.find(std::string(kSelectSshKey) + "id = ?", id);
  if (!row) return std::nullopt;
  return read_ssh_key(*row);
}

std::vector<SshKeyRow> ssh_keys(store::Tx& tx, std::string_view user_id) {
  std::vector<SshKeyRow> out;
  for (const store::Row& row : tx.query(std::string(kSelectSshKey) + "user_id = ? ORDER BY uploaded, id", user_id))
    out.push_back(read_ssh_key(row));
  return out;
}

void set_ssh_key_status(store::Tx& tx, std::string_view id, KeyStatus status) {
  tx.exec("UPDATE iam_ssh_keys SET status = ? WHERE id = ?", word_of(status), id);
}

void remove_ssh_key(store::Tx& tx, std::string_view id) { tx.exec("DELETE FROM iam_ssh_keys WHERE id = ?", id); }

void insert(store::Tx& tx, const SessionRow& session) {
  tx.exec("INSERT INTO iam_sessions (access_key_id, secret, caller, issued, expires) VALUES (?, ?, ?, ?, ?)",
          session.access_key_id, session.sealed_secret, session.caller, session.issued, session.expires);
}

std::optional<SessionRow> find_session(store::Tx& tx, std::string_view access_key_id) {
  const auto row = tx.find(
      "SELECT access_key_id, secret, caller, issued, expires FROM iam_sessions WHERE access_key_id = ?", access_key_id);
  if (!row) return std::nullopt;
  return SessionRow{row->text(0), row->text(1), row->json(2), row->timestamp(3), row->timestamp(4)};
}

void remove_sessions_before(store::Tx& tx, Timestamp expired) {
  tx.exec("DELETE FROM iam_sessions WHERE expires < ?", expired);
}

}  // namespace hanbat::iam::rows
