// The lists of Reachability Analyzer: paths and analyses.
#include "main/list_cases_insights.h"

namespace hanbat {
namespace {

const Step kVpc{"CreateVpc", R"({"CidrBlock":"10.1.0.0/16"})", "vpc=Vpc.VpcId", "ec2"};
const Step kGateway{"CreateInternetGateway", "{}", "igw=InternetGateway.InternetGatewayId", "ec2"};
const Step kAttach{"AttachInternetGateway", R"({"VpcId":"$vpc","InternetGatewayId":"$igw"})", "", "ec2"};
const Step kInsightsPath{"CreateNetworkInsightsPath",
                         R"({"ClientToken":"p","Source":"$igw","DestinationIp":"203.0.113.1","Protocol":"tcp"})",
                         "path=NetworkInsightsPath.NetworkInsightsPathId", "ec2"};

}  // namespace

std::vector<ListCase> insights_cases() {
  return {
      {"ec2",
       "DescribeNetworkInsightsPaths",
       "{}",
       {kVpc, kGateway, kAttach},
       {{"CreateNetworkInsightsPath",
         R"({"ClientToken":"p$N","Source":"$igw","DestinationIp":"203.0.113.1","Protocol":"tcp"})",
         "id=NetworkInsightsPath.NetworkInsightsPathId"}},
       {{"DeleteNetworkInsightsPath", R"({"NetworkInsightsPathId":"$id"})"}}},
      {"ec2",
       "DescribeNetworkInsightsAnalyses",
       "{}",
       {kVpc, kGateway, kAttach, kInsightsPath},
       {{"StartNetworkInsightsAnalysis", R"({"ClientToken":"a$N","NetworkInsightsPathId":"$path"})",
         "id=NetworkInsightsAnalysis.NetworkInsightsAnalysisId"}},
       {{"DeleteNetworkInsightsAnalysis", R"({"NetworkInsightsAnalysisId":"$id"})"}}},
  };
}

}  // namespace hanbat
