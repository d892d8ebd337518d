// A walk in the words of EC2's Reachability Analyzer.
// Source: https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html
#pragma once

#include <string>

#include "services/ec2/calls/calls.h"
#include "services/ec2/reachability/walk.h"

namespace hanbat::ec2 {

/// A path's end: an interface of a VPC (of an instance its first one), or the internet behind a VPC's gateway.
struct ResolvedEnd {
  PathEnd end;
  std::string vpc_id;
  std::string instance_id;     // of an interface that an instance has
  std::string instance_state;  // "running"; "" without an instance
};

/// Reads an id, or an ARN that ends with it. Throws the kind's error for what is not there, InvalidParameterValue for
/// what no path begins or ends at.
ResolvedEnd resolve_end(store::Tx& tx, const Place& place, const std::string& resource, const std::string& address);

/// Walks the path and fills the analysis with what was found.
void analyze(store::Tx& tx, const NetworkInsightsPath& path, const Place& place, const host::EdgeRange& edge,
             NetworkInsightsAnalysis& analysis);

}  // namespace hanbat::ec2
