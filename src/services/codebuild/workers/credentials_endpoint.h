// 169.254.170.2 in the builds' network: where the tools in a build find the credentials of its service role, and its
// runner where a runtime lies.
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
/// Has the host listen there, unless it does already; after the builds' network is there.
void listen_for_build_credentials(region::Region& home);

}  // namespace hanbat::codebuild
