// Which lines of a bill are meant: Cost Explorer's dimensions and filter expressions.
// Source: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Expression.html
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/words.h"
#include "gen/ce/model.h"
#include "region/usage.h"
#include "services/ce/prices.h"

namespace hanbat {
namespace ce {

/// The dimensions that there are here, of AWS's.
enum class BillDimension {
  kInstanceType,
  kLinkedAccount,
  kOperation,
  kRecordType,
  kRegion,
  kResourceId,
  kService,
  kUsageType
};

/// Throws NotImplemented for those that are not built, ValidationException for what is none of AWS's.
BillDimension require_dimension(std::string_view operation, std::string_view word);

/// What the line has there: "NoInstanceType" where there is none, an instance's or volume's id, else the ARN.
std::string value_of(const region::UsageLine& line, BillDimension dimension, const Prices& prices);

/// Throws ValidationException or NotImplemented for an expression that cannot be one, before anything is filtered.
void check(std::string_view operation, const Expression& filter);

/// Whether a checked expression means the line.
bool matches(const Expression& filter, const region::UsageLine& line, const Prices& prices);

}  // namespace ce

template <>
inline constexpr auto kWords<ce::BillDimension> = std::to_array<Word<ce::BillDimension>>({
    {ce::BillDimension::kInstanceType, "INSTANCE_TYPE"},
    {ce::BillDimension::kLinkedAccount, "LINKED_ACCOUNT"},
    {ce::BillDimension::kOperation, "OPERATION"},
    {ce::BillDimension::kRecordType, "RECORD_TYPE"},
    {ce::BillDimension::kRegion, "REGION"},
    {ce::BillDimension::kResourceId, "RESOURCE_ID"},
    {ce::BillDimension::kService, "SERVICE"},
    {ce::BillDimension::kUsageType, "USAGE_TYPE"},
});

}  // namespace hanbat
