// Reachability Analyzer's calls over real rows: what the engine is given is what the kernel is given.
#include "services/ec2/testing.h"

namespace hanbat::ec2 {
namespace {

class InsightsTest : public Ec2Test {
 protected:
  InsightsTest() {
    network = vpc();
    gateway_id = gateway(network);
    inside = subnet(network, "10.1.1.0/24");
    outside = subnet(network, "10.1.0.0/24");
    for (std::string* id : {&web, &app}) {
      RunInstancesInput in = launch(id == &web ? outside : inside);
      *id = *ec2.run_instances(in).instances->front().instance_id;
    }
    test.run_until_idle();
    group = *instance(web).security_groups->front().group_id;
  }
  CreateNetworkInsightsPathInput asked(const std::string& from, const std::string& to, int port) {
    return {.client_token = "t" + std::to_string(++tokens),
            .destination = to,
            .destination_port = port,
            .protocol = "TCP",
            .source = from};
  }
  NetworkInsightsAnalysis analyze(const CreateNetworkInsightsPathInput& in) {
    path = *ec2.create_network_insights_path(in).network_insights_path->network_insights_path_id;
    return *ec2.start_network_insights_analysis(
                   {.client_token = "t" + std::to_string(++tokens), .network_insights_path_id = path})
                .network_insights_analysis;
  }
  static std::string codes(const NetworkInsightsAnalysis& analysis) {
    std::string out;
    for (const Explanation& one : *analysis.explanations) out += (out.empty() ? "" : " ") + *one.explanation_code;
    return out;
  }
  static std::string ids(const std::vector<PathComponent>& components) {
    std::string out;
    for (const PathComponent& one : components) out += one.component->id->substr(0, one.component->id->find('-')) + " ";
    return out;
  }

  std::string network, gateway_id, inside, outside, web, app, group, path;
  int tokens = 0;
};

TEST_F(InsightsTest, APathWithinAGroupIsFoundHopByHopBothWays) {
  const NetworkInsightsAnalysis found = analyze(asked(web, app, 8080));
  EXPECT_EQ(found.status, "succeeded");
  EXPECT_EQ(found.network_path_found, true);
  EXPECT_EQ(ids(*found.forward_path_components), "i eni sg acl rtb acl sg eni i ");
  EXPECT_EQ(ids(*found.return_path_components), "i eni acl rtb acl eni i ");
  EXPECT_EQ((*found.forward_path_components)[1].attached_to->id, web);
  EXPECT_EQ((*found.forward_path_components)[1].sequence_number, 2);
}

TEST_F(InsightsTest, AGroupThatLetsNobodyInIsNamedAsAwsNamesIt) {
  const NetworkInsightsAnalysis found = analyze(asked(gateway_id, web, 22));
  EXPECT_EQ(found.network_path_found, false);
  EXPECT_EQ(codes(found), "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS ENI_SG_RULES_MISMATCH NO_ROUTE_TO_DESTINATION");
  const Explanation& shut = (*found.explanations)[1];
  EXPECT_EQ(shut.direction, "ingress");
  EXPECT_EQ(shut.security_groups->front().id, group);
  EXPECT_EQ(shut.vpc->id, network);
  EXPECT_EQ((*found.explanations)[2].route_table->arn->substr(0, 12), "arn:aws:ec2:");
}

TEST_F(InsightsTest, AnInstanceThatIsStoppedIsInABadState) {
  ec2.stop_instances({.instance_ids = {app}});
  test.run_until_idle();
  const NetworkInsightsAnalysis found = analyze(asked(web, app, 8080));
  EXPECT_EQ(codes(found), "BAD_STATE");
  EXPECT_EQ(found.explanations->front().component->id, app);
}

TEST_F(InsightsTest, AFilterAtTheSourceSaysPortsAndAddresses) {
  CreateNetworkInsightsPathInput in = asked(gateway_id, web, 0);
  in.destination_port.reset();
  in.filter_at_source.emplace().destination_port_range = RequestFilterPortRange{.from_port = 22, .to_port = 23};
  const NetworkInsightsAnalysis found = analyze(in);
  EXPECT_EQ((*found.explanations)[1].port_ranges->front().to, 23);
  in.client_token = "other";
  in.filter_at_source->destination_port_range->to_port = 21;
  EXPECT_EQ(code_of([&] { ec2.create_network_insights_path(in); }), "InvalidParameterValue");
}

TEST_F(InsightsTest, WhatNoPathBeginsAtIsRefused) {
  EXPECT_EQ(code_of([&] { ec2.create_network_insights_path(asked("i-00000000000000001", web, 1)); }),
            "InvalidInstanceID.NotFound");
  EXPECT_EQ(code_of([&] { ec2.create_network_insights_path(asked(web, "igw-00000000000000001", 1)); }),
            "InvalidInternetGatewayID.NotFound");
  EXPECT_EQ(code_of([&] { ec2.create_network_insights_path(asked(inside, web, 1)); }), "InvalidParameterValue");
  CreateNetworkInsightsPathInput icmp = asked(web, app, 1);
  icmp.protocol = "icmp";
  EXPECT_EQ(code_of([&] { ec2.create_network_insights_path(icmp); }), "InvalidParameterValue");
  CreateNetworkInsightsPathInput nowhere = asked(web, app, 1);
  nowhere.destination.reset();
  EXPECT_EQ(code_of([&] { ec2.create_network_insights_path(nowhere); }), "MissingParameter");
}

TEST_F(InsightsTest, TheSameTokenMakesNoSecondPathAndAPathWithAnalysesStays) {
  const CreateNetworkInsightsPathInput in = asked(web, app, 80);
  const std::string first = *ec2.create_network_insights_path(in).network_insights_path->network_insights_path_id;
  EXPECT_EQ(ec2.create_network_insights_path(in).network_insights_path->network_insights_path_id, first);
  const std::string analysis = *analyze(asked(web, app, 81)).network_insights_analysis_id;
  EXPECT_EQ(code_of([&] { ec2.delete_network_insights_path({.network_insights_path_id = path}); }),
            "AnalysisExistsForNetworkInsightsPath");
  EXPECT_EQ(
      ec2.describe_network_insights_analyses({.network_insights_path_id = path}).network_insights_analyses->size(), 1U);
  EXPECT_EQ(
      ec2.describe_network_insights_analyses({.network_insights_path_id = first}).network_insights_analyses->size(),
      0U);
  ec2.delete_network_insights_analysis({.network_insights_analysis_id = analysis});
  ec2.delete_network_insights_path({.network_insights_path_id = path});
  EXPECT_EQ(code_of([&] { ec2.describe_network_insights_paths({.network_insights_path_ids = {{path}}}); }),
            "InvalidNetworkInsightsPathId.NotFound");
  EXPECT_EQ(code_of([&] { ec2.delete_network_insights_analysis({.network_insights_analysis_id = analysis}); }),
            "InvalidNetworkInsightsAnalysisId.NotFound");
}

TEST_F(InsightsTest, WhoMayNotDescribeWhatDecidesMayNotHaveItAnalysed) {
  const std::string made =
      *ec2.create_network_insights_path(asked(web, app, 80)).network_insights_path->network_insights_path_id;
  test.authorizer.refuses = [](const region::AccessQuestion& question) {
    return question.action == "ec2:DescribeSecurityGroups";
  };
  EXPECT_EQ(
      code_of([&] { ec2.start_network_insights_analysis({.client_token = "x", .network_insights_path_id = made}); }),
      "AccessDenied");
}

}  // namespace
}  // namespace hanbat::ec2
