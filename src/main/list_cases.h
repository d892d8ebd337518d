// Every list in pages that AWS's models have of our operations, with calls that make what it lists. A list that is not
// here fails the test that walks the models.
#pragma once

#include <string>
#include <vector>

namespace hanbat {

/// A call. In `input` (JSON) `$A` is the caller's account, `$N` the number of the item, `$name` what an earlier step of
/// the same item, else of `setup`, has saved.
struct Step {
  std::string operation;
  std::string input = "{}";
  std::string save = {};     // "name=Path.To.Member" of the answer; [0] of a list is written as a step "0"
  std::string service = {};  // "" = the list's own
};

struct ListCase {
  std::string service;
  std::string operation;
  std::string input = "{}";
  std::vector<Step> setup = {};
  std::vector<Step> make = {};    // one item
  std::vector<Step> remove = {};  // the same item; empty when it cannot be removed
  int items = 9;
  std::string result = {};  // the member that is the list, where the model's paginator names none
  /// Where the token is AWS's documented key and no secret of ours, garbage is a key like any other.
  bool token_is_key = false;
};

/// All of them.
std::vector<ListCase> list_cases();

std::vector<ListCase> iam_cases();
std::vector<ListCase> organizations_cases();
std::vector<ListCase> log_and_event_cases();
std::vector<ListCase> delivery_cases();
std::vector<ListCase> repository_cases();
std::vector<ListCase> machine_cases();

}  // namespace hanbat
