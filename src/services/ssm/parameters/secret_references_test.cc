// Secrets of Secrets Manager read as parameters.
#include <gtest/gtest.h>

#include "gen/secretsmanager/client.h"
#include "gen/ssm/client.h"
#include "region/fake_service.h"
#include "region/testing.h"
#include "services/ssm/ssm.h"
#include "wire/testing.h"

namespace hanbat::ssm {
namespace {

using secretsmanager::GetSecretValueInput;
using secretsmanager::GetSecretValueOutput;

constexpr const char* kId = "0a1b2c3d-0000-4000-8000-000000000001";

struct SecretReferencesTest : testing::Test {
  SecretReferencesTest() {
    region.add<Ssm>();
    region.add<region::FakeService>("secretsmanager")
        .on<GetSecretValueInput, GetSecretValueOutput>(
            "GetSecretValue", [this](region::Request& rq, const GetSecretValueInput& in) {
              caller = rq.caller.arn;
              asked = in.secret_id + " " + in.version_stage.value_or("-") + " " + in.version_id.value_or("-");
              if (in.secret_id == "missing") throw secretsmanager::ResourceNotFoundException("not there");
              if (in.secret_id == "denied") throw wire::Error("AccessDeniedException", 400, "no");
              GetSecretValueOutput out;
              out.arn = "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:" + in.secret_id + "-abcdef";
              out.name = in.secret_id;
              out.version_id = kId;
              out.secret_string = "value";
              out.version_stages = {{"AWSCURRENT"}};
              out.created_date = Timestamp{1'634'206'727'000};
              return out;
            });
    region.start();
  }
  Parameter get(const std::string& name, bool decrypt = true) {
    return *client.get_parameter({.name = "/aws/reference/secretsmanager/" + name, .with_decryption = decrypt})
                .parameter;
  }

  region::TestRegion region;
  const Client client{region.home, region.user, region.region};
  std::string asked, caller;
};

TEST_F(SecretReferencesTest, ASecretIsAParameterThatItsReaderMayRead) {
  const Parameter found = get("app/db");
  EXPECT_EQ(found.name, "/aws/reference/secretsmanager/app/db");
  EXPECT_EQ(found.arn, "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:app/db-abcdef");
  EXPECT_EQ(found.type, "SecureString");
  EXPECT_EQ(found.value, "value");
  EXPECT_EQ(found.version, 0);
  const Json source = Json::parse(*found.source_result);
  EXPECT_EQ(source.text("secretString"), "value");
  EXPECT_EQ(source.text("createdDate"), "Oct 14, 2021, 10:18:47 AM");
  EXPECT_EQ(asked, "app/db - -");
  EXPECT_EQ(caller, region.user.arn);
  EXPECT_EQ(region.authorizer.asked.at(0).resource,
            "arn:aws:ssm:ap-northeast-2:123456789012:parameter/aws/reference/secretsmanager/app/db");
}

TEST_F(SecretReferencesTest, LabelsAndVersionsPickAnother) {
  EXPECT_EQ(get("a:AWSPREVIOUS").selector, ":AWSPREVIOUS");
  EXPECT_EQ(asked, "a AWSPREVIOUS -");
  get(std::string("a:") + kId);
  EXPECT_EQ(asked, std::string("a - ") + kId);
}

TEST_F(SecretReferencesTest, WhatIsSealedMissingOrDeniedIsRefused) {
  EXPECT_EQ(wire::refusal_of([&] { get("a", false); }),
            "ValidationException: WithDecryption flag must be True for retrieving a Secret Manager secret.");
  EXPECT_EQ(wire::refusal_of([&] { get("missing"); }),
            "ParameterNotFound: An error occurred (ParameterNotFound) when referencing Secrets Manager: Secret "
            "/aws/reference/secretsmanager/missing not found.");
  EXPECT_EQ(wire::code_of([&] { get("denied"); }), "AccessDeniedException");
  const auto out = client.get_parameters(
      {.names = {"/aws/reference/secretsmanager/missing", "/aws/reference/secretsmanager/a"}, .with_decryption = true});
  EXPECT_EQ(out.parameters->size(), 1u);
  EXPECT_EQ(out.invalid_parameters->at(0), "/aws/reference/secretsmanager/missing");
}

}  // namespace
}  // namespace hanbat::ssm
