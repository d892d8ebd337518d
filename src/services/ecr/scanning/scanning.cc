// Scans of images: asked for, and described. scanning/rules.h says what they come to here.
#include <algorithm>
#include <cctype>

#include "services/ecr/ecr.h"
#include "services/ecr/images/identifiers.h"
#include "services/ecr/scanning/rules.h"

namespace hanbat::ecr {
namespace {

constexpr std::size_t kMostScanningRules = 2;
constexpr std::size_t kMostFilters = 100;
constexpr std::size_t kLongestFilter = 255;
/// Of one image; AWS counts its scan on push, too.
constexpr std::chrono::hours kBetweenScans{24};

/// AWS's ^[a-z0-9*](?:[._\-/a-z0-9*]?[a-z0-9*]+)*$
bool is_filter(const std::string& text) {
  if (text.empty() || text.size() > kLongestFilter) return false;
  const auto is_plain = [](char c) {
    return std::islower(static_cast<unsigned char>(c)) || std::isdigit(static_cast<unsigned char>(c)) || c == '*';
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_plain(text[i])) continue;
    const bool joins = std::string_view("._-/").find(text[i]) != std::string_view::npos;
    if (!joins || i == 0 || i + 1 == text.size() || !is_plain(text[i - 1])) return false;
  }
  return true;
}

void check(const RegistryScanningRule& rule) {
  if (rule.scan_frequency == "CONTINUOUS_SCAN")
    throw invalid_parameter("rules", "CONTINUOUS_SCAN goes with the scan type ENHANCED only");
  if (!find_word<ScanFrequency>(rule.scan_frequency))
    throw invalid_parameter("rules", "Member must satisfy enum value set: [SCAN_ON_PUSH, CONTINUOUS_SCAN, MANUAL]");
  if (rule.repository_filters.size() > kMostFilters)
    throw invalid_parameter("repositoryFilters", "Member must have length less than or equal to 100");
  for (const auto& filter : rule.repository_filters) {
    if (filter.filter_type != "WILDCARD")
      throw invalid_parameter("filterType", "Member must satisfy enum value set: [WILDCARD]");
    if (!is_filter(filter.filter))
      throw invalid_parameter("filter", "must satisfy regular expression '^[a-z0-9*](?:[._\\-/a-z0-9*]?[a-z0-9*]+)*$'");
  }
}

}  // namespace

PutImageScanningConfigurationOutput Ecr::put_image_scanning_configuration(
    region::Request& rq, const PutImageScanningConfigurationInput& in) {
  RepositoryRow row = require_repository(rq, "PutImageScanningConfiguration", in.registry_id, in.repository_name);
  row.shape.image_scanning_configuration =
      ImageScanningConfiguration{.scan_on_push = in.image_scanning_configuration.scan_on_push.value_or(false)};
  region::update(rq.tx, row);
  return {.image_scanning_configuration = row.shape.image_scanning_configuration,
          .registry_id = row.place.account,
          .repository_name = name_of(row)};
}

StartImageScanOutput Ecr::start_image_scan(region::Request& rq, const StartImageScanInput& in) {
  const RepositoryRow row = require_repository(rq, "StartImageScan", in.registry_id, in.repository_name);
  const ImageRow image = require_image(rq.tx, row, in.image_id);
  if (image.scanned && rq.now() - *image.scanned < kBetweenScans)
    throw LimitExceededException("The scan quota per image has been exceeded. Wait and try again.");
  record_scan(rq.tx, row, image.digest, rq.now());
  // Its end is there already; AWS says that it has begun, and callers ask for the end.
  return {.image_id = ImageIdentifier{.image_digest = image.digest, .image_tag = in.image_id.image_tag},
          .image_scan_status = ImageScanStatus{.status = "IN_PROGRESS"},
          .registry_id = row.place.account,
          .repository_name = name_of(row)};
}

DescribeImageScanFindingsOutput Ecr::describe_image_scan_findings(region::Request& rq,
                                                                  const DescribeImageScanFindingsInput& in) {
  const RepositoryRow row = require_repository(rq, "DescribeImageScanFindings", in.registry_id, in.repository_name);
  const region::Pager pager(rq, in, kPageSizes);
  const ImageRow image = require_image(rq.tx, row, in.image_id);
  const auto status = scan_status(image);
  if (!status)
    throw ScanNotFoundException("Image scan does not exist for the image with '" + name_of(in.image_id) +
                                "' in the repository with name '" + name_of(row) + "' in the registry with id '" +
                                row.place.account + "'");
  return {.image_id = ImageIdentifier{.image_digest = image.digest, .image_tag = in.image_id.image_tag},
          .image_scan_status = status,
          .registry_id = row.place.account,
          .repository_name = name_of(row)};
}

BatchGetRepositoryScanningConfigurationOutput Ecr::batch_get_repository_scanning_configuration(
    region::Request& rq, const BatchGetRepositoryScanningConfigurationInput& in) {
  const region::Place place{rq.account, rq.region};
  BatchGetRepositoryScanningConfigurationOutput out;
  out.failures.emplace();
  out.scanning_configurations.emplace();
  for (const std::string& name : in.repository_names) {
    const auto row = find_repository(rq.tx, place, name);
    rq.authorize("ecr:BatchGetRepositoryScanningConfiguration", repository_arn(place, name));
    if (!row) {
      out.failures->push_back({.failure_code = "REPOSITORY_NOT_FOUND",
                               .failure_reason = "The repository with name '" + name +
                                                 "' does not exist in the registry with id '" + rq.account + "'",
                               .repository_name = name});
      continue;
    }
    const bool on_push = is_scanned_on_push(rq.tx, *row);
    out.scanning_configurations->push_back(
        {.applied_scan_filters = push_filters(rq.tx, *row),
         .repository_arn = row->shape.repository_arn,
         .repository_name = name,
         .scan_frequency = std::string(word_of(on_push ? ScanFrequency::kScanOnPush : ScanFrequency::kManual)),
         .scan_on_push = on_push});
  }
  return out;
}

GetRegistryScanningConfigurationOutput Ecr::get_registry_scanning_configuration(
    region::Request& rq, const GetRegistryScanningConfigurationInput&) {
  rq.authorize("ecr:GetRegistryScanningConfiguration", "*");
  return {.registry_id = rq.account, .scanning_configuration = scanning_of(rq.tx, {rq.account, rq.region})};
}

PutRegistryScanningConfigurationOutput Ecr::put_registry_scanning_configuration(
    region::Request& rq, const PutRegistryScanningConfigurationInput& in) {
  rq.authorize("ecr:PutRegistryScanningConfiguration", "*");
  const std::string type = in.scan_type.value_or("BASIC");
  if (type == "ENHANCED") throw wire::Error::not_implemented(rq.operation.name, "scanType ENHANCED");
  if (type != "BASIC") throw invalid_parameter("scanType", "Member must satisfy enum value set: [BASIC, ENHANCED]");
  RegistryScanningConfiguration configuration{.rules = in.rules.value_or(std::vector<RegistryScanningRule>()),
                                              .scan_type = type};
  if (configuration.rules->size() > kMostScanningRules)
    throw invalid_parameter("rules", "Member must have length less than or equal to 2");
  for (const auto& rule : *configuration.rules) check(rule);
  set_scanning(rq.tx, {rq.account, rq.region}, configuration);
  return {.registry_scanning_configuration = std::move(configuration)};
}

}  // namespace hanbat::ecr
