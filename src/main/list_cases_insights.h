// Lists of EC2 that have a file of their own; network_cases() has them with the others.
#pragma once

#include <vector>

#include "main/list_cases.h"

namespace hanbat {

std::vector<ListCase> insights_cases();

}  // namespace hanbat
