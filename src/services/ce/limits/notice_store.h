// What was told of accounts' cost limits; see schema/001_limit_notices.sql.
#pragma once

#include <string>

#include "store/database.h"

namespace hanbat::ce {

/// Whether a share as high was not told yet of this limit of the account's; it is then taken for told.
bool is_news(store::Tx& tx, const std::string& account, const std::string& limit_text, int percent);

}  // namespace hanbat::ce
