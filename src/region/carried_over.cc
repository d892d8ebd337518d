#include "region/carried_over.h"

namespace hanbat::region {

void carry_over(store::Tx& tx, std::string_view what, const std::function<void()>& body) {
  if (tx.find("SELECT 1 FROM carried_over WHERE what = ?", what)) return;
  body();
  tx.exec("INSERT INTO carried_over(what) VALUES (?)", what);
}

}  // namespace hanbat::region
