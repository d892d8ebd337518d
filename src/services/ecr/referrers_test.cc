// What refers to an image (signatures, bills of material), by the registry's protocol.
// Source: https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#listing-referrers
#include <gmock/gmock.h>

#include "services/ecr/testing.h"

namespace hanbat::ecr {
namespace {

constexpr const char* kSignature = "application/vnd.example.signature";
constexpr const char* kMaterials = "application/vnd.example.sbom+json";

class Referrers : public EcrTest {
 protected:
  Referrers() {
    client().create_repository({.repository_name = "app"});
    image = push_image("app", "v1", "layer");
  }

  /// Puts an artifact that refers to the image; what it is stands in the manifest, or else in its configuration's type.
  std::string refer(const std::string& type, const std::string& what, bool by_configuration = false) {
    push_blob("app", what);
    Json text = Json::parse(manifest("{}", what));
    text["subject"] = Json::object({{"mediaType", kOciManifest}, {"digest", image}, {"size", 7}});
    text["annotations"] = Json::object({{"of", what}});
    if (by_configuration) {
      text["config"]["mediaType"] = type;
      text["artifactType"] = "";
    } else {
      text["artifactType"] = type;
    }
    const std::string bytes = text.dump();
    const http::Response put =
        call("PUT", "/v2/app/manifests/" + digest_of(bytes), {{"Content-Type", std::string(kOciManifest)}}, bytes);
    EXPECT_EQ(put.status, 201);
    EXPECT_EQ(put.headers.get("OCI-Subject"), image);
    return digest_of(bytes);
  }
  http::Response list(const std::string& digest, const std::string& query = "") {
    return call("GET", "/v2/app/referrers/" + digest + query);
  }
  static std::vector<std::string> told(const http::Response& answer) {
    std::vector<std::string> all;
    const Json index = Json::parse(answer.body);
    for (const Json& one : index["manifests"].items())
      all.push_back(one.text("artifactType") + " " + one.text("digest") + " " + one["annotations"].text("of"));
    return all;
  }

  std::string image;
};

TEST_F(Referrers, AllThatReferToAnImageAreListedWithWhatTheyAre) {
  const std::string signature = refer(kSignature, "signed"), materials = refer(kMaterials, "contents", true);
  const http::Response answer = list(image);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.get("Content-Type"), kOciIndex);
  EXPECT_EQ(answer.headers.get("OCI-Filters-Applied"), "");
  EXPECT_EQ(Json::parse(answer.body).integer("schemaVersion"), 2);
  EXPECT_THAT(told(answer), testing::UnorderedElementsAre(kSignature + (" " + signature) + " signed",
                                                          kMaterials + (" " + materials) + " contents"));
}

TEST_F(Referrers, AFilterLeavesThoseOfItsTypeAndIsSaidToBeApplied) {
  const std::string signature = refer(kSignature, "signed");
  const std::string materials = refer(kMaterials, "contents");
  const http::Response signatures = list(image, std::string("?artifactType=") + kSignature);
  EXPECT_EQ(signatures.headers.get("OCI-Filters-Applied"), "artifactType");
  EXPECT_THAT(told(signatures), testing::ElementsAre(kSignature + (" " + signature) + " signed"));
  EXPECT_THAT(told(list(image, "?artifactType=application%2Fvnd.example.sbom%2Bjson")),
              testing::ElementsAre(kMaterials + (" " + materials) + " contents"));
  const http::Response none = list(image, "?artifactType=application/vnd.example.other");
  EXPECT_EQ(none.status, 200);
  EXPECT_EQ(none.headers.get("OCI-Filters-Applied"), "artifactType");
  EXPECT_THAT(told(none), testing::IsEmpty());
}

TEST_F(Referrers, ToWhatIsNotThereNobodyRefersAndWhatIsNoDigestIsRefused) {
  refer(kSignature, "signed");
  const http::Response nobody = list(digest_of("nothing"));
  EXPECT_EQ(nobody.status, 200);
  EXPECT_THAT(told(nobody), testing::IsEmpty());
  EXPECT_EQ(list("v1").status, 400);
  EXPECT_EQ(call("POST", "/v2/app/referrers/" + image).status, 405);
  EXPECT_EQ(call("GET", "/v2/none/referrers/" + image).status, 404);
}

}  // namespace
}  // namespace hanbat::ecr
