// The check that every operation makes which takes a revision.
#pragma once

#include <optional>
#include <string_view>

#include "gen/codedeploy/model.h"

namespace hanbat::codedeploy {

/// The revision, complete, when it is one in S3. Throws RevisionRequiredException, InvalidRevisionException, and 501
/// for other kinds of revision.
RevisionLocation require_s3_revision(std::string_view operation, const std::optional<RevisionLocation>& given);

}  // namespace hanbat::codedeploy
