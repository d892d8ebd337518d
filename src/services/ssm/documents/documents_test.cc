// Documents of one's own: made, read, changed, shared, listed and run by associations.
#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "services/ssm/testing.h"
#include "wire/testing.h"

namespace hanbat::ssm {
namespace {

TEST_F(DocumentTest, ItIsMadeReadInBothFormatsGivenVersionsAndDeleted) {
  const std::string content = greeting("hello");
  const DocumentDescription made = make("Greet", content);
  EXPECT_EQ(made.hash, crypto::sha256_hex(content));
  EXPECT_EQ(made.owner, "123456789012");
  EXPECT_EQ(made.description, "greets");
  EXPECT_EQ(made.schema_version, "2.2");
  EXPECT_EQ(made.parameters->at(0).default_value, "world");
  EXPECT_EQ(made.platform_types, (std::vector<std::string>{"Linux", "MacOS"}));
  EXPECT_EQ(*client.get_document({.document_format = "YAML", .name = "Greet"}).content, content);
  const auto json = client.get_document({.name = "Greet"});
  EXPECT_EQ(json.document_format, "JSON");
  EXPECT_EQ(Json::parse(*json.content)["mainSteps"].items().at(1)["inputs"].integer("timeoutSeconds"), 60);

  EXPECT_EQ(wire::code_of([&] { change("Greet", content); }), "DuplicateDocumentContent");
  EXPECT_EQ(change("Greet", greeting("hi")).document_version, "2");
  const auto about = client.describe_document({.name = "Greet"}).document;
  EXPECT_EQ(about->document_version, "1");
  EXPECT_EQ(about->latest_version, "2");
  client.update_document_default_version({.document_version = "2", .name = "Greet"});
  EXPECT_EQ(client.describe_document({.name = "Greet"}).document->default_version, "2");
  EXPECT_EQ(client.describe_document({.document_version = "1", .name = "Greet"}).document->document_version, "1");
  EXPECT_EQ(wire::code_of([&] { client.describe_document({.document_version = "3", .name = "Greet"}); }),
            "InvalidDocumentVersion");
  EXPECT_EQ(client.list_document_versions({.name = "Greet"}).document_versions->size(), 2u);
  EXPECT_EQ(wire::code_of([&] { client.delete_document({.document_version = "2", .name = "Greet"}); }),
            "InvalidDocumentOperation");
  client.delete_document({.document_version = "1", .name = "Greet"});
  EXPECT_EQ(client.list_document_versions({.name = "Greet"}).document_versions->size(), 1u);
  client.delete_document({.name = "Greet"});
  EXPECT_EQ(wire::code_of([&] { client.get_document({.name = "Greet"}); }), "InvalidDocument");
  EXPECT_EQ(make("Greet", content).document_version, "1");
}

TEST_F(DocumentTest, WhatCannotBeMadeIsRefused) {
  make("Own", greeting("x"));
  EXPECT_EQ(wire::code_of([&] { make("Own", greeting("x")); }), "DocumentAlreadyExists");
  EXPECT_EQ(wire::code_of([&] { make("AWS-Own", greeting("x")); }), "ValidationException");
  EXPECT_EQ(wire::code_of([&] { make("Big", std::string(65537, ' ')); }), "MaxDocumentSizeExceeded");
  EXPECT_EQ(wire::code_of([&] { make("Text", greeting("x"), "TEXT"); }), "NotImplemented");
  EXPECT_EQ(wire::code_of([&] { make("Json", greeting("x"), "JSON"); }), "InvalidDocumentContent");
  CreateDocumentInput automation;
  automation.name = "Automation";
  automation.content = "{}";
  automation.document_type = "Automation";
  EXPECT_EQ(wire::code_of([&] { client.create_document(automation); }), "NotImplemented");
  make("Old",
       R"({"schemaVersion":"1.2","runtimeConfig":{"aws:runShellScript":{"properties":[{"runCommand":["true"]}]}}})",
       "JSON");
  EXPECT_EQ(wire::code_of([&] { change("Old", greeting("x")); }), "InvalidDocumentSchemaVersion");
  EXPECT_EQ(wire::code_of([&] { change("AWS-RunShellScript", greeting("x")); }), "InvalidDocument");
  UpdateDocumentInput named;
  named.name = "Own";
  named.content = greeting("y");
  named.document_format = "YAML";
  named.version_name = "second";
  client.update_document(named);
  EXPECT_EQ(client.describe_document({.name = "Own", .version_name = "second"}).document->document_version, "2");
  named.content = greeting("z");
  EXPECT_EQ(wire::code_of([&] { client.update_document(named); }), "DuplicateDocumentVersionName");
  named.document_version = "1";
  EXPECT_EQ(wire::code_of([&] { client.update_document(named); }), "InvalidDocumentVersion");
}

TEST_F(DocumentTest, AnAssociationRunsItAgainWhenItsVersionChangesAndKeepsItFromBeingDeleted) {
  register_instance();
  make("Greet", greeting("one"));
  CreateAssociationInput in;
  in.name = "Greet";
  in.targets.emplace().push_back({.key = "InstanceIds", .values = std::vector<std::string>{kInstance}});
  const std::string id = *client.create_association(in).association_description->association_id;
  region.run_until_idle();
  EXPECT_EQ(carry_out(), "echo one world");
  EXPECT_EQ(carry_out(), "echo bye");
  change("Greet", greeting("two"));
  region.run_until_idle();
  EXPECT_EQ(waiting().size(), 0u) << "its default version is the same";
  client.update_document_default_version({.document_version = "2", .name = "Greet"});
  region.run_until_idle();
  EXPECT_EQ(carry_out(), "echo two world");
  EXPECT_EQ(carry_out(), "echo bye");
  EXPECT_EQ(wire::code_of([&] { client.delete_document({.name = "Greet"}); }), "AssociatedInstances");
  client.delete_association({.association_id = id});
  client.delete_document({.name = "Greet"});
}

TEST_F(DocumentTest, AnAssociationWhoseParameterIsGoneSaysWhyItCouldNotRun) {
  register_instance();
  put("/word", "sesame");
  make("Greet", greeting("{{ssm:/word}}"));
  CreateAssociationInput in;
  in.name = "Greet";
  in.targets.emplace().push_back({.key = "InstanceIds", .values = std::vector<std::string>{kInstance}});
  const std::string id = *client.create_association(in).association_description->association_id;
  client.delete_parameter({.name = "/word"});
  region.run_until_idle();
  EXPECT_EQ(waiting().size(), 0u);
  const auto about = client.describe_association({.association_id = id}).association_description;
  EXPECT_EQ(about->overview->status, "Failed");
  EXPECT_EQ(about->status->message.substr(0, 17), "InvalidParameters");
}

TEST_F(DocumentTest, AnotherAccountUsesWhatIsSharedWithItByItsArn) {
  make("Greet", greeting("one"));
  const std::string arn = "arn:aws:ssm:ap-northeast-2:123456789012:document/Greet";
  Client stranger{region.home, other(), region.region};
  const auto seen = [&] { return wire::code_of([&] { stranger.get_document({.name = arn}); }); };
  EXPECT_EQ(seen(), "InvalidDocument");
  ModifyDocumentPermissionInput share;
  share.name = "Greet";
  share.permission_type = "Share";
  share.account_ids_to_add = {"210987654321"};
  client.modify_document_permission(share);
  EXPECT_EQ(seen(), "");
  client.add_tags_to_resource(
      {.resource_id = "Greet", .resource_type = "Document", .tags = {{.key = "team", .value = "x"}}});
  EXPECT_EQ(stranger.describe_document({.name = arn}).document->name, arn);
  EXPECT_TRUE(stranger.describe_document({.name = arn}).document->tags->empty());
  EXPECT_EQ(client.describe_document({.name = arn}).document->tags->size(), 1u);
  EXPECT_EQ(wire::code_of([&] { stranger.get_document({.name = "Greet"}); }), "InvalidDocument");
  change("Greet", greeting("two"));
  EXPECT_EQ(wire::code_of([&] { stranger.get_document({.document_version = "2", .name = arn}); }),
            "InvalidDocumentVersion");
  ListDocumentsInput list;
  list.filters.emplace().push_back({.key = "Owner", .values = std::vector<std::string>{"Private"}});
  EXPECT_EQ(stranger.list_documents(list).document_identifiers->at(0).name, arn);
  const auto told = client.describe_document_permission({.name = "Greet", .permission_type = "Share"});
  EXPECT_EQ(told.account_ids, (std::vector<std::string>{"210987654321"}));
  EXPECT_EQ(told.account_sharing_info_list->at(0).shared_document_version, "$DEFAULT");
  EXPECT_EQ(wire::code_of([&] { client.delete_document({.name = "Greet"}); }), "InvalidDocumentOperation");
  share.account_ids_to_remove = share.account_ids_to_add;
  share.account_ids_to_add = {"All"};
  share.shared_document_version = "$ALL";
  client.modify_document_permission(share);
  EXPECT_EQ(wire::code_of([&] { stranger.get_document({.document_version = "2", .name = arn}); }), "");
  list.filters->at(0).values = {{"Public"}};
  EXPECT_EQ(stranger.list_documents(list).document_identifiers->size(), 4u);
  EXPECT_EQ(wire::code_of([&] { stranger.delete_document({.name = "Greet"}); }), "InvalidDocument");
}

TEST_F(DocumentTest, ListsAreFilteredByOwnerNamePlatformAndTag) {
  make("Alpha", greeting("a"));
  make("Beta", greeting("b"));
  client.add_tags_to_resource(
      {.resource_id = "Beta", .resource_type = "Document", .tags = {{.key = "team", .value = "x"}}});
  using Texts = std::vector<std::string>;
  const auto names = [&](const std::vector<std::pair<std::string, Texts>>& filters) {
    ListDocumentsInput in;
    in.filters.emplace();
    for (const auto& [key, values] : filters) in.filters->push_back({.key = key, .values = values});
    Texts found;
    const auto page = client.list_documents(in);
    for (const auto& one : *page.document_identifiers) found.push_back(*one.name);
    return found;
  };
  EXPECT_EQ(names({}).size(), 5u);
  EXPECT_EQ(names({{"Owner", {"Self"}}}), (Texts{"Alpha", "Beta"}));
  EXPECT_EQ(names({{"Owner", {"Amazon"}}}).size(), 3u);
  EXPECT_EQ(names({{"Owner", {"Private"}}}), Texts{});
  EXPECT_EQ(names({{"Name", {"Al", "AWS-Run"}}}), (Texts{"AWS-RunShellScript", "Alpha"}));
  EXPECT_EQ(names({{"PlatformTypes", {"MacOS"}}, {"DocumentType", {"Command"}}}), (Texts{"Alpha", "Beta"}));
  EXPECT_EQ(names({{"tag:team", {"x"}}}), Texts{"Beta"});
  EXPECT_EQ(wire::code_of([&] { names({{"Size", {"1"}}}); }), "InvalidFilterKey");
}

TEST_F(DocumentTest, ItIsAskedAboutByItsArnWithItsTags) {
  register_instance();
  CreateDocumentInput in;
  in.name = "Greet";
  in.content = greeting("x");
  in.document_format = "YAML";
  in.tags = {{{.key = "team", .value = "a"}}};
  client.create_document(in);
  run("Greet");
  client.delete_document({.name = "Greet"});
  const std::string arn = "arn:aws:ssm:ap-northeast-2:123456789012:document/Greet";
  const region::ExpectedKey expected[] = {{"ssm:CreateDocument", arn, "aws:RequestTag/team", "a"},
                                          {"ssm:AddTagsToResource", arn, "aws:TagKeys", "team"},
                                          {"ssm:SendCommand", arn, "ssm:resourceTag/team", "a"},
                                          {"ssm:DeleteDocument", arn, "aws:ResourceTag/team", "a"}};
  for (const region::ExpectedKey& one : expected)
    EXPECT_EQ(region.authorizer.condition_key_of(one.action, one.resource, one.key), one.value)
        << one.action << " " << one.key;
  make("Greet", greeting("x"));
  EXPECT_TRUE(client.list_tags_for_resource({.resource_id = "Greet", .resource_type = "Document"}).tag_list->empty());
  EXPECT_EQ(wire::code_of([&] { run("arn:aws:ssm:ap-northeast-2:123456789012:parameter/x"); }), "InvalidDocument");
}

}  // namespace
}  // namespace hanbat::ssm
