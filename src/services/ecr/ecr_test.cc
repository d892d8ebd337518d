// ECR against a region in memory: the API, the registry's protocol by hand, and skopeo.
#include "services/ecr/ecr.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "os/files.h"
#include "os/process.h"
#include "services/ecr/images/manifest.h"
#include "services/ecr/testing.h"
#include "wire/testing.h"

namespace hanbat::ecr {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(EcrTest, AsksForALoginAndTakesOnlyItsOwnTokens) {
  const http::Response anonymous = web->send({.target = "/v2/"});
  EXPECT_EQ(anonymous.status, 401);
  EXPECT_THAT(std::string(anonymous.headers.get("WWW-Authenticate")), HasSubstr("service=\"ecr.amazonaws.com\""));
  EXPECT_EQ(call("GET", "/v2/").status, 200);
  EXPECT_EQ(call("GET", "/v2/", {{"Authorization", "Basic " + to_base64("AWS:" + password() + "x")}}).status, 403);
  const std::string token = password();
  home.clock.advance(std::chrono::hours(13));
  EXPECT_EQ(call("GET", "/v2/", {{"Authorization", "Basic " + to_base64("AWS:" + token)}}).status, 403);
}

TEST_F(EcrTest, ALoginEndsWithTheSessionThatAskedForIt) {
  const Timestamp end = home.clock.now() + std::chrono::minutes(15);
  home.identity.credentials = [end](std::string_view id) -> std::optional<region::Credential> {
    if (id != "ASIASESSION") return std::nullopt;
    return region::Credential{.caller = {}, .secret_access_key = "", .session_token = "", .expiration = end};
  };
  home.user.access_key_id = "ASIASESSION";
  const auto data = client().get_authorization_token({}).authorization_data->at(0);
  EXPECT_EQ(data.expires_at, end);
  const http::Headers login{{"Authorization", "Basic " + *data.authorization_token}};
  EXPECT_EQ(call("GET", "/v2/", login).status, 200);
  home.clock.advance(std::chrono::minutes(16));
  EXPECT_EQ(call("GET", "/v2/", login).status, 403);
}

TEST_F(EcrTest, TheTrailHasWhatTheRegistryAllowedAndRefusedAndHowItCame) {
  client().create_repository({.repository_name = "app"});
  const std::string blob = "/v2/app/blobs/" + push_blob("app", "bytes");
  const auto asks = [&](const std::string& method, const std::string& target) {
    return call(method, target, {{"User-Agent", "tester/1.0"}, {"Referer", "https://example.test/page"}}).status;
  };
  home.trail.clear();
  EXPECT_EQ(asks("HEAD", blob), 200);
  EXPECT_EQ(asks("GET", blob), 200);
  EXPECT_EQ(asks("GET", "/v2/app/manifests/none"), 404);
  home.authorizer.refuses = [](const region::AccessQuestion& question) {
    return question.action != "ecr:GetAuthorizationToken";
  };
  EXPECT_EQ(asks("HEAD", blob), 403);
  EXPECT_EQ(asks("POST", "/v2/app/blobs/uploads/"), 403);
  std::vector<std::string> trail;
  for (const auto& entry : home.trail.entries()) {
    if (entry.operation == "GetAuthorizationToken") continue;  // each request here logs in first
    trail.push_back(entry.operation + " " + entry.error);
    EXPECT_EQ(region::connection_of(entry.caller), "127.0.0.1|tester/1.0|https://example.test/page|plain");
    EXPECT_THAT(entry.resources, ElementsAre("arn:aws:ecr:ap-northeast-2:123456789012:repository/app"));
    EXPECT_EQ(entry.request.text("repositoryName"), "app");
  }
  EXPECT_THAT(trail, ElementsAre("BatchCheckLayerAvailability ", "GetDownloadUrlForLayer ", "BatchGetImage ",
                                 "BatchCheckLayerAvailability AccessDenied", "InitiateLayerUpload AccessDenied"));
}

TEST_F(EcrTest, TheTrailHasEachStepOfAPushOnce) {
  client().create_repository({.repository_name = "app"});
  home.trail.clear();
  const std::string place(call("POST", "/v2/app/blobs/uploads/").headers.get("Location"));
  EXPECT_EQ(call("PATCH", place, {}, "bytes").status, 202);
  EXPECT_EQ(call("PUT", place + "?digest=" + digest_of("bytes")).status, 201);
  std::vector<std::string> trail;
  for (const auto& entry : home.trail.entries())
    if (entry.operation != "GetAuthorizationToken") trail.push_back(entry.operation + entry.error);
  EXPECT_THAT(trail, ElementsAre("InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload"));
}

TEST(Tokens, CarryAllThatDecidesAboutTheirPrincipal) {
  region::Caller c;
  c.kind = region::Caller::Kind::kAssumedRole;
  c.account = "123456789012";
  c.arn = "arn:aws:sts::123456789012:assumed-role/r/s";
  c.principal_arn = "arn:aws:iam::123456789012:role/r";
  c.user_id = "AROAX:s";
  c.name = "r";
  c.session_name = "s";
  c.access_key_id = "ASIAX";
  c.session_policies = Json::array({Json::object({{"Version", "2012-10-17"}})});
  c.session_tags = {{"team", "a"}};
  c.session_keys = {{"ec2:SourceInstanceArn", "arn:aws:ec2:::instance/i-1"}};
  c.source_identity = "alice";
  c.token_issued_at = Timestamp{1'795'000'000'000};
  const Tokens tokens("secret");
  const auto login = tokens.read_login(tokens.login_token(c, "eu-west-1", {2'000}), {1'000});
  ASSERT_TRUE(login);
  const region::Caller& read = login->caller;
  EXPECT_EQ(login->region, "eu-west-1");
  EXPECT_EQ(read.kind, c.kind);
  EXPECT_EQ(read.arn, c.arn);
  EXPECT_EQ(read.principal_arn, c.principal_arn);
  EXPECT_EQ(read.user_id, c.user_id);
  EXPECT_EQ(read.access_key_id, c.access_key_id);
  EXPECT_EQ(read.session_policies.dump(), c.session_policies.dump());
  EXPECT_EQ(read.session_tags, c.session_tags);
  EXPECT_EQ(read.session_keys, c.session_keys);
  EXPECT_EQ(read.source_identity, c.source_identity);
  EXPECT_EQ(read.token_issued_at, c.token_issued_at);
}

TEST_F(EcrTest, AMethodThatAResourceDoesNotTakeIsToldThoseThatItDoes) {
  const auto allowed = [&](const std::string& path) {
    const http::Response refused = call("OPTIONS", path);
    return std::to_string(refused.status) + " " + std::string(refused.headers.get("Allow"));
  };
  EXPECT_EQ(allowed("/v2/app/manifests/v1"), "405 GET, HEAD, PUT, DELETE");
  EXPECT_EQ(allowed("/v2/app/blobs/" + digest_of("layer one")), "405 GET, HEAD");
  EXPECT_EQ(allowed("/v2/app/blobs/uploads/"), "405 POST");
  EXPECT_EQ(allowed("/v2/app/tags/list"), "405 GET");
}

TEST_F(EcrTest, TakesImagesAndGivesThemBack) {
  EXPECT_EQ(call("POST", "/v2/app/blobs/uploads/").status, 404);
  const Repository made = *client().create_repository({.repository_name = "app"}).repository;
  EXPECT_EQ(made.repository_uri, "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/app");
  const std::string digest = push_image("app", "v1", "layer one");
  const http::Response by_tag = call("GET", "/v2/app/manifests/v1");
  EXPECT_EQ(digest_of(by_tag.body), digest);
  EXPECT_EQ(by_tag.headers.get("Docker-Content-Digest"), digest);
  EXPECT_EQ(call("HEAD", "/v2/app/manifests/" + digest).headers.get("Content-Length"),
            std::to_string(by_tag.body.size()));
  const http::Response part = call("GET", "/v2/app/blobs/" + digest_of("layer one"), {{"Range", "bytes=6-8"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "one");
  const ImageDetail detail = client().describe_images({.repository_name = "app"}).image_details->at(0);
  EXPECT_EQ(detail.image_size_in_bytes, 11);
  EXPECT_THAT(*detail.image_tags, ElementsAre("v1"));
  home.run_until_idle();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].text("detail-type"), "ECR Image Action");
  EXPECT_EQ(events[0]["detail"].text("image-tag"), "v1");
  EXPECT_EQ(events[0]["detail"].text("action-type"), "PUSH");
}

TEST_F(EcrTest, TakesLayersInChunksAndChecksTheirDigest) {
  client().create_repository({.repository_name = "team/app"});
  const std::string at = std::string(call("POST", "/v2/team/app/blobs/uploads/").headers.get("Location"));
  EXPECT_EQ(call("PATCH", at, {{"Content-Range", "0-4"}}, "hello").headers.get("Range"), "0-4");
  EXPECT_EQ(call("PATCH", at, {{"Content-Range", "9-9"}}, "x").status, 416);
  EXPECT_EQ(call("PATCH", at, {}, " wor").status, 202);
  EXPECT_EQ(call("PUT", at + "?digest=" + digest_of("wrong"), {}, "ld").status, 400);
  EXPECT_EQ(call("PUT", at + "?digest=" + digest_of("hello world")).status, 201);
  EXPECT_EQ(call("PUT", at + "?digest=" + digest_of("hello world")).status, 404);
  EXPECT_EQ(call("GET", "/v2/team/app/blobs/" + digest_of("hello world")).body, "hello world");
  client().create_repository({.repository_name = "other"});
  EXPECT_EQ(call("HEAD", "/v2/other/blobs/" + digest_of("hello world")).status, 404);
  EXPECT_EQ(call("POST", "/v2/other/blobs/uploads/?from=team%2Fapp&mount=" + digest_of("hello world")).status, 201);
  EXPECT_EQ(call("HEAD", "/v2/other/blobs/" + digest_of("hello world")).status, 200);
}

TEST_F(EcrTest, RefusesManifestsWithoutTheirLayersAndOverwrittenImmutableTags) {
  client().create_repository({.image_tag_mutability = "IMMUTABLE", .repository_name = "app"});
  const http::Response bare = call("PUT", "/v2/app/manifests/v1", {}, manifest("{}", "nothing"));
  EXPECT_EQ(bare.status, 400);
  EXPECT_THAT(bare.body, HasSubstr("MANIFEST_BLOB_UNKNOWN"));
  push_image("app", "v1", "one");
  push_blob("app", "two");
  const http::Response second = call("PUT", "/v2/app/manifests/v1", {}, manifest("{}", "two"));
  EXPECT_EQ(second.status, 400);
  EXPECT_THAT(second.body, HasSubstr("cannot be overwritten because the tag is immutable"));
  EXPECT_EQ(call("PUT", "/v2/app/manifests/v1", {}, manifest("{}", "one")).status, 201);
  EXPECT_EQ(call("PUT", "/v2/app/manifests/v2", {}, "{\"schemaVersion\":1}").status, 400);
}

TEST_F(EcrTest, KeepsIndexesAndLetsGoOfLayersThatNobodyNeeds) {
  client().create_repository({.repository_name = "app"});
  const std::string image = push_image("app", "amd64", "layer");
  const std::string index =
      Json::object(
          {{"schemaVersion", 2},
           {"mediaType", kOciIndex},
           {"manifests", Json::array({Json::object({{"mediaType", kOciManifest}, {"digest", image}, {"size", 9}})})}})
          .dump();
  EXPECT_EQ(call("PUT", "/v2/app/manifests/all", {{"Content-Type", std::string(kOciIndex)}}, index).status, 201);
  const auto failed = client().batch_delete_image({.image_ids = {{.image_digest = image}}, .repository_name = "app"});
  EXPECT_EQ(failed.failures->at(0).failure_code, "ImageReferencedByManifestList");
  EXPECT_TRUE(home.blobs.exists(hex_of(digest_of("layer"))));
  client().batch_delete_image({.image_ids = {{.image_tag = "all"}}, .repository_name = "app"});
  client().batch_delete_image({.image_ids = {{.image_tag = "amd64"}}, .repository_name = "app"});
  EXPECT_TRUE(client().list_images({.repository_name = "app"}).image_ids->empty());
  EXPECT_FALSE(home.blobs.exists(hex_of(digest_of("layer"))));
}

TEST_F(EcrTest, ListsTagsByPages) {
  client().create_repository({.repository_name = "app"});
  for (const char* tag : {"c", "a", "b"}) push_image("app", tag, "layer");
  const http::Response first = call("GET", "/v2/app/tags/list?n=2");
  EXPECT_EQ(first.body, R"({"name":"app","tags":["a","b"]})");
  EXPECT_THAT(std::string(first.headers.get("Link")), HasSubstr("n=2&last=b"));
  EXPECT_EQ(call("GET", "/v2/app/tags/list?n=2&last=b").body, R"({"name":"app","tags":["c"]})");
}

TEST_F(EcrTest, TakesLayersByTheApiAndLendsThemByLink) {
  client().create_repository({.repository_name = "app"});
  EXPECT_THROW(client().create_repository({.repository_name = "app"}), RepositoryAlreadyExistsException);
  const std::string id = *client().initiate_layer_upload({.repository_name = "app"}).upload_id;
  client().upload_layer_part(
      {.layer_part_blob = "abc", .part_first_byte = 0, .part_last_byte = 2, .repository_name = "app", .upload_id = id});
  EXPECT_THROW(client().upload_layer_part({.layer_part_blob = "abc",
                                           .part_first_byte = 0,
                                           .part_last_byte = 2,
                                           .repository_name = "app",
                                           .upload_id = id}),
               InvalidLayerPartException);
  client().complete_layer_upload({.layer_digests = {digest_of("abc")}, .repository_name = "app", .upload_id = id});
  EXPECT_EQ(client()
                .batch_check_layer_availability({.layer_digests = {digest_of("abc")}, .repository_name = "app"})
                .layers->at(0)
                .layer_availability,
            "AVAILABLE");
  const std::string url =
      *client().get_download_url_for_layer({.layer_digest = digest_of("abc"), .repository_name = "app"}).download_url;
  EXPECT_EQ(web->send({.target = url.substr(url.find("/v2/"))}).body, "abc");
  EXPECT_EQ(web->send({.target = url.substr(url.find("/v2/")) + "x"}).status, 403);
  client().put_image({.image_manifest = manifest("abc", "abc"), .image_tag = "v1", .repository_name = "app"});
  EXPECT_THROW(
      client().put_image({.image_manifest = manifest("abc", "abc"), .image_tag = "v1", .repository_name = "app"}),
      ImageAlreadyExistsException);
  EXPECT_THROW(client().delete_repository({.repository_name = "app"}), RepositoryNotEmptyException);
  client().delete_repository({.force = true, .repository_name = "app"});
  EXPECT_THROW(client().describe_repositories({.repository_names = std::vector<std::string>{"app"}}),
               RepositoryNotFoundException);
  EXPECT_FALSE(home.blobs.exists(hex_of(digest_of("abc"))));
}

TEST_F(EcrTest, AnUploadThatIsCompletedInVainLeavesNothingBehind) {
  client().create_repository({.repository_name = "app"});
  const std::string id = *client().initiate_layer_upload({.repository_name = "app"}).upload_id;
  const auto complete = [&](const std::string& digest) {
    return wire::code_of([&] {
      client().complete_layer_upload({.layer_digests = {digest}, .repository_name = "app", .upload_id = id});
    });
  };
  EXPECT_EQ(complete(digest_of("abc")), "EmptyUploadException");
  client().upload_layer_part(
      {.layer_part_blob = "abc", .part_first_byte = 0, .part_last_byte = 2, .repository_name = "app", .upload_id = id});
  EXPECT_EQ(complete(digest_of("other")), "InvalidLayerException");
  EXPECT_TRUE(home.blobs.exists(hex_of(digest_of("abc"))));
  home.clock.advance(std::chrono::hours(25));
  home.run_until_idle();
  EXPECT_FALSE(home.blobs.exists(hex_of(digest_of("abc"))));
  EXPECT_EQ(complete(digest_of("abc")), "UploadNotFoundException");
}

TEST_F(EcrTest, ForgetsUploadsThatNobodyFinished) {
  client().create_repository({.repository_name = "app"});
  const std::string at = std::string(call("POST", "/v2/app/blobs/uploads/").headers.get("Location"));
  call("PATCH", at, {}, "abc");
  EXPECT_EQ(call("GET", at).headers.get("Range"), "0-2");
  home.clock.advance(std::chrono::hours(25));
  home.run_until_idle();
  EXPECT_EQ(call("PATCH", at, {}, "abc").status, 404);
}

TEST_F(EcrTest, CarriesAnImageForSkopeo) {
  if (run_capture({"sh", "-c", "command -v skopeo"}).exit_code != 0) GTEST_SKIP() << "needs skopeo";
  client().create_repository({.repository_name = "app"});
  const TemporaryFolder folder;
  const std::string layout = folder.path() + "/layout";
  make_folders(layout + "/blobs/sha256");
  make_folders(folder.path() + "/root/app");
  write_file_atomic(folder.path() + "/root/app/app.pyc", std::string(300'000, 'p'));
  run_checked({"tar", "-C", folder.path() + "/root", "-czf", folder.path() + "/layer.tgz", "app"});
  const std::string layer = read_file(folder.path() + "/layer.tgz");
  run_checked({"sh", "-c", "gzip -dc " + folder.path() + "/layer.tgz > " + folder.path() + "/layer.tar"});
  const std::string config =
      Json::object(
          {{"architecture", "amd64"},
           {"os", "linux"},
           {"config", Json::object()},
           {"rootfs", Json::object({{"type", "layers"},
                                    {"diff_ids", Json::array({digest_of(read_file(folder.path() + "/layer.tar"))})}})}})
          .dump();
  const std::string text = manifest(config, layer);
  for (const std::string& blob : {layer, config, text})
    write_file_atomic(layout + "/blobs/sha256/" + crypto::sha256_hex(blob), blob);
  write_file_atomic(layout + "/oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
  write_file_atomic(
      layout + "/index.json",
      Json::object(
          {{"schemaVersion", 2},
           {"manifests", Json::array({Json::object(
                             {{"mediaType", kOciManifest},
                              {"digest", digest_of(text)},
                              {"size", static_cast<std::int64_t>(text.size())},
                              {"annotations", Json::object({{"org.opencontainers.image.ref.name", "v1"}})}})})}})
          .dump());
  const std::string creds = "AWS:" + password();
  const std::string image = "docker://localhost:" + std::to_string(port) + "/app:v1";
  const Captured push = run_capture({"skopeo", "--insecure-policy", "copy", "--dest-tls-verify=false", "--dest-creds",
                                     creds, "oci:" + layout + ":v1", image},
                                    {.timeout = std::chrono::seconds(60)});
  ASSERT_EQ(push.exit_code, 0) << push.err;
  const Captured pull = run_capture({"skopeo", "--insecure-policy", "copy", "--src-tls-verify=false", "--src-creds",
                                     creds, image, "oci:" + folder.path() + "/back:v1"},
                                    {.timeout = std::chrono::seconds(60)});
  ASSERT_EQ(pull.exit_code, 0) << pull.err;
  EXPECT_EQ(read_file(folder.path() + "/back/blobs/sha256/" + crypto::sha256_hex(layer)), layer);
  EXPECT_THAT(*client().describe_images({.repository_name = "app"}).image_details->at(0).image_tags, ElementsAre("v1"));
}

TEST(Manifest, KnowsNamesTagsAndDigests) {
  for (const char* good : {"ab", "a/b", "wsi-api-ecr", "a.b_c-d/e1"}) EXPECT_TRUE(is_repository_name(good)) << good;
  for (const char* bad : {"a", "A", "a//b", "-a", "a-", "a..b", "a/", "a b"})
    EXPECT_FALSE(is_repository_name(bad)) << bad;
  EXPECT_TRUE(is_tag("210701130102"));
  EXPECT_FALSE(is_tag(".x"));
  EXPECT_FALSE(is_digest("sha256:XYZ"));
  EXPECT_THROW(read_manifest("[]", ""), ManifestError);
  EXPECT_THROW(read_manifest(R"({"schemaVersion":2,"mediaType":"x/y","config":{},"layers":[]})", ""), ManifestError);
}

TEST_F(EcrTest, ARepositorysPolicyCountsAtTheApiAndAtTheRegistry) {
  client().create_repository({.repository_name = "app"});
  push_image("app", "v1", "layer one");
  const auto policies_at = [&](auto&& call) {
    home.authorizer.asked.clear();
    call();
    return home.authorizer.asked.back().resource_policies.size();
  };
  const auto pull = [&] { call("GET", "/v2/app/manifests/v1"); };
  EXPECT_EQ(policies_at(pull), 0u);
  const std::string statement = R"("Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"ecr:BatchGetImage")";
  client().set_repository_policy(
      {.policy_text = R"({"Version":"2012-10-17","Statement":[{)" + statement + "}]}", .repository_name = "app"});
  EXPECT_EQ(policies_at(pull), 1u);
  EXPECT_EQ(policies_at([&] { client().list_images({.repository_name = "app"}); }), 1u);
  // The repository is the resource, so a statement names none.
  EXPECT_THROW(
      client().set_repository_policy(
          {.policy_text = R"({"Statement":[{)" + statement + R"(,"Resource":"*"}]})", .repository_name = "app"}),
      InvalidParameterException);
}

}  // namespace
}  // namespace hanbat::ecr
