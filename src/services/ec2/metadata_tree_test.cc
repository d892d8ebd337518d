// Paths of the metadata service.
#include "services/ec2/metadata_tree.h"

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

}  // namespace
}  // namespace hanbat::ec2
