// Which version a specification means, and how it comes first.
#include "guest/build_runner/runtimes.h"

#include <gtest/gtest.h>

namespace hanbat::guest {
namespace {

const border::BuildRuntimes kOld = {
    {{"java", {"corretto8", "corretto11"}}, {"nodejs", {"8", "10"}}, {"python", {"3.7", "3.8", "3.9"}}}, false, ""};
const border::BuildRuntimes kNew = {{{"nodejs", {"18", "20", "22"}}, {"python", {"3.9", "3.10", "3.14"}}}, true, ""};

std::string refusal(const border::BuildRuntimes& runtimes, const std::string& name, const std::string& asked) {
  try {
    return "took " + select_runtime(runtimes, name, asked);
  } catch (const RuntimeError& e) {
    return e.what();
  }
}

TEST(SelectRuntime, TakesAVersionTheNewestOfAMajorOneAndTheNewestOfAllByTheirNumbers) {
  EXPECT_EQ(select_runtime(kOld, "python", "3.7"), "3.7");
  EXPECT_EQ(select_runtime(kOld, "python", "3.x"), "3.9");
  EXPECT_EQ(select_runtime(kOld, "nodejs", "latest"), "10");
  EXPECT_EQ(select_runtime(kOld, "java", "latest"), "corretto11");
  EXPECT_EQ(select_runtime(kOld, "java", "corretto8.x"), "corretto8");
  EXPECT_EQ(select_runtime(kNew, "python", "3.x"), "3.14");
  EXPECT_EQ(select_runtime(kNew, "nodejs", "20.x"), "20");
}

TEST(SelectRuntime, RefusesInCodeBuildsWordsWhatTheImageDoesNotOffer) {
  EXPECT_EQ(
      refusal(kOld, "python", "2.7"),
      "Unknown runtime version named '2.7' of python. This build image has the following versions: 3.7, 3.8, 3.9");
  EXPECT_EQ(refusal(kOld, "pythn", "3.7"),
            "Unknown runtime named 'pythn'. This build image has the following runtimes: java, nodejs, python");
  EXPECT_EQ(
      refusal(kOld, "python", "4.x"),
      "Unknown runtime version named '4.x' of python. This build image has the following versions: 3.7, 3.8, 3.9");
}

TEST(SelectRuntime, TakesOtherVersionsWhereTheImageInstallsThemAndNoOtherText) {
  EXPECT_EQ(select_runtime(kNew, "python", "3.12.1"), "3.12.1");
  for (const char* text : {"../3", "3;ls", "", ".", "3..1", "newest", "3."})
    EXPECT_TRUE(refusal(kNew, "python", text).starts_with("Unknown runtime version")) << text;
}

TEST(AddRuntime, PutsItsProgramsBeforeTheImagesAndBeforeThoseOfTheBuildsOwnPath) {
  std::map<std::string, std::string> environment = {{"PATH", "/mine:/usr/bin"}};
  add_runtime(environment, "python", "3.7");
  EXPECT_EQ(environment["PATH"], "/opt/python-3.7/bin:/mine:/usr/bin");
  add_runtime(environment, "java", "corretto17");
  EXPECT_EQ(environment["JAVA_HOME"], "/opt/java-corretto17");
  add_runtime(environment, "dotnet", "8.0");
  EXPECT_EQ(environment["DOTNET_ROOT"], "/opt/dotnet-8.0");
}

TEST(Installing, IsTheLineOfTheImagesOwnCommand) {
  EXPECT_EQ(installing("nodejs", "18"), "Installing Node.js version 18 ...");
  EXPECT_EQ(installing("java", "corretto17"), "Installing corretto(OpenJDK) version 17 ...");
  EXPECT_EQ(installing("golang", "1.21"), "Installing Go version 1.21 ...");
}

}  // namespace
}  // namespace hanbat::guest
