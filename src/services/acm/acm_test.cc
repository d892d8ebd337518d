// Certificates as callers of ACM see them.
#include "services/acm/acm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/acm/client.h"
#include "region/testing.h"
#include "services/acm/fixtures.h"
#include "wire/testing.h"

namespace hanbat::acm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct AcmTest : testing::Test {
  AcmTest() {
    region.add<Acm>();
    region.start();
  }

  std::string import_leaf() {
    return *client.import_certificate({.certificate = kLeaf, .certificate_chain = kAuthority, .private_key = kLeafKey})
                .certificate_arn;
  }
  std::string refusal(const std::string& certificate, const std::string& key, std::optional<std::string> chain = {}) {
    return wire::refusal_of([&] {
      client.import_certificate({.certificate = certificate, .certificate_chain = chain, .private_key = key});
    });
  }
  std::vector<CertificateSummary> list(const std::string& key_type) {
    ListCertificatesInput in;
    in.includes.emplace().key_types = {{key_type}};
    return *client.list_certificates(in).certificate_summary_list;
  }

  region::TestRegion region;
  const Client client{region.home, region.user, region.region};
};

TEST_F(AcmTest, AnImportedCertificateTellsWhatStandsInIt) {
  const std::string arn = import_leaf();
  const CertificateDetail detail = *client.describe_certificate({.certificate_arn = arn}).certificate;
  EXPECT_EQ(detail.domain_name, "www.example.com");
  EXPECT_THAT(*detail.subject_alternative_names, ElementsAre("www.example.com", "*.example.com"));
  EXPECT_EQ(detail.subject, "CN=www.example.com");
  EXPECT_EQ(detail.issuer, "Test");
  EXPECT_EQ(detail.serial, "0a:1b:2c");
  EXPECT_EQ(detail.status, "ISSUED");
  EXPECT_EQ(detail.type, "IMPORTED");
  EXPECT_EQ(detail.key_algorithm, "EC-prime256v1");
  EXPECT_EQ(detail.signature_algorithm, "SHA256WITHECDSA");
  ASSERT_EQ(detail.key_usages->size(), 2u);
  EXPECT_EQ(detail.key_usages->at(0).name, "DIGITAL_SIGNATURE");
  ASSERT_EQ(detail.extended_key_usages->size(), 1u);
  EXPECT_EQ(detail.extended_key_usages->at(0).oid, "1.3.6.1.5.5.7.3.1");
  EXPECT_EQ(detail.not_after->ms / 1000, 2524608000);
  EXPECT_EQ(detail.imported_at->ms, region.clock.now().ms);
  EXPECT_TRUE(detail.in_use_by->empty());
  const auto got = client.get_certificate({.certificate_arn = arn});
  EXPECT_EQ(got.certificate, kLeaf);
  EXPECT_EQ(got.certificate_chain, kAuthority);
}

TEST_F(AcmTest, WhatIsNoCertificateWithItsKeyAndChainIsRefused) {
  EXPECT_EQ(refusal(kSelfSigned, kSelfSignedKey), "");
  EXPECT_EQ(refusal("x", kLeafKey), "ValidationException: The certificate is not PEM-encoded or is not valid.");
  EXPECT_EQ(refusal(std::string(kLeaf) + kAuthority, kLeafKey),
            "ValidationException: The certificate field contains more than one certificate. You can specify only one "
            "certificate in this field.");
  EXPECT_EQ(refusal(kSelfSigned, "x"), "ValidationException: The private key is not PEM-encoded or is not valid.");
  EXPECT_EQ(refusal(kSelfSigned, kLeafKey),
            "ValidationException: The private key does not match the public key of the certificate.");
  EXPECT_EQ(refusal(kLeaf, kLeafKey),
            "ValidationException: Provided certificate is not a valid self signed. Please provide either a valid "
            "self-signed certificate or certificate chain.");
  EXPECT_THAT(refusal(kLeaf, kLeafKey, kSelfSigned), HasSubstr("of the invalid certificate is: 0"));
  EXPECT_EQ(refusal(kExpired, kSelfSignedKey), "ValidationException: The certificate has expired.");
}

TEST_F(AcmTest, APrivateKeyLiesInTheDatabaseOnlySealed) {
  const std::string arn = import_leaf();
  region.db->read([&](store::Tx& tx) {
    const auto row = region::find<region::Certificate>(tx, arn);
    EXPECT_THAT(row->shape.to_json().dump() + row->own.dump(), Not(HasSubstr("PRIVATE KEY")));
    const auto pem = region::find_certificate_pem(tx, region.home.vault, arn);
    ASSERT_TRUE(pem);
    EXPECT_EQ(*pem, std::string(kLeaf) + kAuthority + kLeafKey);
  });
}

TEST_F(AcmTest, ACertificateThatIsImportedAnewKeepsItsArnAndTellsWhoShowsIt) {
  const std::string arn = import_leaf();
  std::vector<std::string> done;
  region.home.tasks.handle("test.changed", [&](store::TaskRun& run) { done.push_back(run.key()); });
  region.db->write([&](store::Tx& tx) {
    region::set_certificates_of(tx, {"123456789012", region.region}, "arn:aws:lb", {arn},
                                {.kind = "test.changed", .key = "lb"});
  });
  client.import_certificate({.certificate = kSelfSigned, .certificate_arn = arn, .private_key = kSelfSignedKey});
  region.run_until_idle();
  EXPECT_THAT(done, ElementsAre("lb"));
  EXPECT_EQ(client.describe_certificate({.certificate_arn = arn}).certificate->domain_name, "self.example.com");
  EXPECT_EQ(list("EC_prime256v1").size(), 1u);
  EXPECT_EQ(wire::code_of([&] {
              client.import_certificate({.certificate = kSelfSigned,
                                         .certificate_arn = arn,
                                         .private_key = kSelfSignedKey,
                                         .tags = {{{.key = "a"}}}});
            }),
            "ValidationException");
}

TEST_F(AcmTest, WhatIsShownIsNotDeleted) {
  const std::string arn = import_leaf();
  const auto shown_by = [&](const std::set<std::string>& certificates) {
    region.db->write([&](store::Tx& tx) {
      region::set_certificates_of(tx, {"123456789012", region.region}, "arn:aws:lb", certificates, {.kind = "x"});
    });
  };
  shown_by({arn});
  EXPECT_THAT(*client.describe_certificate({.certificate_arn = arn}).certificate->in_use_by, ElementsAre("arn:aws:lb"));
  EXPECT_EQ(wire::code_of([&] { client.delete_certificate({.certificate_arn = arn}); }), "ResourceInUseException");
  shown_by({});
  client.delete_certificate({.certificate_arn = arn});
  EXPECT_EQ(wire::code_of([&] { client.describe_certificate({.certificate_arn = arn}); }), "ResourceNotFoundException");
}

TEST_F(AcmTest, AListIsOfUsualKeysUnlessItIsToldWhich) {
  const std::string arn = import_leaf();
  EXPECT_TRUE(client.list_certificates({}).certificate_summary_list->empty());
  const auto found = list("EC_prime256v1");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].certificate_arn, arn);
  EXPECT_EQ(found[0].in_use, false);
  ListCertificatesInput in;
  in.includes.emplace().key_types = {{"EC_prime256v1"}};
  in.certificate_statuses = {{"EXPIRED"}};
  EXPECT_TRUE(client.list_certificates(in).certificate_summary_list->empty());
}

TEST_F(AcmTest, ATagThatIsGivenWithAnotherValueStays) {
  const std::string arn = import_leaf();
  client.add_tags_to_certificate({.certificate_arn = arn, .tags = {{.key = "a", .value = "1"}, {.key = "b"}}});
  client.remove_tags_from_certificate({.certificate_arn = arn, .tags = {{.key = "a", .value = "2"}, {.key = "b"}}});
  const auto tags = *client.list_tags_for_certificate({.certificate_arn = arn}).tags;
  ASSERT_EQ(tags.size(), 1u);
  EXPECT_EQ(tags[0].key, "a");
}

}  // namespace
}  // namespace hanbat::acm
