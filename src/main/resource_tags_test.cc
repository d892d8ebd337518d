// Every kind of resource that takes tags, in whatever words its service has for it: what tags do and what is refused is
// the same of all, the errors are the service's own, and conditions on tags decide.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "main/tag_cases.h"
#include "main/whole_region.h"
#include "wire/testing.h"

namespace hanbat {
namespace {

using Tags = std::vector<std::pair<std::string, std::string>>;
using TagMap = std::map<std::string, std::string>;

Json in_form(TagCodes::Form form, const Tags& tags) {
  Json out = form == TagCodes::Form::kMap ? Json::object() : Json::array();
  const bool upper = form == TagCodes::Form::kUpper;
  for (const auto& [key, value] : tags) {
    if (form == TagCodes::Form::kMap)
      out[key] = value;
    else
      out.push_back(Json::object({{upper ? "Key" : "key", key}, {upper ? "Value" : "value", value}}));
  }
  return out;
}

TagMap read_tags(const Json& list) {
  TagMap tags;
  if (list.is_object())
    for (const auto& [key, value] : list.members()) tags[key] = value.as_string();
  if (list.is_array())
    for (const Json& tag : list.items()) {
      const bool upper = tag.find("Key") != nullptr;
      tags[tag.text(upper ? "Key" : "key")] = tag.text(upper ? "Value" : "value");
    }
  return tags;
}

Tags numbered(std::size_t from, std::size_t to) {
  Tags tags;
  for (std::size_t i = from; i < to; ++i) tags.emplace_back("k" + std::to_string(i), "v");
  return tags;
}

std::string name_of(const TagCase& one) {
  std::string name = one.service + "_" + one.kind.substr(one.kind.rfind(':') + 1) + "_" + one.create.operation + "_" +
                     one.tag.operation;
  std::erase_if(name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)) && c != '_'; });
  return name;
}

class ResourceTags : public testing::TestWithParam<TagCase> {
 protected:
  ResourceTags()
      : region(shared_region()), one(GetParam()), tester(region.new_tester()), codes(tag_codes(one.service)) {
    region.run(tester, one.service, one.setup, 0);
  }
  ~ResourceTags() override { region.test.authorizer.refuses = nullptr; }

  bool tagged_at_creation() const { return one.create.input.find("$TAGS") != std::string::npos; }
  void run(Step step, const Tags& tags, const std::vector<std::string>& keys = {}) {
    Json key_list = Json::array();
    for (const std::string& key : keys) {
      const bool by_tag = one.service == "ec2" || one.service == "acm";
      key_list.push_back(by_tag ? Json::object({{"Key", key}}) : Json(key));
    }
    step.input = replace_all(step.input, "$TAGS", in_form(codes.form, tags).dump());
    step.input = replace_all(step.input, "$KEYS", key_list.dump());
    region.run(tester, one.service, {step}, 0);
  }
  void create(const Tags& tags) {
    run(one.create, tags);
    if (!one.find.operation.empty()) run(one.find, {});
    if (one.arn == "$arn") find_arn();
  }
  /// Organizations' ARNs are told by no answer that all its kinds have: it is the one of the account's tags.
  void find_arn() {
    region.test.home.db.write([&](store::Tx& tx) {
      for (const auto& row : tx.query("SELECT DISTINCT arn FROM tags WHERE arn LIKE ?", "%/" + tester.saved.at("id")))
        tester.saved["arn"] = row.text(0);
    });
  }
  void tag(const Tags& tags) { run(one.tag, tags); }
  void untag(const std::vector<std::string>& keys) { run(one.untag, {}, keys); }
  TagMap listed() {
    Step step = one.list;
    const std::string path = std::exchange(step.save, "");
    Json answer;
    // What has no tags at all is an error of its own of S3's buckets, and no description of it elsewhere.
    const std::string code = wire::code_of([&] {
      answer = region.call(tester, one.service, step.operation, Json::parse(region.filled(tester, step.input, 0)));
    });
    if (code == "NoSuchTagSet") return {};
    EXPECT_EQ(code, "");
    const Json* at = &answer;
    for (const std::string& part : split(path, '.'))
      at = at->is_array() ? &at->items().at(std::stoul(part)) : &(*at)[part];
    return read_tags(*at);
  }
  std::string code_of_tagging(const Tags& tags) {
    return wire::code_of([&] { tag(tags); });
  }
  std::int64_t rows() {
    const std::string arn = region.filled(tester, one.arn, 0);
    std::int64_t count = 0;
    region.test.home.db.write(
        [&](store::Tx& tx) { count = tx.query("SELECT COUNT(*) FROM tags WHERE arn = ?", arn).at(0).integer(0); });
    return count;
  }
  /// Denies what is asked with this value of a condition key.
  void deny(const std::string& key, const std::string& value) {
    region.test.authorizer.refuses = [=](const region::AccessQuestion& question) {
      const auto found = question.keys.find(key);
      return found != question.keys.end() && std::ranges::count(found->second, value) > 0;
    };
  }
  void allow() { region.test.authorizer.refuses = nullptr; }

  WholeRegion& region;
  const TagCase& one;
  Tester tester;
  const TagCodes& codes;
};

TEST_P(ResourceTags, ComeAtCreationAndLaterAndGoWithTheResource) {
  create({{"base", "1"}});
  TagMap expected = tagged_at_creation() ? TagMap{{"base", "1"}} : TagMap{};
  EXPECT_EQ(listed(), expected);
  tag({{"a", "1"}, {"b", "2"}});
  if (one.tagging == TagCase::Tagging::kReplaces) expected.clear();
  expected["a"] = "1";
  expected["b"] = "2";
  EXPECT_EQ(listed(), expected);
  if (one.tagging == TagCase::Tagging::kAdds) {
    tag({{"a", "other"}});
    expected["a"] = "other";
    EXPECT_EQ(listed(), expected) << "a value is written over";
    untag({"b", "not there"});
    expected.erase("b");
    EXPECT_EQ(listed(), expected) << "what is not there does not matter";
  }
  EXPECT_TRUE(one.arn.empty() || rows() == static_cast<std::int64_t>(expected.size())) << rows() << " rows";
  if (one.remove.operation.empty()) return;
  run(one.remove, {});
  EXPECT_EQ(rows(), 0) << "tags of what is gone";
}

TEST_P(ResourceTags, WhatAWSRefusesIsRefusedInTheServicesWords) {
  create({{"base", "1"}});
  const TagMap before = listed();
  EXPECT_EQ(code_of_tagging({{"aws:k", "v"}}), codes.reserved);
  EXPECT_EQ(code_of_tagging({{std::string(129, 'k'), "v"}}), codes.long_key);
  EXPECT_EQ(code_of_tagging({{"k", std::string(257, 'v')}}), codes.long_value);
  if (codes.form != TagCodes::Form::kMap) {
    EXPECT_EQ(code_of_tagging({{"k", "v"}, {"k", "w"}}), codes.duplicate);
  }
  EXPECT_EQ(listed(), before) << "what is refused changes nothing";
  EXPECT_EQ(code_of_tagging({{"k", "a*z"}}), codes.character);
}

TEST_P(ResourceTags, ReservedKeysAreRefusedAtCreation) {
  if (!tagged_at_creation()) return;
  EXPECT_EQ(wire::code_of([&] { create({{"aws:k", "v"}}); }), codes.reserved);
}

TEST_P(ResourceTags, NoMoreThanTheLimitAreTaken) {
  create({{"k0", "v"}});
  if (one.tagging == TagCase::Tagging::kReplaces) {
    EXPECT_EQ(code_of_tagging(numbered(0, one.most + 1)), codes.too_many);
    EXPECT_EQ(code_of_tagging(numbered(0, one.most)), "");
    return;
  }
  EXPECT_EQ(code_of_tagging(numbered(0, one.most / 2)), "");
  EXPECT_EQ(code_of_tagging(numbered(one.most / 2, one.most)), "");
  EXPECT_EQ(code_of_tagging({{"one", "more"}}), codes.too_many);
  EXPECT_EQ(code_of_tagging({{"k0", "other"}}), "") << "a value of a tag that is there";
}

TEST_P(ResourceTags, ConditionsOnTagsDecide) {
  const bool object = one.service == "s3" && one.arn.empty(), bucket = one.service == "s3" && !object;
  const std::string request = object ? "s3:RequestObjectTag/" : "aws:RequestTag/";
  const std::string keys = object ? "s3:RequestObjectTagKeys" : "aws:TagKeys";
  const std::string resource = object ? "s3:ExistingObjectTag/" : "aws:ResourceTag/";
  if (tagged_at_creation()) {
    deny(request + "team", "b");
    EXPECT_EQ(wire::code_of([&] { create({{"team", "b"}}); }), "AccessDenied") << "created with a denied tag";
    deny(keys, "secret");
    EXPECT_EQ(wire::code_of([&] { create({{"secret", ""}}); }), "AccessDenied") << "created with a denied key";
    allow();
  }
  create({{"team", "a"}});
  if (bucket) return;  // S3 has no such keys where a bucket's tags are put
  deny(request + "team", "b");
  EXPECT_EQ(code_of_tagging({{"team", "b"}}), "AccessDenied");
  EXPECT_EQ(code_of_tagging({{"team", "a"}}), "");
  deny(keys, "secret");
  EXPECT_EQ(code_of_tagging({{"secret", "v"}}), "AccessDenied");
  if (one.tagging == TagCase::Tagging::kAdds) {
    EXPECT_EQ(wire::code_of([&] { untag({"secret"}); }), "AccessDenied");
  }
  deny(resource + "team", "a");
  EXPECT_EQ(code_of_tagging({{"more", "v"}}), "AccessDenied") << "by the tag that the resource has";
}

INSTANTIATE_TEST_SUITE_P(Of, ResourceTags, testing::ValuesIn(tag_cases()),
                         [](const auto& info) { return name_of(info.param); });

/// Operations that take tags in a way that has tests of its own: session tags of STS; S3's header x-amz-tagging; an
/// account, which is made by a task; CodeDeploy's on-premises instances, whose tags are a part of what describes them.
const std::set<std::string, std::less<>> kElsewhere{
    "AssumeRole",
    "GetFederationToken",
    "PutObject",
    "CopyObject",
    "CreateMultipartUpload",
    "CreateAccount",
    "AddTagsToOnPremisesInstances",
    "RemoveTagsFromOnPremisesInstances",
};

TEST(TagCases, EveryOperationAndKindThatTakesTagsHasOne) {
  std::set<std::string, std::less<>> known, creating;
  for (const TagCase& one : tag_cases()) {
    creating.insert(one.service + " " + one.create.operation);
    for (const Step* step : {&one.create, &one.tag, &one.untag})
      known.insert(one.service + " " + step->operation + " " + one.kind);
  }
  const auto has_case = [&](const std::string& operation, std::string_view arn) {
    // What is asked when a thing is made may be about the one that it is made in.
    return known.contains(operation + " " + std::string(arn)) ||
           (creating.contains(operation) && !operation.starts_with("ec2 "));
  };
  for (const auto& service : shared_region().test.home.services())
    for (const wire::OperationModel& operation : service->model().operations)
      for (const wire::Permission& permission : operation.permissions)
        for (const wire::ResourceType& resource : permission.resources) {
          const bool takes = std::ranges::any_of(permission.keys, [](std::string_view key) {
            return key == "aws:RequestTag/*" || key == "s3:RequestObjectTag/*";
          });
          if (!takes || kElsewhere.contains(operation.name) || resource.arn == "*") continue;
          const std::string name = std::string(service->model().folder) + " " + std::string(operation.name);
          EXPECT_TRUE(has_case(name, resource.arn))
              << name << " " << resource.arn << " takes tags and has no case in main/tag_cases.cc";
        }
}

TEST(TagCases, EveryOperationWithTagsInItsInputHasOne) {
  const std::set<std::string, std::less<>> members{"Tags",    "tags",    "TagSpecifications",
                                                   "Tagging", "TagKeys", "tagKeys"};
  std::set<std::string, std::less<>> known;
  for (const TagCase& one : tag_cases())
    for (const Step* step : {&one.create, &one.tag, &one.untag}) known.insert(one.service + " " + step->operation);
  for (const auto& service : shared_region().test.home.services())
    for (const wire::OperationModel& operation : service->model().operations)
      for (const wire::Member& member : operation.input->members) {
        if (!members.contains(member.name) || kElsewhere.contains(operation.name)) continue;
        if (std::ranges::count(operation.unsupported, member.name) > 0) continue;
        if (!operation.only_supported.empty() && std::ranges::count(operation.only_supported, member.name) == 0)
          continue;
        const std::string name = std::string(service->model().folder) + " " + std::string(operation.name);
        EXPECT_TRUE(known.contains(name)) << name << " takes " << member.name << " and has no case";
      }
}

}  // namespace
}  // namespace hanbat
