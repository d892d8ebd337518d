// The rows of an account as a whole: its alias, its password policy, and the deletions of its service-linked roles.
#include "services/iam/store.h"

namespace hanbat::iam::rows {

bool is_alias_of_another(store::Tx& tx, std::string_view alias, std::string_view account) {
  return tx.find("SELECT 1 FROM iam_account_aliases WHERE alias = ? AND account <> ?", alias, account).has_value();
}

void set_alias(store::Tx& tx, std::string_view account, std::string_view alias) {
  tx.exec("DELETE FROM iam_account_aliases WHERE account = ?", account);
  tx.exec("INSERT INTO iam_account_aliases (alias, account) VALUES (?, ?)", alias, account);
}

bool remove_alias(store::Tx& tx, std::string_view account, std::string_view alias) {
  return tx.exec("DELETE FROM iam_account_aliases WHERE alias = ? AND account = ?", alias, account) > 0;
}

std::vector<std::string> aliases(store::Tx& tx, std::string_view account) {
  std::vector<std::string> all;
  for (const store::Row& row : tx.query("SELECT alias FROM iam_account_aliases WHERE account = ?", account))
    all.push_back(row.text(0));
  return all;
}

std::optional<Json> find_password_policy(store::Tx& tx, std::string_view account) {
  const auto row = tx.find("SELECT policy FROM iam_password_policies WHERE account = ?", account);
  if (!row) return std::nullopt;
  return row->json(0);
}

void set_password_policy(store::Tx& tx, std::string_view account, const Json& policy) {
  tx.exec(
      "INSERT INTO iam_password_policies (account, policy) VALUES (?, ?) "
      "ON CONFLICT (account) DO UPDATE SET policy = excluded.policy",
      account, policy);
}

bool remove_password_policy(store::Tx& tx, std::string_view account) {
  return tx.exec("DELETE FROM iam_password_policies WHERE account = ?", account) > 0;
}

void insert_role_deletion(store::Tx& tx, std::string_view task, std::string_view account, std::string_view status,
                          Timestamp at) {
  tx.exec("INSERT INTO iam_role_deletions (id, account, status, at) VALUES (?, ?, ?, ?)", task, account, status, at);
}

std::optional<std::string> find_role_deletion(store::Tx& tx, std::string_view task, std::string_view account) {
  const auto row = tx.find("SELECT status FROM iam_role_deletions WHERE id = ? AND account = ?", task, account);
  if (!row) return std::nullopt;
  return row->text(0);
}

}  // namespace hanbat::iam::rows
