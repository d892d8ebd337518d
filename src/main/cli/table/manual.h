// The manual pages, of the same table as --help.
#pragma once

#include <map>
#include <string>

#include "main/cli/table/parse.h"

namespace hanbat::cli {

/// Each page as roff by its file's name: hanbat.1 and one for each command, hanbat-image-base-add.1.
std::map<std::string, std::string> manual_pages(const About& about, const Table& table);

}  // namespace hanbat::cli
