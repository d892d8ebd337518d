// What users prove themselves with beside access keys: SSH public keys and console passwords; and the providers of
// other people's proofs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "gen/iam/client.h"
#include "os/files.h"
#include "region/known_credentials.h"
#include "region/testing.h"
#include "services/iam/iam.h"
#include "wire/testing.h"

namespace hanbat::iam {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;
using wire::code_of;
using wire::message_of;

// ssh-keygen -t rsa -b 2048; the same by ssh-keygen -e -m PKCS8; one of 1024 bits; one that is no RSA key.
const std::string kLine =
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDON52+jzox+gU2HhCkarGUblipbxv9rdLbdVdfXegFmoRcvyVDGGN/ufk3"
    "xM+AwZfwKqA5sVkkWDGiBXh6R24K6el+M0jOHsuqK2lkTGLhq+xBHy/9qFIKrpni+LT+WINgwAv8y6RYIO6KDFvhIc6LFLwm"
    "3X6nnffGK2GH07fTD+Xn7nIpwFdJX19iagT2kF/sm5+8EeSUpDutR8gUF1zDeWzRUbZuxfiLRMWzrZvoItJLuxeQ2NfMPvbE"
    "MhHp7xbT7voZZmpeKfiYJfRopbfHSOPG7pUNlJk5smgfcvZ/UmrAanJ+daZRwqju7VTgcOuTItL14KGAGlY+T3Cbjv0T som"
    "eone@somewhere";
const std::string kPem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAzjedvo86MfoFNh4QpGqx\n"
    "lG5YqW8b/a3S23VXX13oBZqEXL8lQxhjf7n5N8TPgMGX8CqgObFZJFgxogV4ekdu\n"
    "CunpfjNIzh7LqitpZExi4avsQR8v/ahSCq6Z4vi0/liDYMAL/MukWCDuigxb4SHO\n"
    "ixS8Jt1+p533xithh9O30w/l5+5yKcBXSV9fYmoE9pBf7JufvBHklKQ7rUfIFBdc\n"
    "w3ls0VG2bsX4i0TFs62b6CLSS7sXkNjXzD72xDIR6e8W0+76GWZqXin4mCX0aKW3\n"
    "x0jjxu6VDZSZObJoH3L2f1JqwGpyfnWmUcKo7u1U4HDrkyLS9eChgBpWPk9wm479\n"
    "EwIDAQAB\n"
    "-----END PUBLIC KEY-----";
const std::string kShort =
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDbwZrE//WVOZ/PeeemDYgiKqLzqfdsNB6N0gS3wn+zjEjxyefF9+UBNNPq"
    "IXOwYZgJISwpLktcG/Yt6mHxCMy8ylLm0cI6d3/t8NA7tRbfA6CDQMIOj54R+6JCDOhB/ksLoWHay9WRgZYNy/1ORvc8ycYk"
    "++ontqgaee4VIjUzFQ== x";
const std::string kEd25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDpqGxeH51iItMgQSOT3aMdCWjQ0pdWb45iCurADy/b2 x";
constexpr const char* kFingerprint = "cf:0e:3a:27:5b:f0:ea:ed:3e:6f:8d:38:a6:00:42:72";  // ssh-keygen -l -E md5

class CredentialsTest : public ::testing::Test {
 protected:
  CredentialsTest()
      : iam(test.add<Iam>(*access, [this](const std::string& host) {
          asked.push_back(host);
          if (shown.empty()) throw std::runtime_error("nobody there");
          return shown;
        })) {
    test.start();
    const Json file = Json::parse(read_file(test.folder + "/admin-credentials.json"));
    admin = test.db->read(
        [&](store::Tx& tx) { return test.home.identity().find_credential(tx, file.text("AccessKeyId"))->caller; });
    client().create_user({.user_name = "kim"});
  }

  Client client() { return Client(test.home, admin, test.region); }
  SSHPublicKey upload(const std::string& body) {
    return client().upload_ssh_public_key({.ssh_public_key_body = body, .user_name = "kim"}).ssh_public_key.value();
  }
  std::string code_of_upload(const std::string& body) {
    return code_of([&] { upload(body); });
  }
  SSHPublicKey get(const std::string& id, const std::string& encoding) {
    return client()
        .get_ssh_public_key({.encoding = encoding, .ssh_public_key_id = id, .user_name = "kim"})
        .ssh_public_key.value();
  }
  std::optional<region::SshKey> find(const std::string& id) {
    return test.db->read([&](store::Tx& tx) { return access->identity.find_ssh_key(tx, id); });
  }
  void create_login(const std::string& password) {
    client().create_login_profile({.password = password, .user_name = "kim"});
  }
  std::string fault_of(const std::string& password) {
    const std::string code = code_of([&] { create_login(password); });
    if (code.empty()) client().delete_login_profile({.user_name = "kim"});
    return code;
  }
  std::string make_provider(const std::string& url = "https://server.example.com/id/AB") {
    return client()
        .create_open_id_connect_provider({.client_id_list = std::vector<std::string>{"app"},
                                          .thumbprint_list = std::vector{std::string(40, 'A')},
                                          .url = url})
        .open_id_connect_provider_arn.value();
  }

  std::vector<std::string> shown, asked;  // certificates of every host; whose were looked at
  Access* access = nullptr;
  region::TestRegion test{[this](region::TestRegion& made, region::Parts& parts) {
    access = &made.keep<Access>(made.clock, made.vault, made.memberships, made.region);
    parts.identity = &access->identity;
    parts.authorizer = &access->authorizer;
  }};
  Iam& iam;
  region::Caller admin;
};

TEST_F(CredentialsTest, AnSshKeyIsToldInBothEncodingsWithTheFingerprintThatSshKeygenTells) {
  const SSHPublicKey key = upload(kLine + "\n");
  EXPECT_THAT(key.ssh_public_key_id, StartsWith("APKA"));
  EXPECT_EQ(key.ssh_public_key_id.size(), 20u);
  EXPECT_EQ(key.fingerprint, kFingerprint);
  EXPECT_EQ(key.status, "Active");
  EXPECT_EQ(get(key.ssh_public_key_id, "SSH").ssh_public_key_body, kLine);
  EXPECT_EQ(get(key.ssh_public_key_id, "PEM").ssh_public_key_body, kPem);
}

TEST_F(CredentialsTest, APemKeyIsToldAsALine) {
  const SSHPublicKey key = upload(kPem);
  EXPECT_EQ(key.fingerprint, kFingerprint);
  EXPECT_EQ(get(key.ssh_public_key_id, "SSH").ssh_public_key_body, kLine.substr(0, kLine.rfind(' ')));
}

TEST_F(CredentialsTest, WhatIsNoKeyForCodeCommitIsRefused) {
  EXPECT_EQ(code_of_upload(kShort), "InvalidPublicKey");
  EXPECT_EQ(code_of_upload(kEd25519), "InvalidPublicKey");
  EXPECT_EQ(code_of_upload("ssh-rsa AAAAnonsense"), "InvalidPublicKey");
  EXPECT_EQ(code_of_upload("nonsense"), "UnrecognizedPublicKeyEncoding");
  upload(kLine);
  EXPECT_EQ(code_of_upload(kPem), "DuplicateSSHPublicKey");
}

TEST_F(CredentialsTest, AnInactiveOrDeletedSshKeyOpensNothing) {
  const std::string id = upload(kLine).ssh_public_key_id;
  EXPECT_EQ(find(id)->caller.arn, "arn:aws:iam::123456789012:user/kim");
  client().update_ssh_public_key({.ssh_public_key_id = id, .status = "Inactive", .user_name = "kim"});
  EXPECT_FALSE(find(id));
  client().update_ssh_public_key({.ssh_public_key_id = id, .status = "Active", .user_name = "kim"});
  EXPECT_EQ(code_of([&] { client().delete_user({.user_name = "kim"}); }), "DeleteConflict");
  client().delete_ssh_public_key({.ssh_public_key_id = id, .user_name = "kim"});
  EXPECT_FALSE(find(id));
  EXPECT_EQ(code_of([&] { get(id, "SSH"); }), "NoSuchEntity");
  client().delete_user({.user_name = "kim"});
}

TEST_F(CredentialsTest, AnotherUsersSshKeyIsNotFound) {
  const std::string id = upload(kLine).ssh_public_key_id;
  client().create_user({.user_name = "lee"});
  EXPECT_EQ(code_of([&] { client().delete_ssh_public_key({.ssh_public_key_id = id, .user_name = "lee"}); }),
            "NoSuchEntity");
}

TEST_F(CredentialsTest, WithoutAPolicyAPasswordIsAsAwsAsks) {
  EXPECT_EQ(fault_of("short1!"), "PasswordPolicyViolation");
  EXPECT_EQ(fault_of("onlylowercase"), "PasswordPolicyViolation");
  EXPECT_EQ(fault_of("Passw0rd"), "");
}

TEST_F(CredentialsTest, TheAccountsPolicyDecidesAboutPasswords) {
  EXPECT_EQ(message_of([&] { client().get_account_password_policy({}); }),
            "The Password Policy with domain name 123456789012 cannot be found.");
  client().update_account_password_policy(
      {.max_password_age = 90, .minimum_password_length = 10, .require_numbers = true, .require_symbols = true});
  const PasswordPolicy policy = client().get_account_password_policy({}).password_policy;
  EXPECT_EQ(policy.minimum_password_length, 10);
  EXPECT_EQ(policy.expire_passwords, true);
  EXPECT_EQ(policy.require_uppercase_characters, false);
  EXPECT_EQ(policy.hard_expiry, std::nullopt);
  EXPECT_EQ(message_of([&] { create_login("ninelett1"); }), "Password should have a minimum length of 10");
  EXPECT_EQ(message_of([&] { create_login("tenletters"); }), "Password should have at least one number");
  EXPECT_EQ(message_of([&] { create_login("tenletter1"); }), "Password should have at least one symbol");
  EXPECT_EQ(fault_of("tenletter1!"), "");
  client().delete_account_password_policy({});
  EXPECT_EQ(code_of([&] { client().delete_account_password_policy({}); }), "NoSuchEntity");
}

TEST_F(CredentialsTest, ALoginProfileIsKeptWithoutItsPassword) {
  EXPECT_EQ(message_of([&] { client().get_login_profile({.user_name = "kim"}); }),
            "Login Profile for User kim cannot be found.");
  client().create_login_profile({.password = "Secret-12345", .password_reset_required = true, .user_name = "kim"});
  EXPECT_EQ(code_of([&] { create_login("Secret-12345"); }), "EntityAlreadyExists");
  EXPECT_EQ(client().get_login_profile({.user_name = "kim"}).login_profile.password_reset_required, true);
  client().update_login_profile({.password_reset_required = false, .user_name = "kim"});
  EXPECT_EQ(client().get_login_profile({.user_name = "kim"}).login_profile.password_reset_required, false);
  EXPECT_EQ(code_of([&] { client().update_login_profile({.password = "short", .user_name = "kim"}); }),
            "PasswordPolicyViolation");
  test.db->read([](store::Tx& tx) {
    for (const auto& row : tx.query("SELECT body FROM resources"))
      EXPECT_EQ(row.text(0).find("Secret-12345"), std::string::npos);
  });
  EXPECT_EQ(message_of([&] { client().delete_user({.user_name = "kim"}); }),
            "Cannot delete entity, must delete login profile first.");
  client().delete_login_profile({.user_name = "kim"});
  EXPECT_EQ(code_of([&] { client().delete_login_profile({.user_name = "kim"}); }), "NoSuchEntity");
}

TEST_F(CredentialsTest, AProviderIsKeptUnderTheNameOfItsUrl) {
  const std::string arn = make_provider();
  EXPECT_EQ(arn, "arn:aws:iam::123456789012:oidc-provider/server.example.com/id/AB");
  client().add_client_id_to_open_id_connect_provider({.client_id = "b", .open_id_connect_provider_arn = arn});
  client().add_client_id_to_open_id_connect_provider({.client_id = "b", .open_id_connect_provider_arn = arn});
  client().remove_client_id_from_open_id_connect_provider({.client_id = "app", .open_id_connect_provider_arn = arn});
  client().update_open_id_connect_provider_thumbprint(
      {.open_id_connect_provider_arn = arn, .thumbprint_list = {std::string(40, 'b')}});
  const auto got = client().get_open_id_connect_provider({.open_id_connect_provider_arn = arn});
  EXPECT_EQ(got.url, "server.example.com/id/AB");
  EXPECT_THAT(*got.client_id_list, ElementsAre("b"));
  EXPECT_THAT(*got.thumbprint_list, ElementsAre(std::string(40, 'b')));
  EXPECT_EQ(client().get_account_summary({}).summary_map->at("Providers"), 1);
  EXPECT_EQ(client().list_open_id_connect_providers({}).open_id_connect_provider_list->size(), 1u);
  EXPECT_EQ(message_of([&] { make_provider(); }), "Provider with url https://server.example.com/id/AB already exists.");
  client().delete_open_id_connect_provider({.open_id_connect_provider_arn = arn});
  client().delete_open_id_connect_provider({.open_id_connect_provider_arn = arn});
  EXPECT_EQ(code_of([&] { client().get_open_id_connect_provider({.open_id_connect_provider_arn = arn}); }),
            "NoSuchEntity");
}

TEST_F(CredentialsTest, AProviderWithoutAThumbprintHasThatOfWhatItsHostShows) {
  shown = {"its own certificate", "who signed it"};
  const auto made = client().create_open_id_connect_provider({.url = "https://server.example.com/id/AB"});
  EXPECT_THAT(asked, ElementsAre("server.example.com"));
  const auto got = client().get_open_id_connect_provider(
      {.open_id_connect_provider_arn = made.open_id_connect_provider_arn.value()});
  EXPECT_THAT(*got.thumbprint_list, ElementsAre("c05cfb1a5b9ddd8727648b6889d8a95f3de9da9c"));
  EXPECT_THAT(*got.client_id_list, testing::IsEmpty());

  shown.clear();
  EXPECT_EQ(code_of([&] { client().create_open_id_connect_provider({.url = "https://nobody.example.com"}); }),
            "OpenIdIdpCommunicationError");
  EXPECT_EQ(client().list_open_id_connect_providers({}).open_id_connect_provider_list->size(), 1u);
}

TEST_F(CredentialsTest, AProvidersUrlIsPlainHttps) {
  for (const char* url :
       {"http://a.example.com", "https://", "https://a.example.com:8443", "https://a.example.com?x=1"})
    EXPECT_EQ(code_of([&] { make_provider(url); }), "ValidationError") << url;
}

TEST_F(CredentialsTest, ARoleMayTrustAProvider) {
  const std::string arn = make_provider("https://token.actions.githubusercontent.com");
  const std::string trust =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":")" + arn +
      R"("},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"}}}]})";
  EXPECT_EQ(code_of([&] { client().create_role({.assume_role_policy_document = trust, .role_name = "ci"}); }), "");
}

TEST_F(CredentialsTest, NobodyHasAnMfaDeviceOrASigningCertificate) {
  EXPECT_TRUE(client().list_mfa_devices({.user_name = "kim"}).mfa_devices.empty());
  EXPECT_TRUE(client().list_virtual_mfa_devices({}).virtual_mfa_devices.empty());
  EXPECT_TRUE(client().list_signing_certificates({.user_name = "kim"}).certificates.empty());
  EXPECT_EQ(code_of([&] { client().list_mfa_devices({.user_name = "nobody"}); }), "NoSuchEntity");
}

TEST_F(CredentialsTest, WhatAnAccessKeyOpensIsKnownAnewWithTheAnswerToWhateverChangesIt) {
  region::KnownCredentials known(&access->identity);
  const AccessKey key = client().create_access_key({.user_name = "kim"}).access_key;
  const auto arn = [&] { return known.find(test.home, key.access_key_id)->caller.arn; };
  const auto active = [&] { return known.find(test.home, key.access_key_id)->active; };
  EXPECT_EQ(known.find(test.home, key.access_key_id)->secret_access_key, key.secret_access_key);
  EXPECT_EQ(known.find(test.home, key.access_key_id), known.find(test.home, key.access_key_id));
  EXPECT_TRUE(active());

  const auto set_status = [&](const char* status) {
    client().update_access_key({.access_key_id = key.access_key_id, .status = status, .user_name = "kim"});
  };
  set_status("Inactive");
  EXPECT_FALSE(active());
  set_status("Active");
  EXPECT_TRUE(active());
  client().update_user({.new_path = "/there/", .user_name = "kim"});
  EXPECT_THAT(arn(), ::testing::EndsWith(":user/there/kim"));
  client().update_user({.new_user_name = "lee", .user_name = "kim"});
  EXPECT_THAT(arn(), ::testing::EndsWith(":user/there/lee"));
  client().delete_access_key({.access_key_id = key.access_key_id, .user_name = "lee"});
  EXPECT_EQ(known.find(test.home, key.access_key_id), nullptr);
}

TEST_F(CredentialsTest, WhatWasReadBeforeAChangeIsNotKeptAfterIt) {
  region::KnownCredentials known(&access->identity);
  const AccessKey key = client().create_access_key({.user_name = "kim"}).access_key;
  // A change that is taken back changes nothing, and counts for nothing.
  const auto before = known.find(test.home, key.access_key_id);
  EXPECT_THROW(test.db->write([&](store::Tx& tx) {
    rows::set_access_key_status(tx, key.access_key_id, KeyStatus::kInactive);
    throw std::runtime_error("taken back");
  }),
               std::runtime_error);
  EXPECT_EQ(known.find(test.home, key.access_key_id), before);
  // Before it is committed and answered, the key is what it was; from then on it is not.
  test.db->write([&](store::Tx& tx) { rows::set_access_key_status(tx, key.access_key_id, KeyStatus::kInactive); });
  EXPECT_FALSE(known.find(test.home, key.access_key_id)->active);
  EXPECT_TRUE(before->active);
}

TEST_F(CredentialsTest, AUserOfGitIsNotDeletedAndAnUnknownCredentialIsNamed) {
  const auto made =
      client().create_service_specific_credential({.service_name = "codecommit.amazonaws.com", .user_name = "kim"});
  EXPECT_EQ(message_of([&] { client().delete_user({.user_name = "kim"}); }),
            "Cannot delete entity, must remove referenced objects first.");
  EXPECT_EQ(message_of([&] {
              client().reset_service_specific_credential(
                  {.service_specific_credential_id = "ACCA0000000000000000", .user_name = "kim"});
            }),
            "No such credential ACCA0000000000000000 exists");
  EXPECT_EQ(code_of([&] {
              client().list_service_specific_credentials({.service_name = "s3.amazonaws.com", .user_name = "kim"});
            }),
            "NotSupportedService");
  client().delete_service_specific_credential(
      {.service_specific_credential_id = made.service_specific_credential->service_specific_credential_id,
       .user_name = "kim"});
  client().delete_user({.user_name = "kim"});
}

TEST_F(CredentialsTest, NoKeyIsMadeToExpire) {
  const std::string id = client().create_access_key({.user_name = "kim"}).access_key.access_key_id;
  EXPECT_EQ(
      code_of([&] { client().update_access_key({.access_key_id = id, .status = "Expired", .user_name = "kim"}); }),
      "InvalidInput");
}

}  // namespace
}  // namespace hanbat::iam
