// How an explanation reads in a terminal.
#include "main/cli/explain_text.h"

#include <gtest/gtest.h>

namespace hanbat::cli {
namespace {

const char* const kFailed =
    R"({"kind":"build","subject":"p:1","outcome":"FAILED","summary":{"en":"mvn: command not found.","ko":"mvn: 명령을 찾을 수 없습니다."},
"causes":[{"code":"BUILD_FAILED","subject":"build p:1","sentence":{"en":"The build failed.","ko":"빌드가 실패했습니다."},"evidence":[{"call":"codebuild:BatchGetBuilds","excerpt":"a\nb"}]},
{"code":"COMMAND_NOT_FOUND","subject":"build p:1 BUILD","sentence":{"en":"mvn: command not found.","ko":"mvn: 명령을 찾을 수 없습니다."},"since":100.0,"until":1000.0,"evidence":[],
"remedy":{"en":"Install it.","ko":"설치하십시오.","command":"yum install maven","statement":"{}"}}],
"unseen":[{"action":"logs:GetLogEvents","resource":"x","message":"m"}]})";

TEST(ExplainTextTest, TheChainIsToldWithEvidenceAndTheWayOut) {
  EXPECT_EQ(explanation_text(Json::parse(kFailed), Language::kEnglish, 160), R"(build p:1: FAILED
mvn: command not found.

1. The build failed.
   BUILD_FAILED, build p:1
   | codebuild:BatchGetBuilds
   |   a
   |   b

2. mvn: command not found.
   COMMAND_NOT_FOUND, build p:1 BUILD  ← first cause
   since: 60 s ago
   until: in 14 min
   way out: Install it.
     $ yum install maven
     {}

not seen, as you lack: logs:GetLogEvents on x
)");
}

TEST(ExplainTextTest, InKoreanAllOfItIsKorean) {
  const std::string told = explanation_text(Json::parse(kFailed), Language::kKorean, 160);
  EXPECT_NE(told.find("mvn: 명령을 찾을 수 없습니다."), std::string::npos);
  EXPECT_NE(told.find("해결: 설치하십시오."), std::string::npos);
  EXPECT_NE(told.find("시작: 60초 전"), std::string::npos);
}

TEST(ExplainTextTest, APathIsToldHopByHopAndWhereItEnds) {
  const Json told = Json::parse(
      R"({"kind":"packet","subject":"a b:1","outcome":"FAILED","summary":{"en":"s","ko":"s"},"causes":[],"unseen":[],
"path":[{"component":"eni-1","direction":"forward","passes":true,"sentence":{"en":"out","ko":"o"}},{"component":"eni-1","direction":"return","passes":true,"sentence":{"en":"in","ko":"i"}},{"component":"sg-1","passes":false,"code":"ENI_SG_RULES_MISMATCH","sentence":{"en":"no","ko":"n"}},{"component":"acl-1","passes":false,"code":"SUBNET_ACL_RESTRICTION","sentence":{"en":"no","ko":"n"}}]})");
  EXPECT_EQ(explanation_text(told, Language::kEnglish, 0),
            "packet a b:1: FAILED\ns\n\npath:\n  ✓ eni-1  out\n\nway back:\n  ✓ eni-1  in\n  ✗ sg-1  "
            "ENI_SG_RULES_MISMATCH  (ends here)\n  ✗ acl-1  SUBNET_ACL_RESTRICTION  (in the way behind it)\n");
}

TEST(ExplainTextTest, WhatTheKernelDidStandsBehindThePath) {
  const Json told = Json::parse(
      R"({"kind":"packet","subject":"a b:1","outcome":"WORKS","summary":{"en":"s","ko":"s"},"causes":[],"unseen":[],"path":[],
"kernel":{"agrees":true,"sentence":{"en":"The kernel agrees.","ko":"커널도 같습니다."},"evidence":[{"call":"nft trace, vpc-1","excerpt":"forth a: accept\nback b: accept"}]}})");
  EXPECT_EQ(
      explanation_text(told, Language::kEnglish, 0),
      "packet a b:1: WORKS\ns\n\nThe kernel agrees.\n   | nft trace, vpc-1\n   |   forth a: accept\n   |   back b: "
      "accept\n");
  EXPECT_NE(explanation_text(told, Language::kKorean, 0).find("커널도 같습니다."), std::string::npos);
}

TEST(ExplainTextTest, TheLocaleChoosesTheLanguage) {
  EXPECT_EQ(language_of("ko_KR.UTF-8"), Language::kKorean);
  EXPECT_EQ(language_of("C"), Language::kEnglish);
  EXPECT_EQ(language_of(""), Language::kEnglish);
}

}  // namespace
}  // namespace hanbat::cli
