// The table of AWS's build images.
#include "services/codebuild/images/curated_images.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "os/files.h"

namespace hanbat::codebuild {
namespace {

using testing::ElementsAre;

TEST(CuratedImages, AreFoundByNameAndByTheNameOfARelease) {
  ASSERT_TRUE(find_curated_image("aws/codebuild/standard:7.0"));
  EXPECT_EQ(find_curated_image("aws/codebuild/standard:7.0-24.10.17")->name, "aws/codebuild/standard:7.0");
  for (const char* name : {"aws/codebuild/standard:99.0", "aws/codebuild/standard", "aws/codebuild/standard:7.0-beta",
                           "standard:7.0", "aws/codebuild/standard:7.0-", ""})
    EXPECT_FALSE(find_curated_image(name)) << name;
  EXPECT_EQ(find_curated_image("aws/codebuild/amazonlinux2-aarch64-standard:3.0")->kind, ImageKind::kOther);
}

TEST(CuratedImages, HaveTheRuntimesOfTheirTable) {
  const auto runtimes = runtimes_of(*find_curated_image("aws/codebuild/amazonlinux2-x86_64-standard:3.0"));
  EXPECT_THAT(runtimes.at("python"), ElementsAre("3.7", "3.8", "3.9"));
  EXPECT_THAT(runtimes.at("java"), ElementsAre("corretto8", "corretto11", "corretto17"));
  EXPECT_TRUE(runtimes_of(*find_curated_image("aws/codebuild/standard:1.0")).empty());
}

TEST(CuratedImages, AreEachThereOnceAndEveryRuntimeOfTheirsHasVersions) {
  std::set<std::string_view> names;
  for (const CuratedImage& image : curated_images()) {
    EXPECT_TRUE(names.insert(image.name).second) << image.name;
    for (const auto& [runtime, versions] : runtimes_of(image)) EXPECT_FALSE(versions.empty()) << image.name << runtime;
  }
}

/// docs/build-images.md, as this table makes it.
std::string page() {
  std::string out =
      "# Build images\n\n"
      "AWS CodeBuild's images by AWS's names. Our build image (Debian 12) stands in for each of the first table: what "
      "a\n"
      "buildspec chooses in `runtime-versions` is laid out before it as that very version, or refused\n"
      "([what can be had](../src/guest/runtime_fetcher/README.md)). `other` takes versions beside those, too, as on "
      "AWS. A\n"
      "name with a date behind it (`standard:7.0-24.10.17`) is that image. Every other name below `aws/codebuild/` "
      "fails in\n"
      "PROVISIONING, as on AWS.\n\n"
      "| image | system on AWS | runtimes |\n|---|---|---|\n";
  for (const CuratedImage& image : curated_images()) {
    if (image.kind != ImageKind::kStandsIn) continue;
    const std::string chosen = image.runtimes.empty() ? "chooses none" : std::string(image.runtimes);
    out += "| `" + std::string(image.name) + "` | " + std::string(image.system) + " | " + chosen +
           (image.other_versions ? "; other" : "") + " |\n";
  }
  out += "\nAWS has these, and nothing here can run them; they fail in PROVISIONING by name:\n\n";
  for (const CuratedImage& image : curated_images())
    if (image.kind == ImageKind::kOther)
      out += "* `" + std::string(image.name) + "` (" + std::string(image.system) + ")\n";
  return out;
}

TEST(CuratedImages, StandInTheDocumentation) {
  const std::string file = std::string(HANBAT_SOURCE_DIR) + "/docs/build-images.md";
  if (std::getenv("HANBAT_ACCEPT")) write_file_atomic(file, page(), 0644);
  EXPECT_EQ(find_file(file).value_or(""), page()) << "HANBAT_ACCEPT=1 writes " << file;
}

}  // namespace
}  // namespace hanbat::codebuild
