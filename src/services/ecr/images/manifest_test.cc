// Manifests that are none.
#include "services/ecr/images/manifest.h"

#include <gtest/gtest.h>

namespace hanbat::ecr {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

std::string manifest(const std::string& size) {
  const std::string part = R"({"digest":")" + kDigest + R"(","size":)" + size + "}";
  return R"({"schemaVersion":2,"config":)" + part + R"(,"layers":[)" + part + "," + part + "]}";
}

TEST(Manifest, AMemberOfAnotherTypeIsTheClientsError) {
  for (const char* text :
       {R"({"schemaVersion":"2"})", R"({"schemaVersion":2,"mediaType":7})",
        R"({"schemaVersion":2,"manifests":[{"digest":[]}]})", R"({"schemaVersion":2,"manifests":["x"]})", "{", "7"})
    EXPECT_THROW(read_manifest(text, ""), ManifestError) << text;
}

TEST(Manifest, SizesThatAddUpToMoreThanThereIsAreRefused) {
  EXPECT_EQ(read_manifest(manifest("10"), "").size, 30u);
  EXPECT_THROW(read_manifest(manifest("9223372036854775807"), ""), ManifestError);
  EXPECT_THROW(read_manifest(manifest("-1"), ""), ManifestError);
}

TEST(Manifest, AnIndexKeepsItsArtifactTypeToo) {
  const std::string index = R"({"schemaVersion":2,"mediaType":")" + std::string(kOciIndex) +
                            R"(","artifactType":"application/vnd.example.sbom","manifests":[]})";
  EXPECT_EQ(read_manifest(index, "").artifact_type, "application/vnd.example.sbom");
}

}  // namespace
}  // namespace hanbat::ecr
