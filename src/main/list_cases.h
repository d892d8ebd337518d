// Every list in pages that AWS's models have of our operations, with calls that make what it lists. A list that is not
// here fails the test that walks the models.
#pragma once

#include <string>
#include <vector>

namespace hanbat {

/// A call. In `input` (JSON) `$A` is the caller's account, `$N` the number of the item, `$P` "" or what tells a second
/// parent of a list from the first, `$name` what an earlier step of the same item, else of `setup`, has saved. An
/// operation that begins with '@' is one of WholeRegion's own.
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
  std::vector<Step> make = {};    // one item; empty when what is listed is always there
  std::vector<Step> remove = {};  // the same item; empty when it cannot be removed
  int items = 9;
  std::string result = {};  // the member that is the list, where the model's paginator names none
  /// Where the token is AWS's documented key and no secret of ours, garbage is a key like any other.
  bool token_is_key = false;

  // What tables of list_cases.cc tell.
  int least = 1;                 // the smallest page that AWS allows
  bool one_page = false;         // what a test can make never fills a page
  bool one_of_its_kind = false;  // nothing but the account makes it another list
  std::string other = {};        // members of the input that do; else the parent, which the input names with $P
};

/// All of them.
std::vector<ListCase> list_cases();

std::vector<ListCase> iam_entity_cases();
std::vector<ListCase> iam_relation_cases();
std::vector<ListCase> iam_policy_cases();
std::vector<ListCase> iam_tag_and_simulation_cases();
std::vector<ListCase> organizations_cases();
std::vector<ListCase> log_cases();
std::vector<ListCase> metric_cases();
std::vector<ListCase> event_cases();
std::vector<ListCase> build_cases();
std::vector<ListCase> deployment_cases();
std::vector<ListCase> pipeline_cases();
std::vector<ListCase> repository_cases();
std::vector<ListCase> image_cases();
std::vector<ListCase> object_cases();
std::vector<ListCase> network_cases();
std::vector<ListCase> security_cases();
std::vector<ListCase> instance_cases();
std::vector<ListCase> balancer_cases();
std::vector<ListCase> budget_cases();
std::vector<ListCase> secret_cases();
std::vector<ListCase> parameter_and_command_cases();
std::vector<ListCase> document_cases();

}  // namespace hanbat
