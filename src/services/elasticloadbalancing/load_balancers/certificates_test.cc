// HTTPS listeners: their certificates, which ACM keeps, and their security policies.
#include "services/elasticloadbalancing/load_balancers/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/elasticloadbalancing/client.h"
#include "region/certificates.h"
#include "region/testing.h"
#include "services/elasticloadbalancing/elasticloadbalancing.h"
#include "services/elasticloadbalancing/load_balancers/ssl_policies.h"
#include "services/elasticloadbalancing/workers/wanted.h"
#include "wire/testing.h"

namespace hanbat::elasticloadbalancing {
namespace {

using testing::ElementsAre;

/// A region with a balancer in its rows, and certificates as ACM would have taken them.
struct HttpsListeners : testing::Test {
  HttpsListeners() {
    region.add<ElasticLoadBalancing>();
    region.start();
    region.db->write([&](store::Tx& tx) {
      Resource<LoadBalancer> row;
      row.id = balancer;
      row.place = place;
      row.name = "web";
      row.shape.load_balancer_arn = balancer;
      row.shape.vpc_id = "vpc-1";
      row.shape.scheme = "internet-facing";
      row.shape.dns_name = "web-1.ap-northeast-2.elb.amazonaws.com";
      row.shape.state.emplace().code = "active";
      row.own["interfaces"] = Json::array();
      insert(tx, row);
      for (const std::string& arn : {first, second}) {
        Resource<region::Certificate> certificate;
        certificate.id = arn;
        certificate.place = place;
        certificate.shape = {"body",
                             "",
                             region::seal_certificate_key(region.home.vault, "key of " + arn, arn),
                             {arn == first ? "www.example.com" : "*.shop.example"}};
        region::insert(tx, certificate);
      }
    });
  }

  CreateListenerInput listener_of(const std::string& certificate) {
    CreateListenerInput in;
    in.load_balancer_arn = balancer;
    in.port = 443;
    in.protocol = "HTTPS";
    if (!certificate.empty()) in.certificates = {{{.certificate_arn = certificate}}};
    in.default_actions = {
        {.fixed_response_config = FixedResponseActionConfig{.status_code = "200"}, .type = "fixed-response"}};
    return in;
  }
  std::string make_listener() { return *client.create_listener(listener_of(first)).listeners->front().listener_arn; }
  std::string refusal(const CreateListenerInput& in) {
    return wire::refusal_of([&] { client.create_listener(in); });
  }
  std::vector<std::string> users_of(const std::string& certificate) {
    return region.db->read([&](store::Tx& tx) { return region::users_of_certificate(tx, certificate); });
  }
  host::BalancerListener wanted() {
    return region.db->read([&](store::Tx& tx) { return wanted_balancers(tx, region.home.vault); })
        .balancers.at(0)
        .listeners.at(0);
  }

  region::TestRegion region;
  const region::Place place{"123456789012", region.region};
  const Client client{region.home, region.user, region.region};
  const std::string balancer =
      "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:loadbalancer/app/web/aaaaaaaaaaaaaaaa";
  const std::string first = "arn:aws:acm:ap-northeast-2:123456789012:certificate/1";
  const std::string second = "arn:aws:acm:ap-northeast-2:123456789012:certificate/2";
};

TEST_F(HttpsListeners, AListenerHasACertificateAndAPolicy) {
  const auto made = client.create_listener(listener_of(first)).listeners->front();
  EXPECT_EQ(made.certificates->front().certificate_arn, first);
  EXPECT_EQ(made.ssl_policy, "ELBSecurityPolicy-2016-08");
  const auto out = wanted();
  EXPECT_EQ(out.protocol, host::BalancerProtocol::kHttps);
  EXPECT_EQ(out.host_port, 4543);
  EXPECT_THAT(out.certificates, ElementsAre("body\nkey of " + first + "\n"));
  EXPECT_THAT(out.tls_names, ElementsAre("www.example.com"));
  EXPECT_EQ(out.tls_least, host::TlsVersion::kTls10);
  EXPECT_EQ(out.tls_most, host::TlsVersion::kTls12);
  EXPECT_EQ(out.tls_ciphers.front(), "ECDHE-ECDSA-AES128-GCM-SHA256");
}

TEST_F(HttpsListeners, WhatHttpsNeedsAndHttpHasNotIsRefused) {
  EXPECT_EQ(refusal(listener_of("")), "ValidationError: A certificate must be specified for HTTPS listeners");
  EXPECT_EQ(refusal(listener_of(second + "9")), "CertificateNotFound: Certificate '" + second + "9' not found");
  auto in = listener_of(first);
  in.ssl_policy = "no-such";
  EXPECT_EQ(refusal(in), "SSLPolicyNotFound: SSL policy 'no-such' not found");
  in.ssl_policy = "ELBSecurityPolicy-TLS13-1-2-PQ-2025-09";
  EXPECT_EQ(wire::code_of([&] { client.create_listener(in); }), "NotImplemented");
  in = listener_of(first);
  in.certificates->push_back({.certificate_arn = second});
  EXPECT_EQ(wire::code_of([&] { client.create_listener(in); }), "TooManyCertificates");
  in = listener_of(first);
  in.protocol = "HTTP";
  EXPECT_EQ(refusal(in), "ValidationError: A certificate cannot be specified for HTTP listeners");
  in = listener_of(first);
  in.default_actions = {
      {.redirect_config = RedirectActionConfig{.protocol = "HTTP", .status_code = "HTTP_301"}, .type = "redirect"}};
  EXPECT_EQ(wire::code_of([&] { client.create_listener(in); }), "InvalidLoadBalancerAction");
}

TEST_F(HttpsListeners, FurtherCertificatesComeAndGoAndTheDefaultOneStays) {
  const std::string listener = make_listener();
  client.add_listener_certificates({.certificates = {{.certificate_arn = second}}, .listener_arn = listener});
  const auto listed = *client.describe_listener_certificates({.listener_arn = listener}).certificates;
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0].certificate_arn, first);
  EXPECT_EQ(listed[0].is_default, true);
  EXPECT_EQ(listed[1].certificate_arn, second);
  EXPECT_THAT(wanted().tls_names, ElementsAre("www.example.com", "*.shop.example"));
  EXPECT_EQ(
      wire::code_of([&] {
        client.remove_listener_certificates({.certificates = {{.certificate_arn = first}}, .listener_arn = listener});
      }),
      "OperationNotPermitted");
  client.remove_listener_certificates({.certificates = {{.certificate_arn = second}}, .listener_arn = listener});
  EXPECT_EQ(client.describe_listener_certificates({.listener_arn = listener}).certificates->size(), 1u);
}

TEST_F(HttpsListeners, ACertificateIsInUseForAsLongAsAListenerShowsIt) {
  const std::string listener = make_listener();
  EXPECT_THAT(users_of(first), ElementsAre(balancer));
  ModifyListenerInput in;
  in.listener_arn = listener;
  in.certificates = {{{.certificate_arn = second}}};
  client.modify_listener(in);
  EXPECT_THAT(users_of(first), ElementsAre());
  EXPECT_THAT(users_of(second), ElementsAre(balancer));
  client.delete_listener({.listener_arn = listener});
  EXPECT_THAT(users_of(second), ElementsAre());
}

TEST_F(HttpsListeners, AListenerThatBecomesPlainShowsNothing) {
  const std::string listener = make_listener();
  ModifyListenerInput in;
  in.listener_arn = listener;
  in.protocol = "HTTP";
  const auto changed = client.modify_listener(in).listeners->front();
  EXPECT_FALSE(changed.certificates);
  EXPECT_FALSE(changed.ssl_policy);
  EXPECT_THAT(users_of(first), ElementsAre());
  EXPECT_TRUE(wanted().certificates.empty());
}

TEST_F(HttpsListeners, PoliciesAreListedWithTheirCiphersInOrder) {
  DescribeSSLPoliciesInput in;
  in.names = {{"ELBSecurityPolicy-TLS13-1-2-Res-2021-06"}};
  const auto policies = *client.describe_ssl_policies(in).ssl_policies;
  ASSERT_EQ(policies.size(), 1u);
  EXPECT_THAT(*policies[0].ssl_protocols, ElementsAre("TLSv1.3", "TLSv1.2"));
  ASSERT_EQ(policies[0].ciphers->size(), 7u);
  EXPECT_EQ(policies[0].ciphers->at(3).name, "ECDHE-ECDSA-AES128-GCM-SHA256");
  EXPECT_EQ(policies[0].ciphers->at(6).priority, 7);
  in.names = {{"x"}};
  EXPECT_EQ(wire::code_of([&] { client.describe_ssl_policies(in); }), "SSLPolicyNotFound");
}

}  // namespace
}  // namespace hanbat::elasticloadbalancing
