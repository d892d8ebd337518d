// A list of a ListCase in a region: made, and read page by page. Header only, so that no daemon links it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "main/list_cases.h"
#include "main/whole_region.h"
#include "wire/testing.h"

namespace hanbat {

using Items = std::vector<std::string>;

inline std::string name_of(const ListCase& one) { return one.service + "_" + one.operation; }

/// Whether a member's name says that it tells items from each other.
inline bool identifies(std::string name) {
  name = lower(name);
  for (const char* ending : {"id", "arn", "name", "key", "tag", "version", "number", "digest"})
    if (name.ends_with(ending)) return true;
  return false;
}

/// What an item is told by; all of it when no member says so.
inline std::string identity_of(const Json& item) {
  if (!item.is_object()) return item.dump();
  std::string identity;
  for (const auto& [name, value] : item.members())
    if (identifies(name) && !value.is_object() && !value.is_array()) identity += name + "=" + value.dump() + " ";
  return identity.empty() ? item.dump() : identity;
}

class Lists : public testing::TestWithParam<ListCase> {
 protected:
  Lists()
      : own_region(works(GetParam()) ? std::make_unique<WholeRegion>() : nullptr),
        region(own_region ? *own_region : shared_region()),
        one(GetParam()),
        tester(region.new_tester()) {}

  /// Whether the case has tasks run: only its own, in a region of its own.
  static bool works(const ListCase& one) {
    return std::ranges::any_of(one.make, [](const Step& step) { return step.operation == "@work"; });
  }

  const wire::OperationModel& model() {
    return *region.test.home.require_service(one.service).find_operation(one.operation)->model;
  }
  std::string result() { return one.result.empty() ? std::string(model().page.result) : one.result; }

  void prepare(Tester& whose) {
    region.run(whose, one.service, one.setup, 0);
    for (int i = 1; i <= one.items; ++i) region.run(whose, one.service, one.make, i);
  }

  /// One page; `token` is moved to the next one's, [] after the last. `more` goes over the case's input.
  Items page(const Tester& whose, int size, Json& token, const std::string& more = "{}") {
    Json in = Json::parse(region.filled(whose, one.input, 0));
    const Json over = Json::parse(region.filled(whose, more, 1));
    for (const auto& [name, value] : over.members()) in[name] = value;
    const wire::PageModel& page = model().page;
    if (size != 0) in[page.limit] = size;
    for (std::size_t i = 0; i < 2; ++i)
      if (!page.tokens[i].empty() && token.size() > i) in[page.tokens[i]] = token.items()[i];
    const Json out = region.call(whose, one.service, one.operation, in);
    token = Json::array();
    for (const std::string_view next : page.next_tokens)
      if (const Json* found = next.empty() ? nullptr : out.find(next); found && goes_on(out)) token.push_back(*found);
    Items items;
    const Json& list = out[result()];
    if (list.is_object())
      for (const auto& [key, value] : list.members()) items.push_back(key);
    else if (list.is_array())
      for (const Json& item : list.items()) items.push_back(identity_of(item));
    return items;
  }
  /// Whether an answer with a marker says that there is more; S3 and IAM say so in a member of its own.
  static bool goes_on(const Json& out) { return !out.find("IsTruncated") || out.flag("IsTruncated"); }

  Items walk(const Tester& whose, int size) {
    Items all;
    Json token = Json::array();
    for (int pages = 0; pages < 400; ++pages) {
      const Items one_page = page(whose, size, token);
      EXPECT_TRUE(size == 0 || one_page.size() <= static_cast<std::size_t>(size)) << one_page.size() << " items";
      all.insert(all.end(), one_page.begin(), one_page.end());
      if (token.empty()) return all;
    }
    ADD_FAILURE() << "the pages do not end";
    return all;
  }
  /// 1, 2 and 7, or the least that AWS allows in their place; {0} when the caller has no say.
  std::vector<int> sizes() {
    if (model().page.limit.empty()) return {0};
    std::set<int> sizes;
    for (const int size : {1, 2, 7}) sizes.insert(std::max(size, one.least));
    return {sizes.begin(), sizes.end()};
  }
  /// The token after the first page; "" when there is one page only.
  std::string first_token(const Tester& whose) {
    Json token = Json::array();
    page(whose, sizes().front(), token);
    if (token.empty()) return "";
    return token.items()[0].is_string() ? token.items()[0].as_string() : token.items()[0].dump();
  }
  std::string code_of_token(const Tester& whose, const std::string& text, const std::string& more = "{}") {
    Json token = Json::array({text});
    return wire::code_of([&] { page(whose, 0, token, more); });
  }
  /// Whether it lists what belongs to something that there can be two of.
  bool has_parent() {
    const auto names = [](const std::string& input) { return input.find("$P") != std::string::npos; };
    return names(one.input) || std::ranges::any_of(one.setup, [&](const Step& step) { return names(step.input); });
  }
  /// Whether `other` is of this operation.
  bool has_other() {
    if (one.other.empty()) return false;
    const Json other = Json::parse(one.other);
    const std::string& member = other.members().begin()->first;
    return std::ranges::any_of(model().input->members, [&](const auto& known) { return known.name == member; });
  }

  const std::unique_ptr<WholeRegion> own_region;
  WholeRegion& region;
  const ListCase& one;
  Tester tester;
};

}  // namespace hanbat
