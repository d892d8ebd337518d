// Certificates: imported, imported anew, described, listed, deleted.
#include <fmt/format.h>

#include <algorithm>

#include "base/ids.h"
#include "base/text.h"
#include "region/pick.h"
#include "services/acm/acm.h"
#include "services/acm/x509.h"

namespace hanbat::acm {
namespace {

constexpr std::size_t kMostCertificates = 2500;
constexpr std::size_t kMostNamesInSummary = 100;

/// What ListCertificates shows when it is not told which keys.
constexpr std::string_view kUsualKeys[] = {"RSA_1024", "RSA_2048"};

CertificateDetail detail_of(store::Tx& tx, const CertificateRow& row, Timestamp now) {
  auto detail = wire::from_json<CertificateDetail>(row.own["detail"]);
  detail.certificate_arn = row.id;
  detail.created_at = row.created;
  detail.status = now < *detail.not_after ? "ISSUED" : "EXPIRED";
  detail.in_use_by = region::users_of_certificate(tx, row.id);
  return detail;
}

CertificateSummary summary_of(const CertificateDetail& detail) {
  CertificateSummary summary;
  summary.certificate_arn = detail.certificate_arn;
  summary.domain_name = detail.domain_name;
  auto names = detail.subject_alternative_names.value_or(std::vector<std::string>{});
  summary.has_additional_subject_alternative_names = names.size() > kMostNamesInSummary;
  if (names.size() > kMostNamesInSummary) names.resize(kMostNamesInSummary);
  summary.subject_alternative_name_summaries = std::move(names);
  summary.status = detail.status;
  summary.type = detail.type;
  summary.key_algorithm = detail.key_algorithm;
  summary.key_usages.emplace();
  for (const KeyUsage& one : *detail.key_usages) summary.key_usages->push_back(one.name.value_or(""));
  summary.extended_key_usages.emplace();
  for (const ExtendedKeyUsage& one : *detail.extended_key_usages)
    summary.extended_key_usages->push_back(one.name.value_or(""));
  summary.in_use = !detail.in_use_by->empty();
  summary.renewal_eligibility = detail.renewal_eligibility;
  summary.not_before = detail.not_before;
  summary.not_after = detail.not_after;
  summary.created_at = detail.created_at;
  summary.imported_at = detail.imported_at;
  return summary;
}

template <class Words>
bool holds_all(const std::optional<Words>& wanted, const std::vector<std::string>& have) {
  if (!wanted) return true;
  return std::all_of(wanted->begin(), wanted->end(), [&](const std::string& word) {
    return word == "ANY" || std::find(have.begin(), have.end(), word) != have.end();
  });
}

bool is_wanted(const CertificateSummary& summary, const ListCertificatesInput& in) {
  if (in.certificate_statuses && !in.certificate_statuses->empty() &&
      std::find(in.certificate_statuses->begin(), in.certificate_statuses->end(), *summary.status) ==
          in.certificate_statuses->end())
    return false;
  const std::string key = replace_all(summary.key_algorithm.value_or(""), "-", "_");
  const Filters filters = in.includes.value_or(Filters{});
  if (filters.key_types) {
    if (std::find(filters.key_types->begin(), filters.key_types->end(), key) == filters.key_types->end()) return false;
  } else if (std::find(std::begin(kUsualKeys), std::end(kUsualKeys), key) == std::end(kUsualKeys)) {
    return false;
  }
  return holds_all(filters.key_usage, *summary.key_usages) &&
         holds_all(filters.extended_key_usage, *summary.extended_key_usages);
}

void require_now_within(const CertificateDetail& detail, Timestamp now) {
  if (now < *detail.not_before)
    throw ValidationException("The certificate is not valid yet: its NotBefore is in the future.");
  if (!(now < *detail.not_after)) throw ValidationException("The certificate has expired.");
}

/// Checks what is imported, and puts it into the row.
void take(region::Request& rq, const ImportCertificateInput& in, CertificateRow& row) {
  const std::string chain = in.certificate_chain.value_or("");
  CertificateDetail detail = read_certificate(in.certificate);
  require_now_within(detail, rq.now());
  require_key_of(in.certificate, in.private_key);
  require_chain_of(in.certificate, chain);
  detail.type = "IMPORTED";
  detail.imported_at = rq.now();
  detail.renewal_eligibility = "INELIGIBLE";
  detail.options.emplace().certificate_transparency_logging_preference = "DISABLED";
  row.shape = {in.certificate, chain, region::seal_certificate_key(rq.home.vault, in.private_key, row.id),
               detail.subject_alternative_names.value_or(std::vector<std::string>{})};
  row.own["detail"] = wire::to_json(detail);
}

}  // namespace

CertificateRow require_certificate(region::Request& rq, std::string_view action, const std::string& arn,
                                   region::ConditionKeys keys) {
  if (!rq.names_resource(action, arn))
    throw InvalidArnException(fmt::format("The Amazon Resource Name (ARN) is not valid: {}", arn));
  auto found = region::find<region::Certificate>(rq.tx, place_of(rq), arn);
  if (found) region::add_resource_tags(keys, region::tags_of(rq.tx, arn));
  rq.authorize(action, arn, keys);
  if (!found)
    throw ResourceNotFoundException(action == "acm:ImportCertificate"
                                        ? fmt::format("Could not find certificate {}.", arn)
                                        : fmt::format("Could not find certificate {} in account {}.", arn, rq.account));
  return std::move(*found);
}

ImportCertificateOutput Acm::import_certificate(region::Request& rq, const ImportCertificateInput& in) {
  const region::ConditionKeys keys = region::request_tag_keys(region::tag_map(in.tags));
  if (in.certificate_arn) {
    CertificateRow row = require_certificate(rq, "acm:ImportCertificate", *in.certificate_arn, keys);
    if (in.tags && !in.tags->empty()) throw ValidationException("Tagging is not permitted on re-import.");
    take(rq, in, row);
    region::update(rq.tx, row);
    region::tell_users_of_certificate(rq.tx, home_.tasks, row.id);
    return {.certificate_arn = row.id};
  }
  rq.authorize("acm:ImportCertificate", rq.arn("acm", "certificate/*"), keys);

  if (region::count<region::Certificate>(rq.tx, place_of(rq)) >= static_cast<std::int64_t>(kMostCertificates))
    throw LimitExceededException(
        fmt::format("Error: you have reached your limit of {} certificates.", kMostCertificates));
  CertificateRow row;
  row.id = rq.arn("acm", "certificate/" + random_uuid());
  row.place = place_of(rq);
  row.created = rq.now();
  take(rq, in, row);
  region::insert(rq.tx, row);
  region::put_tags(rq.tx, row.id, region::tag_pairs(in.tags), kTagRules);
  return {.certificate_arn = row.id};
}

DescribeCertificateOutput Acm::describe_certificate(region::Request& rq, const DescribeCertificateInput& in) {
  const CertificateRow row = require_certificate(rq, "acm:DescribeCertificate", in.certificate_arn);

  return {.certificate = detail_of(rq.tx, row, rq.now())};
}

GetCertificateOutput Acm::get_certificate(region::Request& rq, const GetCertificateInput& in) {
  const CertificateRow row = require_certificate(rq, "acm:GetCertificate", in.certificate_arn);

  GetCertificateOutput out;
  out.certificate = row.shape.body;
  if (!row.shape.chain.empty()) out.certificate_chain = row.shape.chain;
  return out;
}

ListCertificatesOutput Acm::list_certificates(region::Request& rq, const ListCertificatesInput& in) {
  rq.authorize("acm:ListCertificates", "*");

  if (in.sort_by.has_value() != in.sort_order.has_value())
    throw InvalidArgsException("SortBy and SortOrder must be specified together.");
  const auto order =
      in.sort_order == "DESCENDING" ? region::TimeRange::Order::kNewestFirst : region::TimeRange::Order::kOldestFirst;
  auto page = region::pick(
      region::Pager(rq, in, {.usual = 1000, .most = 1000}),
      [&](const std::optional<std::string>& after, std::size_t most) {
        std::vector<std::pair<std::string, CertificateSummary>> read;
        for (const CertificateRow& row : region::list_by_age<region::Certificate>(
                 rq.tx, place_of(rq), {.order = order, .after = after, .most = most}))
          read.emplace_back(region::creation_key(row), summary_of(detail_of(rq.tx, row, rq.now())));
        return read;
      },
      [&](const auto& one) { return is_wanted(one.second, in); }, [](const auto& one) { return one.first; });
  ListCertificatesOutput out;
  out.certificate_summary_list.emplace();
  for (auto& [key, summary] : page.items) out.certificate_summary_list->push_back(std::move(summary));
  out.next_token = std::move(page.next_token);
  return out;
}

DeleteCertificateOutput Acm::delete_certificate(region::Request& rq, const DeleteCertificateInput& in) {
  const CertificateRow row = require_certificate(rq, "acm:DeleteCertificate", in.certificate_arn);

  if (!region::users_of_certificate(rq.tx, row.id).empty())
    throw ResourceInUseException(fmt::format("Certificate {} in account {} is in use.", row.id, rq.account));
  region::remove(rq.tx, row);
  return {};
}

wire::Error Acm::invalid_page_token(const wire::OperationModel&) const {
  return ValidationException("The next token is not valid.");
}

}  // namespace hanbat::acm
