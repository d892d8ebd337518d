// The builds' own registry: what it takes for a name, and what docker is told.
#include "services/codebuild/shelf/base_images.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "crypto/digest.h"
#include "host/fake_host.h"
#include "http/client.h"
#include "http/testing.h"
#include "os/files.h"
#include "os/process.h"
#include "region/testing.h"
#include "services/codebuild/codebuild.h"

namespace hanbat::codebuild {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

TEST(BaseImagePathTest, NamesManifestsAndBlobsOfWholeNames) {
  const auto manifest = parse_base_image_path("/v2/docker.io/library/python/manifests/3.12-slim");
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->repository, "docker.io/library/python");
  EXPECT_EQ(manifest->reference, "3.12-slim");
  EXPECT_FALSE(manifest->blob);
  const auto blob = parse_base_image_path("/v2/docker.io/library/python/blobs/" + kDigest);
  ASSERT_TRUE(blob);
  EXPECT_TRUE(blob->blob);
}

TEST(BaseImagePathTest, NothingLeadsOutOfItsFolder) {
  for (const std::string path :
       {"/v2/", "/v2/docker.io/manifests/1", "/v2/docker.io/../manifests/1", "/v2/docker.io/library/manifests/..",
        "/v2/docker.io/a+b/manifests/1", "/v2/docker.io//x/manifests/1", "/v2/docker.io/x/tags/list",
        "/v2/docker.io/x/blobs/sha256:abc", "/v2/docker.io/.x/manifests/1", "/v2/docker.io/%2e%2e/manifests/1"})
    EXPECT_FALSE(parse_base_image_path(path)) << path;
  EXPECT_FALSE(parse_base_image_path("/v2/docker.io/" + std::string(300, 'x') + "/manifests/1"));
}

class BaseImageShelfTest : public ::testing::Test {
 protected:
  BaseImageShelfTest() : shelf(test.home, [] {}) {
    write_file_atomic(test.folder + "/runtime-fetcher", "");
    write_file_atomic(test.folder + "/image-fetcher", "");
    test.add<CodeBuild>();
    test.start();
    build.id = "p:1";
    build.shape.start_time = test.home.clock.now();
  }
  RuntimeShelf::Finding ask() { return shelf.ask(build, std::string(kBaseImage), "docker.io/library/node:20-slim"); }
  std::string work() {
    for (const auto& entry : std::filesystem::directory_iterator(test.folder + "/shared/fetches")) return entry.path();
    return "";
  }
  void machine_says(const std::string& said) {
    write_file_atomic(work() + "/done", said);
    test.clock.advance(std::chrono::seconds(1));
    test.run_until_idle();
  }

  host::FakeHost host;
  region::TestRegion test{&host};
  RuntimeShelf shelf;
  BuildRow build;
};

TEST_F(BaseImageShelfTest, AnImageIsFetchedWithTheOperatorsMirrorsAndLiesUnderItsName) {
  make_folders(shelf.images_folder());
  write_file_atomic(shelf.images_folder() + "/mirrors", "docker.io http://192.0.2.1:5000\n");
  EXPECT_EQ(ask().standing, RuntimeShelf::Standing::kComing);
  test.run_until_idle();
  const Json job = Json::parse(read_file(work() + "/job.json"));
  EXPECT_EQ(job.text("name"), "image");
  EXPECT_EQ(job.text("version"), "docker.io/library/node:20-slim");
  EXPECT_EQ(job.text("mirrors"), "docker.io http://192.0.2.1:5000\n");
  EXPECT_TRUE(path_exists(work() + "/image-fetcher"));
  make_folders(work() + "/tree/blobs");
  write_file_atomic(work() + "/tree/manifest", std::string(64, 'a'));
  run_checked({"tar", "-C", work() + "/tree", "-cf", work() + "/prefix.tar", "."});
  machine_says("ok\n");
  EXPECT_EQ(ask().standing, RuntimeShelf::Standing::kThere);
  EXPECT_TRUE(path_exists(shelf.images_folder() + "/docker.io+library+node:20-slim/manifest"));
}

TEST_F(BaseImageShelfTest, ARefusalNamesWhatAnOperatorCanDo) {
  EXPECT_EQ(ask().standing, RuntimeShelf::Standing::kComing);
  test.run_until_idle();
  machine_says("docker.io cannot be reached from here.");
  const auto found = ask();
  EXPECT_EQ(found.standing, RuntimeShelf::Standing::kRefused);
  EXPECT_EQ(found.refusal,
            "docker.io cannot be reached from here. An operator adds it with: hanbat image base add "
            "docker.io/library/node:20-slim docker-archive:FILE (or oci:FOLDER, docker://NAME)");
}

TEST_F(BaseImageShelfTest, DockerIsGivenManifestsByTagAndDigestAndBlobsAsTheyLie) {
  const std::string manifest = R"({"schemaVersion":2,"manifests":[]})", digest = crypto::sha256_hex(manifest);
  const std::string place = shelf.images_folder() + "/docker.io+library+node:20-slim";
  make_folders(place + "/blobs");
  write_file_atomic(place + "/blobs/" + digest, manifest);
  write_file_atomic(place + "/manifest", digest + "\n");
  http::Running server({}, [&](http::Exchange& exchange) { answer_base_image(test.home, shelf, build, exchange); });
  http::Client client(http::Endpoint::of_url("http://127.0.0.1:" + std::to_string(server.port)));
  const auto get = [&](const std::string& target) { return client.send({.target = "/v2/" + target}); };

  EXPECT_EQ(get("").status, 200);
  for (const std::string& reference : {std::string("20-slim"), "sha256:" + digest}) {
    const http::Response answer = get("docker.io/library/node/manifests/" + reference);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, manifest);
    EXPECT_EQ(answer.headers.get("Content-Type"), "application/vnd.oci.image.index.v1+json");
    EXPECT_EQ(answer.headers.get("Docker-Content-Digest"), "sha256:" + digest);
  }
  EXPECT_EQ(get("docker.io/library/node/blobs/sha256:" + digest).body, manifest);
  EXPECT_EQ(get("docker.io/library/python/blobs/sha256:" + digest).status, 404);
  EXPECT_EQ(get("docker.io/library/../manifests/1").status, 404);
}

TEST_F(BaseImageShelfTest, NoMoreThanFourMachinesFetchAtOnceWhateverBuildsAskFor) {
  for (const char* name : {"a", "b", "c", "d", "e", "f"})
    EXPECT_EQ(shelf.ask(build, std::string(kBaseImage), std::string("docker.io/x/") + name + ":1").standing,
              RuntimeShelf::Standing::kComing);
  test.run_until_idle();
  EXPECT_EQ(host.machine_specs.size(), 4U);
}

TEST_F(BaseImageShelfTest, ABuildCannotAskForAnImageAsItAsksForARuntime) {
  EXPECT_EQ(shelf.answer(build, "image", "1").status, 404);
}

}  // namespace
}  // namespace hanbat::codebuild
