// The store of rows: ids, names, order and ranges.
#include "region/resources.h"

#include <gtest/gtest.h>

#include "region/carried_over.h"
#include "region/testing.h"
#include "store/statement_watch.h"

namespace hanbat::region {

template <>
struct KindOf<Json> {
  static constexpr std::string_view kRows = "test/thing";
  static std::string arn(const Resource<Json>& row) { return "arn:aws:test:::thing/" + row.id; }
};

namespace {

struct Counter {
  std::int64_t count = 0;
  Json to_json() const { return Json::object({{"count", count}}); }
  static Counter from_json(const Json& json) { return {json.integer("count")}; }
};

}  // namespace

template <>
struct KindOf<Counter> {
  static constexpr std::string_view kRows = "test/counter";
};

namespace {

struct ResourcesTest : testing::Test {
  ResourcesTest() { home.start(); }

  Resource<Json> thing(const std::string& id, const std::string& name, std::int64_t created = 0) {
    Resource<Json> row;
    row.id = id;
    row.place = here;
    row.scope = "s";
    row.name = name;
    row.created = {created};
    row.shape = Json::object({{"Name", name}});
    return row;
  }
  std::vector<std::string> names(const std::vector<Resource<Json>>& rows) {
    std::vector<std::string> out;
    for (const auto& row : rows) out.push_back(*row.name);
    return out;
  }
  template <class F>
  auto write(F body) {
    return home.db->write(body);
  }

  TestRegion home;
  const Place here{"123456789012", "ap-northeast-2"};
};

using Names = std::vector<std::string>;

TEST_F(ResourcesTest, WhatIsInsertedIsFoundByIdAndByName) {
  write([&](store::Tx& tx) {
    insert(tx, thing("1", "a"));
    EXPECT_EQ(find<Json>(tx, here, "1")->shape, Json::object({{"Name", "a"}}));
    EXPECT_EQ(find_named<Json>(tx, here, "s", "a")->id, "1");
    EXPECT_FALSE(find_named<Json>(tx, here, "other", "a"));
    EXPECT_FALSE(find<Json>(tx, {"999999999999", "ap-northeast-2"}, "1"));
  });
}

TEST_F(ResourcesTest, ATypeThatWritesItselfIsKeptAsItSays) {
  write([&](store::Tx& tx) {
    Resource<Counter> row;
    row.id = "c";
    row.place = here;
    row.shape.count = 7;
    insert(tx, row);
    EXPECT_EQ(find<Counter>(tx, here, "c")->shape.count, 7);
  });
}

TEST_F(ResourcesTest, ANameIsTakenOnceInItsScope) {
  write([&](store::Tx& tx) {
    insert(tx, thing("1", "a"));
    EXPECT_THROW(insert(tx, thing("2", "a")), store::UniqueViolation);
    Resource<Json> elsewhere = thing("3", "a");
    elsewhere.scope = "other";
    insert(tx, elsewhere);
    EXPECT_EQ(count<Json>(tx, here, "s"), 1);
  });
}

TEST_F(ResourcesTest, NamesComeInOrderFromWhereThePageBeforeEnded) {
  write([&](store::Tx& tx) {
    for (const char* name : {"b", "a", "app-2", "app-1", "c"}) insert(tx, thing(name, name));
    EXPECT_EQ(names(list_by_name<Json>(tx, here, {.scope = "s"})), (Names{"a", "app-1", "app-2", "b", "c"}));
    EXPECT_EQ(names(list_by_name<Json>(tx, here, {.scope = "s", .after = "app-1", .most = 2})), (Names{"app-2", "b"}));
    EXPECT_EQ(names(list_by_name<Json>(tx, here, {.scope = "s", .prefix = "app-"})), (Names{"app-1", "app-2"}));
    EXPECT_EQ(names(list_by_name<Json>(tx, here, {.scope = "s", .prefix = "app-", .after = "app-1"})),
              (Names{"app-2"}));
  });
}

TEST_F(ResourcesTest, TheNewestFirstGoOnWhereTheyEndedThoughNewerOnesCame) {
  write([&](store::Tx& tx) {
    for (int i = 1; i <= 3; ++i) insert(tx, thing(std::to_string(i), std::to_string(i), 10));
    TimeRange range{.order = TimeRange::Order::kNewestFirst, .most = 2};
    const auto first = list_by_age<Json>(tx, here, range);
    EXPECT_EQ(names(first), (Names{"3", "2"}));
    insert(tx, thing("4", "4", 20));
    range.after = creation_key(first.back());
    EXPECT_EQ(names(list_by_age<Json>(tx, here, range)), (Names{"1"}));
  });
}

/// What the call costs in steps of the database, and that it sorts nothing and scans no table.
template <class F>
std::int64_t steps_of(F call) {
  const store::StatementWatch watch;
  call();
  std::int64_t steps = 0;
  for (const store::WatchedStatement& statement : watch.statements()) {
    steps += statement.steps;
    for (const std::string& line : statement.plan) {
      EXPECT_FALSE(line.starts_with("SCAN")) << line << " in " << statement.sql;
      EXPECT_EQ(line.find("TEMP B-TREE"), std::string::npos) << line << " in " << statement.sql;
    }
  }
  return steps;
}

TEST_F(ResourcesTest, AStretchCostsTheSameWhateverLiesBeforeAndBehindIt) {
  write([&](store::Tx& tx) {
    const auto add = [&](const std::string& prefix, int count) {
      for (int i = 0; i < count; ++i) {
        Resource<Json> row = thing(prefix + std::to_string(i), prefix + std::to_string(100 + i), i);
        row.parent = prefix;
        insert(tx, row);
      }
    };
    const auto all_costs = [&] {
      std::vector<std::int64_t> costs;
      const auto cost = [&](auto call) { costs.push_back(steps_of(call)); };
      cost([&] { list_by_name<Json>(tx, here, {.scope = "s", .most = 2}); });
      cost([&] { list_by_name<Json>(tx, here, {.scope = "s", .prefix = "m", .after = "m107"}); });
      cost([&] { list_by_name<Json>(tx, here, {.scope = "s", .prefix = "m", .after = "a"}); });
      cost([&] { list_by_age<Json>(tx, here, {.after = "00000000000000000005m5", .most = 2}); });
      cost([&] { list_by_age<Json>(tx, here, {.parent = "m", .after = "00000000000000000005m5", .most = 2}); });
      cost([&] { list_by_age<Json>(tx, here, {.order = TimeRange::Order::kNewestFirst, .parent = "m", .most = 2}); });
      cost([&] { list_of<Json>(tx, "m"); });
      cost([&] { find_named<Json>(tx, here, "s", "m105"); });
      return costs;
    };
    add("m", 10);
    const auto before = all_costs();
    for (const char* other : {"a", "l", "n", "z"}) add(other, 100);
    const auto after = all_costs();
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_LE(after[i], before[i] + 10) << "of call " << i;
  });
}

TEST_F(ResourcesTest, TagsGoWithTheirResource) {
  write([&](store::Tx& tx) {
    const Resource<Json> row = thing("1", "a");
    insert(tx, row);
    tx.exec("INSERT INTO tags(arn, key, value) VALUES (?, 'k', 'v')", KindOf<Json>::arn(row));
    remove(tx, row);
    EXPECT_FALSE(find<Json>(tx, "1"));
    EXPECT_TRUE(tags_of(tx, KindOf<Json>::arn(row)).empty());
  });
}

TEST_F(ResourcesTest, RowsOfAnEarlierVersionAreCarriedOverOnceOrNotAtAll) {
  int times = 0;
  EXPECT_THROW(home.db->write([&](store::Tx& tx) {
    carry_over(tx, "test: things", [&] { ++times; });
    throw std::runtime_error("a power cut");
  }),
               std::runtime_error);
  for (int starts = 0; starts < 3; ++starts)
    home.db->write([&](store::Tx& tx) { carry_over(tx, "test: things", [&] { ++times; }); });
  EXPECT_EQ(times, 2);
}

}  // namespace
}  // namespace hanbat::region
