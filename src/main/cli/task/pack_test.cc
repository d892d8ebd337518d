// Packs: their file's form, and what a proof finds.
#include "main/cli/task/pack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/text.h"
#include "main/cli/task/json_schema.h"
#include "main/cli/task/task_commands.h"
#include "main/cli/task/yaml_text.h"
#include "os/files.h"

namespace hanbat::cli::task {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A copy of the skeleton, which is in order.
class PackTest : public ::testing::Test {
 protected:
  PackTest() {
    fs::copy(fs::path(HANBAT_SOURCE_DIR) / "src/main/cli/task/share/skeleton", pack(), fs::copy_options::recursive);
    replace("task.yaml", "@NAME@", "try");
  }

  fs::path pack() const { return fs::path(folder_.path()) / "try"; }

  void replace(const std::string& file, const std::string& what, const std::string& with) {
    const std::string path = (pack() / file).string(), text = read_file(path);
    ASSERT_NE(text.find(what), std::string::npos) << what;
    write_file_atomic(path, replace_all(text, what, with));
  }

  std::vector<std::string> faults() const {
    std::vector<std::string> out;
    for (const PackFault& one : prove_pack(pack())) out.push_back(one.text());
    return out;
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(PackTest, TheSkeletonIsInOrder) { EXPECT_THAT(faults(), IsEmpty()); }

TEST_F(PackTest, ThePacksOfTheRepositoryAreInOrder) {
  for (const char* name : {"first-server", "wsi-2021"})
    EXPECT_THAT(prove_pack(fs::path(HANBAT_SOURCE_DIR) / "examples" / name), IsEmpty()) << name;
}

TEST_F(PackTest, ANumberInThePlaceOfAnIdIsToldWithItsLineAndTheWayOut) {
  replace("task.yaml", "id: \"1.2\"", "id: 1.2");
  EXPECT_THAT(faults(), ElementsAre("task.yaml:24: item 1.2: items[1].id is number and must be string; write it in "
                                    "quotes"));
}

TEST_F(PackTest, ANameThatIsNoneIsTold) {
  replace("task.yaml", "time_limit: 20m", "time_limit: 20m\ntimelimit: 4h");
  EXPECT_THAT(faults(),
              ElementsAre(HasSubstr("task.yaml:10: timelimit is no name that is known here; there are format")));
}

TEST_F(PackTest, ANameThatIsMissingIsTold) {
  replace("task.yaml", "    points: 1\n    check: network.sh:check_vpc", "    check: network.sh:check_vpc");
  EXPECT_THAT(faults(), ElementsAre(HasSubstr("item 1.1: items[0].points is missing")));
}

TEST_F(PackTest, ANameGivenTwiceIsToldWithItsLine) {
  replace("task.yaml", "time_limit: 20m", "time_limit: 20m\ntime_limit: 4h");
  EXPECT_THAT(faults(), ElementsAre("task.yaml:10: is no YAML: \"time_limit\" is given twice"));
}

TEST_F(PackTest, ALimitThatIsNoneIsTold) {
  replace("task.yaml", "time_limit: 20m", "time_limit: 20 minutes");
  EXPECT_THAT(faults(), ElementsAre(HasSubstr("time_limit is \"20 minutes\" and must be of the form")));
}

TEST_F(PackTest, PointsThatDoNotAddUpAreTold) {
  replace("task.yaml", "points: 2 ", "points: 3 ");
  EXPECT_THAT(faults(), ElementsAre("task.yaml: the items add up to 2 points, and points says 3; make them the same"));
}

TEST_F(PackTest, PartsThatDoNotAddUpAreToldWithTheirItem) {
  replace("task.yaml", "en: \"its CIDR\"}\n        points: 0.5", "en: \"its CIDR\"}\n        points: 0.25");
  EXPECT_THAT(faults(), ElementsAre(HasSubstr("item 1.2: its parts add up to 0.75 points, and it has 1")));
}

TEST_F(PackTest, AnItemWithoutItsCheckAndACheckWithoutItsItemAreTold) {
  replace("task.yaml", "network.sh:check_vpc", "network.sh:check_vpcs");
  EXPECT_THAT(faults(), ElementsAre(HasSubstr("item 1.1: there is no function check_vpcs in checks/network.sh"),
                                    HasSubstr("checks/network.sh:4: check_vpc is the check of no item")));
}

TEST_F(PackTest, AScriptThatBashCannotParseIsTold) {
  replace("checks/network.sh", "check_subnet() {", "check_subnet() { if");
  EXPECT_THAT(faults(), ElementsAre(HasSubstr("checks/network.sh: bash cannot parse it: line")));
}

TEST_F(PackTest, TextsThatAreMissingInALanguageAreTold) {
  remove_tree((pack() / "task.en.md").string());
  replace("task.yaml", "      en: \"the CIDR of VPC my-vpc\"\n", "");
  EXPECT_THAT(faults(),
              ElementsAre(HasSubstr("task.en.md: is missing"), HasSubstr("item 1.1: title has no text in en")));
}

TEST_F(PackTest, ASolutionThatIsMissingIsTold) {
  remove_tree((pack() / "solution").string());
  EXPECT_THAT(faults(), ElementsAre("solution/solve.sh: is missing; solution in task.yaml names it"));
}

TEST_F(PackTest, APathOutOfThePackIsNoScript) {
  replace("task.yaml", "solution/solve.sh", "../solve.sh");
  EXPECT_THAT(faults(), ElementsAre(HasSubstr("solution[0] is \"../solve.sh\" and must be of the form")));
}

TEST_F(PackTest, AFolderThatIsNoPackIsAFailureThatTellsTheWayOut) {
  remove_tree((pack() / "task.yaml").string());
  try {
    prove_pack(pack());
    FAIL();
  } catch (const Failure& error) {
    EXPECT_THAT(error.what(), HasSubstr("is no task pack: it has no task.yaml; hanbat task new NAME makes one"));
  }
  EXPECT_THROW(prove_pack(pack() / "nowhere"), Failure);
}

TEST(YamlText, QuotedScalarsAreTextsAndPlainOnesWhatTheyLookLike) {
  const Json value = read_yaml("a: \"3.10\"\nb: 3.10\nc: true\nd: '7'\ne: 7\nf: ~\ng: 1.2.3\n").value;
  EXPECT_EQ(value["a"], Json("3.10"));
  EXPECT_EQ(value["b"], Json(3.1));
  EXPECT_EQ(value["c"], Json(true));
  EXPECT_EQ(value["d"], Json("7"));
  EXPECT_EQ(value["e"], Json(7));
  EXPECT_TRUE(value["f"].is_null());
  EXPECT_EQ(value["g"], Json("1.2.3"));
}

TEST(YamlText, AnEmptyFileIsNothingOnLineOne) {
  EXPECT_TRUE(read_yaml("").value.is_null());
  EXPECT_EQ(read_yaml("").line_of("title.ko"), 1);
}

TEST(YamlText, AliasesThatGrowWithoutEndAreRefused) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) text += (j ? ", *a" : "*a") + std::to_string(i - 1);
    text += "]\n";
  }
  EXPECT_THROW(read_yaml(text), YamlError);
}

TEST(JsonSchema, AWordThatNobodyHoldsIsRefused) {
  EXPECT_THROW(hold_against_schema(Json(1), Json::parse(R"({"multipleOf": 2})")), std::invalid_argument);
  EXPECT_THROW(hold_against_schema(Json(1), Json::parse(R"({"$ref": "#/$defs/none"})")), std::invalid_argument);
}

TEST(ClassFile, LinesAreNamesAndLabels) {
  const auto read = read_class("# the class\n\nann, 앤 \nbob\r\n");
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].competitor, "ann");
  EXPECT_EQ(read[0].label, "앤");
  EXPECT_EQ(read[1].competitor, "bob");
}

TEST(ClassFile, ALineThatIsNoNameIsToldWithItsNumber) {
  try {
    read_class("ann\nBob Smith\n");
    FAIL();
  } catch (const Failure& error) {
    EXPECT_THAT(error.what(), HasSubstr("line 2: \"Bob Smith\" cannot be a competitor's name"));
  }
  EXPECT_THROW(read_class("# nobody\n"), Failure);
}

}  // namespace
}  // namespace hanbat::cli::task
