// 169.254.170.2 in the builds' network and in VPCs with builds in them: where the tools in a build find the credentials
// of its service role, and its runner where a runtime lies.
#pragma once

#include "region/region.h"
#include "services/codebuild/store.h"

namespace hanbat::codebuild {

class RuntimeShelf;

/// As whom CodeBuild takes roles.
inline constexpr const char* kPrincipal = "codebuild.amazonaws.com";

/// The build's service role, as CodeBuild takes it for the build: its sessions say for which build they are, wherever
/// they call. Source: CodeBuild User Guide, "Use CodeBuild condition keys as IAM service role variables".
region::Caller take_service_role(region::Region& home, store::Tx& tx, const BuildRow& row);
/// Names the handler of the endpoint's requests; once, at start.
void serve_build_credentials(region::Region& home, RuntimeShelf& shelf);
/// Listens there, also when it does already: after the builds' network, or the VPC of builds of its owner's, was made.
void listen_for_build_credentials(region::Region& home, const std::string& vpc);
void stop_listening_for_build_credentials(region::Region& home, const std::string& vpc);

}  // namespace hanbat::codebuild
