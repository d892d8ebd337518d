// Paths and analyses of Reachability Analyzer. An analysis tells the rows of the moment in which it was started, so it
// has succeeded when its call answers. https://docs.aws.amazon.com/vpc/latest/reachability/
#include "base/arn.h"
#include "services/ec2/ec2.h"
#include "services/ec2/networks/cidr.h"
#include "services/ec2/reachability/analysis.h"

namespace hanbat::ec2 {
namespace {

constexpr region::PageSizes kInsightsPages{.usual = 100, .least = 1, .most = 100};
constexpr std::size_t kMostPaths = 100;

constexpr FilterPath kPathPaths[] = {
    {"destination", "Destination"},
    {"protocol", "Protocol"},
    {"source", "Source"},
    {"filter-at-source.source-address", "FilterAtSource.SourceAddress"},
    {"filter-at-source.source-port-range.from-port", "FilterAtSource.SourcePortRange.FromPort"},
    {"filter-at-source.source-port-range.to-port", "FilterAtSource.SourcePortRange.ToPort"},
    {"filter-at-source.destination-address", "FilterAtSource.DestinationAddress"},
    {"filter-at-source.destination-port-range.from-port", "FilterAtSource.DestinationPortRange.FromPort"},
    {"filter-at-source.destination-port-range.to-port", "FilterAtSource.DestinationPortRange.ToPort"}};
constexpr FilterPath kAnalysisPaths[] = {{"path-found", "NetworkPathFound"}, {"status", "Status"}};

/// The id that a parameter names by itself or as the end of an ARN.
std::string bare_id(const std::string& text) { return text.substr(text.rfind('/') + 1); }

/// The same of an end of a path, which has to be the caller's own and of this region.
std::string own_id(const Request& rq, const std::string& text, const char* parameter) {
  if (!text.starts_with("arn:")) return text;
  const auto arn = parse_arn(text);
  if (!arn || arn->service != "ec2" || arn->resource.find('/') == std::string::npos)
    throw invalid_parameter(fmt::format("Value ({}) for parameter {} is invalid.", text, parameter));
  if (arn->account != rq.account || arn->region != rq.region)
    throw not_done(rq, fmt::format("{} in another account or region", parameter));
  return bare_id(arn->resource);
}

std::optional<FilterPortRange> range_of(const std::optional<RequestFilterPortRange>& asked) {
  if (!asked) return std::nullopt;
  FilterPortRange out;
  out.from_port = asked->from_port.value_or(0);
  out.to_port = asked->to_port.value_or(asked->from_port.value_or(65535));
  if (*out.from_port > *out.to_port) throw invalid_parameter("The from port must not be greater than the to port.");
  return out;
}

std::string protocol_of(const std::string& asked) {
  const std::string protocol = lower(asked);
  if (protocol != "tcp" && protocol != "udp")
    throw invalid_parameter(fmt::format("Value ({}) for parameter protocol is invalid.", asked));
  return protocol;
}

void check_address(const std::optional<std::string>& address) {
  if (address && !parse_ipv4(*address)) throw invalid_parameter(fmt::format("The address {} is invalid.", *address));
}

/// Only who may see what decides may be told how it does.
void authorize_view(Request& rq) {
  for (const std::string_view action : {"DescribeInstances", "DescribeInternetGateways", "DescribeNatGateways",
                                        "DescribeNetworkAcls", "DescribeNetworkInterfaces", "DescribeRouteTables",
                                        "DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcs"})
    authorize(rq, action);
}

}  // namespace

CreateNetworkInsightsPathOutput Ec2::create_network_insights_path(Request& rq,
                                                                  const CreateNetworkInsightsPathInput& in) {
  const Tags tags = requested_tags(in.tag_specifications, "network-insights-path");
  authorize_making(rq, "CreateNetworkInsightsPath", "network-insights-path", tags);
  authorize_tagging(rq, "network-insights-path", tags);

  Json asked = wire::to_json(in);
  asked.erase("ClientToken");
  if (const auto earlier = earlier_result(rq, in.client_token, asked))
    return {.network_insights_path = tagged(rq.tx, require<NetworkInsightsPath>(rq.tx, place_of(rq), *earlier))};
  const std::string protocol = protocol_of(in.protocol);
  check_address(in.source_ip);
  check_address(in.destination_ip);
  if (!in.destination && !in.destination_ip && !(in.filter_at_source && in.filter_at_source->destination_address))
    throw missing_parameter("Destination");
  const std::string source = own_id(rq, in.source, "Source");
  resolve_end(rq.tx, place_of(rq), source, "");
  std::optional<std::string> destination;
  if (in.destination) destination = own_id(rq, *in.destination, "Destination");
  if (destination) resolve_end(rq.tx, place_of(rq), *destination, "");
  if (list<NetworkInsightsPath>(rq.tx, place_of(rq)).size() >= kMostPaths)
    throw Error("NetworkInsightsPathLimitExceeded", 400,
                "The maximum number of network insights paths has been reached.");

  auto path = make<NetworkInsightsPath>(making(rq));
  NetworkInsightsPath& shape = path.shape;
  shape.network_insights_path_id = path.id;
  shape.network_insights_path_arn = KindOf<NetworkInsightsPath>::arn(path);
  shape.created_date = rq.now();
  shape.protocol = protocol;
  shape.source = source;
  shape.source_arn = arn_of(place_of(rq), type_of_id(*shape.source), *shape.source);
  shape.source_ip = in.source_ip;
  if (destination) {
    shape.destination = destination;
    shape.destination_arn = arn_of(place_of(rq), type_of_id(*shape.destination), *shape.destination);
  }
  shape.destination_ip = in.destination_ip;
  shape.destination_port = in.destination_port;
  if (in.filter_at_source) {
    check_address(in.filter_at_source->source_address);
    check_address(in.filter_at_source->destination_address);
    PathFilter& filter = shape.filter_at_source.emplace();
    filter.source_address = in.filter_at_source->source_address;
    filter.destination_address = in.filter_at_source->destination_address;
    filter.source_port_range = range_of(in.filter_at_source->source_port_range);
    filter.destination_port_range = range_of(in.filter_at_source->destination_port_range);
  }
  create(rq.tx, path, tags);
  record_result(rq, in.client_token, asked, path.id);

  return {.network_insights_path = tagged(rq.tx, path)};
}

DescribeNetworkInsightsPathsOutput Ec2::describe_network_insights_paths(Request& rq,
                                                                        const DescribeNetworkInsightsPathsInput& in) {
  authorize(rq, "DescribeNetworkInsightsPaths");

  auto page = describe<NetworkInsightsPath>(rq, in, in.network_insights_path_ids, in.filters, kPathPaths, nullptr,
                                            kInsightsPages);
  return {.network_insights_paths = std::move(page.items), .next_token = std::move(page.next_token)};
}

DeleteNetworkInsightsPathOutput Ec2::delete_network_insights_path(Request& rq,
                                                                  const DeleteNetworkInsightsPathInput& in) {
  authorize(rq, "DeleteNetworkInsightsPath", "network-insights-path", in.network_insights_path_id);

  const auto path = require<NetworkInsightsPath>(rq.tx, place_of(rq), in.network_insights_path_id);
  if (!list_of<NetworkInsightsAnalysis>(rq.tx, path.id).empty())
    throw Error("AnalysisExistsForNetworkInsightsPath", 400,
                fmt::format("The network insights path {} has analyses, which must be deleted first.", path.id));

  remove(rq.tx, path);
  return {.network_insights_path_id = path.id};
}

StartNetworkInsightsAnalysisOutput Ec2::start_network_insights_analysis(Request& rq,
                                                                        const StartNetworkInsightsAnalysisInput& in) {
  const Tags tags = requested_tags(in.tag_specifications, "network-insights-analysis");
  authorize_making(rq, "StartNetworkInsightsAnalysis", "network-insights-analysis", tags);
  authorize(rq, "StartNetworkInsightsAnalysis", "network-insights-path", in.network_insights_path_id);
  authorize_tagging(rq, "network-insights-analysis", tags);
  authorize_view(rq);

  Json asked = wire::to_json(in);
  asked.erase("ClientToken");
  if (const auto earlier = earlier_result(rq, in.client_token, asked))
    return {.network_insights_analysis =
                tagged(rq.tx, require<NetworkInsightsAnalysis>(rq.tx, place_of(rq), *earlier))};
  const auto path = require<NetworkInsightsPath>(rq.tx, place_of(rq), in.network_insights_path_id);

  auto analysis = make<NetworkInsightsAnalysis>(making(rq), "", path.id);
  analysis.shape.network_insights_analysis_id = analysis.id;
  analysis.shape.network_insights_analysis_arn = KindOf<NetworkInsightsAnalysis>::arn(analysis);
  analysis.shape.network_insights_path_id = path.id;
  analysis.shape.start_date = rq.now();
  analyze(rq.tx, path.shape, place_of(rq), home_.settings.edge, analysis.shape);
  create(rq.tx, analysis, tags);
  record_result(rq, in.client_token, asked, analysis.id);

  return {.network_insights_analysis = tagged(rq.tx, analysis)};
}

DescribeNetworkInsightsAnalysesOutput Ec2::describe_network_insights_analyses(
    Request& rq, const DescribeNetworkInsightsAnalysesInput& in) {
  authorize(rq, "DescribeNetworkInsightsAnalyses");

  const region::Pager pager(rq, in, kInsightsPages);
  auto page =
      select_page<NetworkInsightsAnalysis>(rq, pager, in.network_insights_analysis_ids, in.filters, kAnalysisPaths);
  if (in.network_insights_path_id || in.analysis_start_time || in.analysis_end_time) {
    // Few analyses there are of one path or time, so these are chosen from all.
    auto all = select<NetworkInsightsAnalysis>(rq, in.network_insights_analysis_ids, in.filters, kAnalysisPaths);
    std::erase_if(all, [&](const auto& row) {
      return (in.network_insights_path_id && row.parent != *in.network_insights_path_id) ||
             (in.analysis_start_time && row.created < *in.analysis_start_time) ||
             (in.analysis_end_time && row.created > *in.analysis_end_time);
    });
    page = pager.cut(std::move(all), region::creation_key);
  }
  DescribeNetworkInsightsAnalysesOutput out;
  out.network_insights_analyses.emplace();
  for (auto& row : page.items) out.network_insights_analyses->push_back(std::move(row.shape));
  out.next_token = std::move(page.next_token);
  return out;
}

DeleteNetworkInsightsAnalysisOutput Ec2::delete_network_insights_analysis(
    Request& rq, const DeleteNetworkInsightsAnalysisInput& in) {
  authorize(rq, "DeleteNetworkInsightsAnalysis", "network-insights-analysis", in.network_insights_analysis_id);

  remove(rq.tx, require<NetworkInsightsAnalysis>(rq.tx, place_of(rq), in.network_insights_analysis_id));
  return {.network_insights_analysis_id = in.network_insights_analysis_id};
}

}  // namespace hanbat::ec2
