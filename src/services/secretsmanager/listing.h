// Which secrets a list is about.
#pragma once

#include <vector>

#include "gen/secretsmanager/model.h"
#include "services/secretsmanager/secretsmanager.h"

namespace hanbat::secretsmanager {

enum class Deleted { kLeaveOut, kTakeIn };

/// The caller's secrets that fit all filters.
/// Source: Secrets Manager User Guide, "Find secrets in AWS Secrets Manager", and the API reference, "Filter".
std::vector<SecretRow> secrets_of(region::Request& rq, const std::vector<Filter>& filters, Deleted deleted);

}  // namespace hanbat::secretsmanager
