#include "services/ce/limits/notice_store.h"

namespace hanbat::ce {

bool is_news(store::Tx& tx, const std::string& account, const std::string& limit_text, int percent) {
  const auto told = tx.find("SELECT cost_limit, percent FROM ce_limit_notices WHERE account = ?", account);
  if (told && told->text(0) == limit_text && told->integer(1) >= percent) return false;
  tx.exec("DELETE FROM ce_limit_notices WHERE account = ?", account);
  tx.exec("INSERT INTO ce_limit_notices(account, cost_limit, percent) VALUES (?, ?, ?)", account, limit_text, percent);
  return true;
}

}  // namespace hanbat::ce
