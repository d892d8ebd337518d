// Paths of the metadata service.
#include "services/ec2/metadata/metadata_tree.h"

#include <gtest/gtest.h>

namespace hanbat::ec2 {
namespace {

const MetadataTree kTree{{"instance-id", "i-1"},
                         {"placement/region", "ap-northeast-2"},
                         {"placement/availability-zone", "ap-northeast-2a"},
                         {"public-keys/", "0=wsi"},
                         {"public-keys/0/openssh-key", "ssh-rsa AAAA wsi"}};

TEST(Metadata, ListsAFolderWithOrWithoutTheFinalSlash) {
  EXPECT_EQ(look_up(kTree, ""), "instance-id\nplacement/\npublic-keys/");
  EXPECT_EQ(look_up(kTree, "placement"), "availability-zone\nregion");
  EXPECT_EQ(look_up(kTree, "placement/"), "availability-zone\nregion");
}

TEST(Metadata, AnswersALeafAndTheNamesOfKeys) {
  EXPECT_EQ(look_up(kTree, "placement/region"), "ap-northeast-2");
  EXPECT_EQ(look_up(kTree, "public-keys/"), "0=wsi");
  EXPECT_EQ(look_up(kTree, "public-keys/0"), "openssh-key");
  EXPECT_EQ(look_up(kTree, "public-keys/0/openssh-key"), "ssh-rsa AAAA wsi");
}

TEST(Metadata, KnowsNothingElse) {
  EXPECT_FALSE(look_up(kTree, "spot/termination-time"));
  EXPECT_FALSE(look_up(kTree, "instance-id/x"));
}

TEST(Metadata, APathBeginsWithAVersion) {
  EXPECT_EQ(below_version("/latest/meta-data/instance%2Did"), "meta-data/instance-id");
  EXPECT_EQ(below_version("/2021-03-23"), "");
  for (const char* path : {"", "*", "latest", "/", "/%zz", "/newest/meta-data", "//latest"})
    EXPECT_FALSE(below_version(path)) << path;
}

}  // namespace
}  // namespace hanbat::ec2
