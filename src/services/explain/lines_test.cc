// What lines of builds and scripts are taken for. The lines are as the programs print them.
#include "services/explain/lines.h"

#include <gtest/gtest.h>

namespace hanbat::explain {
namespace {

struct Line {
  const char* text;
  const char* code;
  const char* named;  // what the sentence must name
};

class Lines : public testing::TestWithParam<Line> {};

TEST_P(Lines, TellTheirKindAndNameWhatTheyAreAbout) {
  const auto seen = recognise(std::string("before\n") + GetParam().text + "\n", Scene::kBuild);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->finding.code, GetParam().code);
  EXPECT_NE(seen->finding.sentence.en.find(GetParam().named), std::string::npos) << seen->finding.sentence.en;
  EXPECT_FALSE(seen->finding.sentence.ko.empty());
  EXPECT_FALSE(seen->finding.remedy.ko.empty());
}

INSTANTIATE_TEST_SUITE_P(
    OfPrograms, Lines,
    testing::Values(
        Line{"/opt/codedeploy-agent/deployment-root/a/d-1/deployment-archive/scripts/install.sh: line 3: pip3: command "
             "not found",
             "COMMAND_NOT_FOUND", "pip3"},
        Line{"/codebuild/output/tmp/script.sh: 4: mvn: not found", "COMMAND_NOT_FOUND", "mvn"},
        Line{"bash: line 1: $'\\r': command not found", "SCRIPT_HAS_WINDOWS_LINES", "CR LF"},
        Line{"bash: ./start.sh: /bin/zsh: bad interpreter: No such file or directory", "SCRIPT_INTERPRETER_MISSING",
             "/bin/zsh"},
        Line{"ModuleNotFoundError: No module named 'flask'", "PYTHON_MODULE_MISSING", "flask"},
        Line{"/usr/bin/python3: No module named pip", "PYTHON_MODULE_MISSING", "pip"},
        Line{"ERROR: No matching distribution found for flaskk==9", "PACKAGE_NOT_FOUND", "flaskk==9"},
        Line{"E: Unable to locate package nginxx", "PACKAGE_NOT_FOUND", "nginxx"},
        Line{"Error: Unable to find a match: htttpd", "PACKAGE_NOT_FOUND", "htttpd"},
        Line{"SyntaxError: invalid syntax", "PYTHON_SYNTAX", "invalid syntax"},
        Line{"start.sh: line 9: syntax error near unexpected token `fi'", "SHELL_SYNTAX", "line 9"},
        Line{"no basic auth credentials", "REGISTRY_LOGIN_MISSING", "logged in"},
        Line{"Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
             "DOCKER_NOT_RUNNING", "daemon"},
        Line{"name unknown: The repository with name 'wsi-api' does not exist in the registry with id '1'",
             "REPOSITORY_MISSING", "wsi-api"},
        Line{"Error response from daemon: manifest for python:3.99 not found: manifest unknown", "IMAGE_MISSING",
             "python:3.99"},
        Line{"docker.io/library/ubuntu:24.04: no registry gives it, and there is no stand-in of that name and version; "
             "an "
             "operator adds it: hanbat image base add docker.io/library/ubuntu:24.04 SOURCE",
             "BASE_IMAGE_MISSING", "docker.io/library/ubuntu:24.04"},
        Line{"Unable to locate credentials. You can configure credentials by running \"aws configure\".",
             "CREDENTIALS_MISSING", "credentials"},
        Line{"An error occurred (NoSuchBucket) when calling the PutObject operation: The specified bucket does not "
             "exist",
             "BUCKET_MISSING", "bucket"},
        Line{"fatal error: An error occurred (404) when calling the HeadObject operation: Not Found", "OBJECT_MISSING",
             "object"},
        Line{"OSError: [Errno 98] Address already in use", "PORT_TAKEN", "port"},
        Line{"cp: error writing '/x': No space left on device", "DISK_FULL", "disk"},
        Line{"script.sh: line 3:   812 Killed", "MEMORY_OUT", "memory"},
        Line{"curl: (6) Could not resolve host: packages.example.org", "NAME_NOT_RESOLVED", "packages.example.org"},
        Line{"W: Failed to fetch http://mirror.example.org/x  Temporary failure resolving 'mirror.example.org'",
             "NAME_NOT_RESOLVED", "mirror.example.org"},
        Line{"curl: (28) Failed to connect to 10.1.0.9 port 80: Connection timed out", "CONNECTION_TIMED_OUT",
             "10.1.0.9"},
        Line{"curl: (7) Failed to connect to localhost port 8080: Connection refused", "CONNECTION_REFUSED", "8080"},
        Line{"Failed to start wsi-api.service: Unit wsi-api.service not found.", "SERVICE_UNIT_MISSING",
             "wsi-api.service"},
        Line{"npm ERR! Missing script: \"build\"", "NPM_SCRIPT_MISSING", "build"},
        Line{"/bin/sh: ./run.sh: Permission denied", "PERMISSION_OF_FILE", "./run.sh"},
        Line{"python3: can't open file '/src/ap.py': [Errno 2] No such file or directory", "FILE_MISSING",
             "/src/ap.py"},
        Line{"cp: cannot stat 'app.pyc': No such file or directory", "FILE_MISSING", "app.pyc"},
        Line{"COPY failed: file not found in build context: stat app.pyc: no such file", "FILE_MISSING", "file"},
        Line{"FileNotFoundError: [Errno 2] No such file or directory: 'config.yml'", "FILE_MISSING", "config.yml"},
        Line{
            "An error occurred (AccessDeniedException) when calling the GetAuthorizationToken operation: User: "
            "arn:aws:sts::123456789012:assumed-role/build/x is not authorized to perform: ecr:GetAuthorizationToken on "
            "resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action",
            "DENIED_IMPLICITLY", "the role build lacks ecr:GetAuthorizationToken"}));

TEST(LinesTest, TheLastLineThatTellsSomethingIsTaken) {
  const auto seen =
      recognise("ModuleNotFoundError: No module named 'x'\nmake: mvn: command not found\nbye\n", Scene::kBuild);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->line, "make: mvn: command not found");
}

TEST(LinesTest, OutputWithoutAKnownFailureTellsNothing) {
  EXPECT_FALSE(recognise("", Scene::kBuild));
  EXPECT_FALSE(recognise("all is well\nDone in 3 s\n[Container] 2026/11/30 Running command pip3: command not found",
                         Scene::kBuild));
}

TEST(LinesTest, OnAnInstanceAMissingCommandIsInstalledByAnEarlierHook) {
  EXPECT_NE(recognise("x: line 1: pip3: command not found", Scene::kInstance)->finding.remedy.en.find("hook"),
            std::string::npos);
  EXPECT_EQ(recognise("x: line 1: pip3: command not found", Scene::kBuild)->finding.remedy.en.find("hook"),
            std::string::npos);
}

TEST(LinesTest, TheLastLinesLeaveOutThoseThatHoldNothing) {
  EXPECT_EQ(last_lines("a\n\nb\n  \nc\n", 2), "b\nc");
  EXPECT_EQ(last_lines("", 2), "");
}

}  // namespace
}  // namespace hanbat::explain
