#include "main/list_cases.h"

#include <iterator>

namespace hanbat {

std::vector<ListCase> list_cases() {
  std::vector<ListCase> all;
  for (auto* cases :
       {&iam_cases, &organizations_cases, &log_and_event_cases, &delivery_cases, &repository_cases, &machine_cases}) {
    auto some = cases();
    all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  }
  return all;
}

}  // namespace hanbat
