// Which secrets a list is about.
#pragma once

#include <vector>

#include "gen/secretsmanager/model.h"
#include "region/page.h"
#include "region/resources.h"
#include "services/secretsmanager/secretsmanager.h"

namespace hanbat::secretsmanager {

enum class Deleted { kLeaveOut, kTakeIn };

/// Which of the caller's secrets a list is about: those that fit all filters.
/// Source: Secrets Manager User Guide, "Find secrets in AWS Secrets Manager", and the API reference, "Filter".
struct Choice {
  std::vector<Filter> filters;
  Deleted deleted = Deleted::kLeaveOut;
};
/// Throws InvalidParameterException for a filter that is not whole.
region::Page<SecretRow> secrets_by_age(region::Request& rq, const region::Pager& pager, const Choice& choice,
                                       region::TimeRange::Order order);

}  // namespace hanbat::secretsmanager
