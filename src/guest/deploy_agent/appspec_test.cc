// Each rule of the application specification, and each mistake that AWS's agent refuses, in its words
// (aws-codedeploy-agent, application_specification/*.rb).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "guest/deploy_agent/appspec.h"

namespace hanbat::guest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kHead = "version: 0.0\nos: linux\n";

std::string refusal(const std::string& text) {
  try {
    AppSpec::parse(text);
  } catch (const AppSpecError& e) {
    return e.what();
  }
  return "";
}

std::string refused_permission(const std::string& members) {
  return refusal(kHead + "permissions:\n  - object: /srv/app\n    " + members + "\n");
}

Permission permission(const std::string& members) {
  return AppSpec::parse(kHead + "permissions:\n  - object: /srv/app\n    " + members + "\n").permissions.at(0);
}

std::string hook(const std::string& members) { return kHead + "hooks:\n  AfterInstall:\n    - " + members + "\n"; }

TEST(AppSpecTest, AnEmptyFileIsSaidToBeEmpty) {
  for (const char* text : {"", " \n", "---\n", "# nothing\n"})
    EXPECT_EQ(refusal(text),
              "The deployment failed because the application specification file was empty. Make sure your AppSpec file "
              "defines at minimum the 'version' and 'os' properties.");
  EXPECT_EQ(refusal("- version: 0.0\n"), "no implicit conversion of String into Integer");
}

TEST(AppSpecTest, TheVersionIsTheNumberZero) {
  const auto said = [](const std::string& shown) {
    return "The deployment failed because an invalid version value (" + shown +
           ") was entered in the application specification file. Make sure your AppSpec file specifies \"0.0\" as the "
           "version, and then try again.";
  };
  for (const char* good : {"0.0", "0", "0.00"})
    EXPECT_EQ(refusal(std::string("version: ") + good + "\nos: linux\n"), "");
  EXPECT_EQ(refusal("os: linux\n"), said(""));
  EXPECT_EQ(refusal("version: 1.0\nos: linux\n"), said("1.0"));
  EXPECT_EQ(refusal("version: \"0.0\"\nos: linux\n"), said("0.0"));
  EXPECT_EQ(refusal("version: latest\nos: linux\n"), said("latest"));
  EXPECT_EQ(refusal("just text\n"), said(""));
}

TEST(AppSpecTest, TheSystemIsLinuxInSmallLetters) {
  for (const char* os : {"windows", "Linux", "ubuntu"})
    EXPECT_THAT(refusal(std::string("version: 0.0\nos: ") + os + "\n"),
                HasSubstr(std::string("unsupported operating system (") + os + "). Specify either \"linux\""));
  EXPECT_THAT(refusal("version: 0.0\n"), HasSubstr("unsupported operating system ()."));
}

TEST(AppSpecTest, EmptySectionsAndUnknownOnesAreNone) {
  const AppSpec spec = AppSpec::parse(kHead + "files:\npermissions:\nhooks:\nbranch: main\n");
  EXPECT_TRUE(spec.files.empty() && spec.permissions.empty() && spec.hooks.empty());
  EXPECT_THAT(AppSpec::parse(kHead + "hooks:\n  BeforeInstall:\n").scripts("BeforeInstall"), IsEmpty());
  EXPECT_EQ(AppSpec::parse(hook("{location: a.sh, comment: mine}")).scripts("AfterInstall").size(), 1u);
}

TEST(AppSpecTest, AFileWithABomOrInJsonOrWithCarriageReturnsIsRead) {
  EXPECT_EQ(refusal("\xEF\xBB\xBFversion: 0.0\nos: linux\n"), "");
  const AppSpec json = AppSpec::parse(
      "{\n\t\"version\": 0.0, \"os\": \"linux\",\n\t\"hooks\": {\"AfterInstall\": [{\"location\": \"a.sh\"}]}\n}");
  EXPECT_EQ(json.scripts("AfterInstall").at(0).location, "a.sh");
  const AppSpec dos =
      AppSpec::parse("version: 0.0\r\nos: linux\r\nfiles:\r\n  - source: /\r\n    destination: /srv\r\n");
  EXPECT_EQ(dos.files.at(0).destination, "/srv");
}

TEST(AppSpecTest, ATabCannotIndent) {
  EXPECT_EQ(refusal(kHead + "files:\n\t- source: /\n"),
            "(<unknown>): found character that cannot start any token while scanning for the next token at line 4 "
            "column 1");
  EXPECT_THAT(refusal(kHead + "files:\n  - source: /\n  \tdestination: /srv\n"), HasSubstr("line 5 column 3"));
  EXPECT_THAT(refusal("a: [\n"), HasSubstr("no valid YAML"));
}

TEST(AppSpecTest, OfTwoEqualKeysTheLastCounts) {
  const AppSpec spec =
      AppSpec::parse(kHead + "hooks:\n  AfterInstall:\n    - location: a.sh\n  AfterInstall:\n    - location: b.sh\n");
  ASSERT_EQ(spec.scripts("AfterInstall").size(), 1u);
  EXPECT_EQ(spec.scripts("AfterInstall")[0].location, "b.sh");
}

TEST(AppSpecTest, AFileNeedsSourceAndDestination) {
  EXPECT_EQ(refusal(kHead + "files:\n  - destination: /srv\n"),
            "The deployment failed because the application specification file specifies a destination file, but no "
            "source file. Update the files section of the AppSpec file, and then try again.");
  EXPECT_EQ(refusal(kHead + "files:\n  - source: conf\n"),
            "The deployment failed because the application specification file specifies only a source file (conf). Add "
            "the name of the destination file to the files section of the AppSpec file, and then try again.");
  EXPECT_EQ(refusal(kHead + "files:\n  source: /\n  destination: /srv\n"),
            "no implicit conversion of String into Integer");
  EXPECT_EQ(refusal(kHead + "files: /srv\n"), "undefined method `each' for \"/srv\":String");
}

TEST(AppSpecTest, FileExistsBehaviorIsOneOfThree) {
  for (const char* good : {"DISALLOW", "OVERWRITE", "RETAIN"})
    EXPECT_EQ(AppSpec::parse(kHead + "file_exists_behavior: " + good + "\n").file_exists_behavior, good);
  EXPECT_THAT(refusal(kHead + "file_exists_behavior: overwrite\n"),
              HasSubstr("an invalid file_exists_behavior value (overwrite) was entered"));
}

TEST(AppSpecTest, AScriptNeedsALocation) {
  for (const char* members : {"timeout: 30", "location:", "location: \"  \""})
    EXPECT_EQ(refusal(hook(members)),
              "The deployment failed because the application specification file specifies a script with no location "
              "value. Specify the location in the hooks section of the AppSpec file, and then try again.");
  EXPECT_EQ(refusal(hook("scripts/a.sh")), "undefined method `has_key?' for \"scripts/a.sh\":String");
  EXPECT_EQ(refusal(kHead + "hooks:\n  AfterInstall:\n    location: a.sh\n    timeout: 3\n"),
            "undefined method `has_key?' for [\"location\", \"a.sh\"]:Array");
  EXPECT_EQ(refusal(kHead + "hooks:\n  - AfterInstall\n"), "undefined method `each_pair' for [\"AfterInstall\"]:Array");
  EXPECT_EQ(AppSpec::parse(hook("{location: ' a.sh ', runas: ' web '}")).scripts("AfterInstall").at(0).runas, "web");
}

TEST(AppSpecTest, ATimeoutIsTheNumberThatItBeginsWith) {
  const auto with = [](const std::string& timeout) { return hook("{location: a, timeout: " + timeout + "}"); };
  for (const auto& [text, seconds] : std::vector<std::pair<std::string, int>>{
           {"60", 60}, {"\"60\"", 60}, {"60.9", 60}, {"30s", 30}, {"3600", 3600}, {"7200", 7200}, {"null", 3600}})
    EXPECT_EQ(AppSpec::parse(with(text)).scripts("AfterInstall").at(0).timeout_s, seconds) << text;
  for (const char* text : {"0", "-1", "soon", "\"\"", "[60]", "9223372036854775807000"}) {
    if (std::string(text).size() > 10) {
      EXPECT_EQ(AppSpec::parse(with(text)).scripts("AfterInstall").at(0).timeout_s, 2147483647);
      continue;
    }
    EXPECT_EQ(refusal(with(text)),
              "The deployment failed because an invalid timeout value was provided for a script in the application "
              "specification file. Make corrections in the hooks section of the AppSpec file, and then try again.");
  }
}

TEST(AppSpecTest, HooksAreOfTheNineEventsThatCanHaveScripts) {
  const AppSpec spec = AppSpec::parse(kHead + "hooks:\n  Strange:\n    - location: a\n  Install:\n    - location: b\n");
  try {
    spec.require_known_events("appspec.yml");
    FAIL() << "AppSpecError expected";
  } catch (const AppSpecError& e) {
    EXPECT_STREQ(e.what(), "appspec.yml file contains unknown lifecycle events: [\"Install\", \"Strange\"]");
  }
  AppSpec::parse(hook("location: a")).require_known_events("appspec.yml");
}

TEST(PermissionTest, APermissionNeedsAnObject) {
  for (const char* text : {"pattern: test", "object:", "object: ''"})
    EXPECT_EQ(refusal(kHead + "permissions:\n  - " + text + "\n"),
              "The deployment failed because a permission listed in the application specification file has no object "
              "value. Update the permissions section of the AppSpec file, and then try again.");
  EXPECT_EQ(refusal(kHead + "permissions:\n  - /srv\n"), "undefined method `has_key?' for \"/srv\":String");
  EXPECT_EQ(AppSpec::parse(kHead + "permissions:\n  - object: /srv/../srv/app/\n").permissions.at(0).object,
            "/srv/app");
}

TEST(PermissionTest, AModeHasOneToFourOctalDigits) {
  for (const auto& [text, mode] : std::vector<std::pair<std::string, unsigned>>{
           {"755", 0755}, {"\"0644\"", 0644}, {"4750", 04750}, {"7", 07}, {"\"1777\"", 01777}})
    EXPECT_EQ(*permission("mode: " + text).mode, mode) << text;
  // As the guide warns: a number with a leading zero is octal to YAML before it is a mode.
  EXPECT_EQ(*permission("mode: 0644").mode, 0420u);
  EXPECT_THAT(refused_permission("mode: 0755"), HasSubstr("the permissions mode (493) in the application specification "
                                                          "file contains an invalid character (9)"));
  EXPECT_THAT(refused_permission("mode: u+x"), HasSubstr("contains an invalid character (u)"));
  EXPECT_EQ(refused_permission("mode: 75555"),
            "The deployment failed because the length of a permissions mode (75555) in the application specification "
            "file is invalid. Permissions modes must be between one and four characters long. Update the permissions "
            "section of the AppSpec file, and then try again.");
}

TEST(PermissionTest, TypesAreAListOfFileAndDirectory) {
  EXPECT_FALSE(permission("type: [file]").directories);
  EXPECT_FALSE(permission("type: [directory]").files);
  EXPECT_TRUE(permission("mode: 644").files && permission("mode: 644").directories);
  EXPECT_THAT(refused_permission("type: [link]"),
              HasSubstr("specifies a permission for an object type not supported for permissions (link)."));
  EXPECT_EQ(refused_permission("type: file"), "undefined method `each' for \"file\":String");
  EXPECT_EQ(refused_permission("except: a.sh"), "undefined method `each' for \"a.sh\":String");
}

TEST(PermissionTest, APatternMeansNamesInTheFolderAndTwoStarsEverythingBelow) {
  const Permission all = permission("except: [keep.sh]");
  EXPECT_TRUE(all.matches("/srv/app/a"));
  EXPECT_TRUE(all.matches("/srv/app/sub/keep.sh"));
  EXPECT_FALSE(all.matches("/srv/app/keep.sh"));
  EXPECT_FALSE(all.matches("/srv/app"));
  EXPECT_FALSE(all.matches("/srv/application"));
  const Permission some = permission("pattern: \"a*c*.sh\"");
  EXPECT_TRUE(some.matches("/srv/app/abcd.sh"));
  EXPECT_TRUE(some.matches("/srv/app/ac.sh"));
  EXPECT_FALSE(some.matches("/srv/app/abcd.shx"));
  EXPECT_FALSE(some.matches("/srv/app/sub/abcd.sh"));
  EXPECT_FALSE(permission("pattern: \"a.s?\"").matches("/srv/app/a.sh"));
  EXPECT_FALSE(permission("pattern: \"ab*ba\"").matches("/srv/app/aba"));
}

TEST(PermissionTest, ASingleFileHasNeitherPatternNorExceptionsNorDefaultEntries) {
  const auto said = [](const Permission& p) -> std::string {
    try {
      p.require_for_file();
      p.require_file_acl();
    } catch (const AppSpecError& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_EQ(said(permission("mode: 644")), "");
  EXPECT_THAT(said(permission("pattern: '*.sh'")),
              HasSubstr("includes an object (/srv/app) with an invalid pattern (*.sh)"));
  EXPECT_THAT(
      said(permission("except: [a, b]")),
      HasSubstr("in the permissions section ([\"a\", \"b\"]) for the object named /srv/app contains an invalid"));
  EXPECT_THAT(said(permission("acls: ['d:u:web:rx']")), HasSubstr("the -d parameter has been specified"));
}

TEST(PermissionTest, EntriesOfAnAccessListAreReadFromTheirEnd) {
  for (const auto& [text, whole] :
       std::vector<std::pair<std::string, std::string>>{{"u:web:rwx", "user:web:rwx"},
                                                        {"web:5", "user:web:r-x"},
                                                        {"g:www:r--", "group:www:r--"},
                                                        {"m::rx", "mask::r-x"},
                                                        {"d:web:7", "default:user:web:rwx"},
                                                        {"default:g::5", "default:group::r-x"},
                                                        {"d:o:4", "default:other::r--"}})
    EXPECT_EQ(AclEntry::parse(text).text(), whole) << text;
  for (const char* text : {"web", "a:b:c:d:e", "x:u:web:7", "d:d:web:7", "q:web:7", "m:web:7"})
    EXPECT_EQ(refused_permission(std::string("acls: ['") + text + "']"),
              std::string("The deployment failed because of a problem with the acls permission settings in the "
                          "application specification file. Invalid acl entry (") +
                  text + ").");
  for (const char* text : {"u::7", "g::rwx", "o::4"})
    EXPECT_THAT(refused_permission(std::string("acls: ['") + text + "']"),
                HasSubstr(std::string("Use mode to set the base acl entry (") + text + ")"));
  EXPECT_THAT(
      refused_permission("acls: ['u:web:rwz']"),
      HasSubstr("(ACL) named u:web:rwz in the application specification file contains an invalid character (z)"));
}

TEST(PermissionTest, AnAccessListIsCompletedFromTheMode) {
  EXPECT_EQ(full_acl({AclEntry::parse("u:web:rx")}, 0640), "user:web:r-x,user::rw-,group::r--,other::---,mask::r--");
  EXPECT_EQ(
      full_acl({AclEntry::parse("d:u:web:7"), AclEntry::parse("d:g::5")}, 0750),
      "default:user:web:rwx,default:group::r-x,user::rwx,group::r-x,other::---,default:user::rwx,default:other::---,"
      "default:mask::r-x");
}

TEST(PermissionTest, ASecurityContextHasATypeAndPerhapsARange) {
  EXPECT_THAT(refused_permission("context: {user: system_u}"),
              HasSubstr("specifies an invalid context type ({\"user\"=>\"system_u\"})."));
  const auto context =
      permission("context: {user: system_u, type: httpd_sys_content_t, range: 's0-s2:c5,c1.c3'}").context;
  ASSERT_TRUE(context);
  EXPECT_EQ(context->user + " " + context->type + " " + context->range, "system_u httpd_sys_content_t s0-s2:c1.c3,c5");
  for (const auto& [range, why] :
       std::vector<std::pair<std::string, std::string>>{{"x0", "invalid sensitivity x0"},
                                                        {"s0:c1024", "invalid category c1024"},
                                                        {"s0:c5.c2", "invalid category range"},
                                                        {"s0:c1,c1", "duplicate categories"},
                                                        {"s0:", "invalid range part s0:"},
                                                        {"s3-s1", "SELinux range specified (s3-s1)"}})
    EXPECT_THAT(refused_permission("context: {type: t, range: '" + range + "'}"), HasSubstr(why)) << range;
}

}  // namespace
}  // namespace hanbat::guest
