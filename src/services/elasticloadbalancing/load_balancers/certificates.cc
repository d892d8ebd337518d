// What a client sees of TLS: a listener's default certificate, those that it has beside it, and the security policies.
#include "services/elasticloadbalancing/load_balancers/certificates.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "host/balancers/spec.h"
#include "region/certificates.h"
#include "services/elasticloadbalancing/elasticloadbalancing.h"
#include "services/elasticloadbalancing/load_balancers/ssl_policies.h"
#include "services/elasticloadbalancing/pages.h"
#include "services/elasticloadbalancing/workers/tasks.h"

namespace hanbat::elasticloadbalancing {
namespace {

constexpr std::size_t kMostCertificates = 25;  // of a load balancer, beside the default ones

void require_certificate_form(const std::string& arn) {
  const auto parsed = parse_arn(arn);
  if (!parsed || (parsed->service != "acm" && parsed->service != "iam"))
    throw validation_error(fmt::format("Certificate ARN '{}' is not valid", arn));
}

/// The ARN of a certificate of the caller's in this region. Throws CertificateNotFoundException.
std::string require_certificate_arn(Request& rq, const Certificate& certificate) {
  if (certificate.is_default) throw validation_error("IsDefault cannot be specified for a certificate");
  const std::string arn = certificate.certificate_arn.value_or("");
  if (arn.empty()) throw validation_error("A certificate ARN must be specified");
  require_certificate_form(arn);
  if (!find<region::Certificate>(rq.tx, place_of(rq), arn))
    throw CertificateNotFoundException(fmt::format("Certificate '{}' not found", arn));
  return arn;
}

std::vector<std::string> further_certificates(const Resource<Listener>& row) {
  std::vector<std::string> arns;
  if (const Json* list = row.own.find("certificates"))
    for (const Json& arn : list->items()) arns.push_back(arn.as_string());
  return arns;
}

void set_further_certificates(Resource<Listener>& row, const std::vector<std::string>& arns) {
  Json& list = row.own["certificates"] = Json::array();
  for (const std::string& arn : arns) list.push_back(arn);
}

bool is_https(const Listener& listener) {
  return require_word<host::BalancerProtocol>(listener.protocol.value_or("HTTP")) == host::BalancerProtocol::kHttps;
}

Resource<Listener> require_https_listener(Request& rq, const std::string& arn) {
  auto row = require<Listener>(rq, arn);
  if (!is_https(row.shape)) throw UnsupportedProtocolException("Certificates are for HTTPS listeners only");
  return row;
}

/// Nobody's certificate is asked for.
constexpr const char* kNoMutual = "off";

void take_plain(Resource<Listener>& row, const TlsChange& change) {
  if (change.certificates && !change.certificates->empty())
    throw validation_error("A certificate cannot be specified for HTTP listeners");
  if (change.ssl_policy) throw validation_error("An SSL policy cannot be specified for HTTP listeners");
  row.shape.certificates.reset();
  row.shape.ssl_policy.reset();
  row.shape.mutual_authentication.reset();
  set_further_certificates(row, {});
}

}  // namespace

void check_mutual_authentication(const Request& rq, const std::optional<MutualAuthenticationAttributes>& asked) {
  if (!asked) return;
  if (asked->mode.value_or(kNoMutual) != kNoMutual)
    throw wire::Error::not_implemented(rq.operation.name, "MutualAuthentication.Mode=" + *asked->mode);
  if (asked->ignore_client_certificate_expiry.value_or(false))
    throw validation_error("IgnoreClientCertificateExpiry can be set in mode verify only");
}

void take_tls(Request& rq, Resource<Listener>& row, const TlsChange& change) {
  if (change.protocol) row.shape.protocol = change.protocol;
  if (!is_https(row.shape)) return take_plain(row, change);

  if (change.certificates && change.certificates->size() > 1)
    throw TooManyCertificatesException("Up to '1' certificate can be specified, but more were specified");
  if (change.certificates && !change.certificates->empty()) {
    Certificate shown;
    shown.certificate_arn = require_certificate_arn(rq, change.certificates->front());
    row.shape.certificates = {{shown}};
    auto further = further_certificates(row);
    std::erase(further, *shown.certificate_arn);
    set_further_certificates(row, further);
  }
  if (!row.shape.certificates) throw validation_error("A certificate must be specified for HTTPS listeners");
  if (change.ssl_policy || !row.shape.ssl_policy)
    row.shape.ssl_policy =
        require_ssl_policy(change.ssl_policy.value_or(std::string(kDefaultSslPolicy)), rq.operation.name).name;
  row.shape.mutual_authentication.emplace().mode = kNoMutual;
}

std::vector<std::string> certificates_of(const Resource<Listener>& row) {
  std::vector<std::string> arns;
  if (row.shape.certificates)
    for (const Certificate& one : *row.shape.certificates) arns.push_back(one.certificate_arn.value_or(""));
  for (std::string& arn : further_certificates(row)) arns.push_back(std::move(arn));
  return arns;
}

void note_certificates(store::Tx& tx, const region::Place& place, const std::string& balancer_arn) {
  std::set<std::string> all;
  for (const auto& listener : list_of<Listener>(tx, balancer_arn))
    for (std::string& arn : certificates_of(listener)) all.insert(std::move(arn));
  region::set_certificates_of(
      tx, place, balancer_arn, all,
      {.kind = std::string(ApplyBalancers::kKind), .key = std::string(ApplyBalancers::kKey), .body = Json::object()});
}

AddListenerCertificatesOutput ElasticLoadBalancing::add_listener_certificates(Request& rq,
                                                                              const AddListenerCertificatesInput& in) {
  authorize(rq, "elasticloadbalancing:AddListenerCertificates", in.listener_arn);

  auto row = require_https_listener(rq, in.listener_arn);
  if (in.certificates.empty()) throw validation_error("A certificate must be specified");
  auto further = further_certificates(row);
  const auto shown = certificates_of(row);
  AddListenerCertificatesOutput out;
  out.certificates.emplace();
  for (const Certificate& one : in.certificates) {
    const std::string arn = require_certificate_arn(rq, one);
    if (std::find(shown.begin(), shown.end(), arn) == shown.end() &&
        std::find(further.begin(), further.end(), arn) == further.end())
      further.push_back(arn);
    out.certificates->push_back({.certificate_arn = arn, .is_default = false});
  }
  std::size_t others = further.size();
  for (const auto& other : list_of<Listener>(rq.tx, row.parent))
    if (other.id != row.id) others += further_certificates(other).size();
  if (others > kMostCertificates)
    throw TooManyCertificatesException("You've reached the limit on the number of certificates per load balancer");
  set_further_certificates(row, further);

  update(rq.tx, row);
  note_certificates(rq.tx, row.place, row.parent);
  touch(rq);
  return out;
}

RemoveListenerCertificatesOutput ElasticLoadBalancing::remove_listener_certificates(
    Request& rq, const RemoveListenerCertificatesInput& in) {
  authorize(rq, "elasticloadbalancing:RemoveListenerCertificates", in.listener_arn);

  auto row = require_https_listener(rq, in.listener_arn);
  auto further = further_certificates(row);
  for (const Certificate& one : in.certificates) {
    require_certificate_form(one.certificate_arn.value_or(""));
    if (one.certificate_arn == row.shape.certificates->front().certificate_arn)
      throw OperationNotPermittedException(
          fmt::format("Default certificate '{}' cannot be removed from a listener", *one.certificate_arn));
    std::erase(further, one.certificate_arn.value_or(""));
  }
  set_further_certificates(row, further);

  update(rq.tx, row);
  note_certificates(rq.tx, row.place, row.parent);
  touch(rq);
  return {};
}

DescribeListenerCertificatesOutput ElasticLoadBalancing::describe_listener_certificates(
    Request& rq, const DescribeListenerCertificatesInput& in) {
  rq.authorize("elasticloadbalancing:DescribeListenerCertificates", "*");

  const region::Pager pager(rq, in, kPageSizes);
  Placed<Certificate> found;
  for (const std::string& arn : certificates_of(require<Listener>(rq, in.listener_arn)))
    found.emplace_back(found.empty() ? "" : arn, Certificate{.certificate_arn = arn, .is_default = found.empty()});

  auto page = cut_page(pager, std::move(found));
  return {.certificates = std::move(page.items), .next_marker = std::move(page.next_token)};
}

DescribeSSLPoliciesOutput ElasticLoadBalancing::describe_ssl_policies(Request& rq, const DescribeSSLPoliciesInput& in) {
  rq.authorize("elasticloadbalancing:DescribeSSLPolicies", "*");

  if (in.load_balancer_type && *in.load_balancer_type != "application")
    throw wire::Error::not_implemented("DescribeSSLPolicies", "LoadBalancerType=" + *in.load_balancer_type);
  const region::Pager pager(rq, in, kPageSizes);
  Placed<SslPolicy> found;
  const auto add = [&](const SslPolicy& policy) {
    found.emplace_back(region::page_key(static_cast<std::int64_t>(found.size())), policy);
  };
  if (in.names && !in.names->empty())
    for (const std::string& name : *in.names) add(require_ssl_policy(name, "DescribeSSLPolicies"));
  else
    for (const SslPolicy& policy : ssl_policies()) add(policy);

  auto page = cut_page(pager, std::move(found));
  return {.next_marker = std::move(page.next_token), .ssl_policies = std::move(page.items)};
}

}  // namespace hanbat::elasticloadbalancing
