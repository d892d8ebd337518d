#include "services/ce/expression.h"

#include <algorithm>

#include "base/text.h"
#include "services/ce/refusal.h"
#include "wire/error.h"

namespace hanbat::ce {
namespace {

using Texts = std::vector<std::string>;

bool has(const std::optional<Texts>& options, std::string_view option) {
  return options && std::ranges::find(*options, option) != options->end();
}

/// Whether the value is one of those asked for, as the options compare.
bool fits(std::string value, const std::optional<Texts>& values, const std::optional<Texts>& options) {
  const bool folded = has(options, "CASE_INSENSITIVE");
  if (folded) value = lower(value);
  return std::ranges::any_of(values.value_or(Texts{}), [&](const std::string& one) {
    const std::string wanted = folded ? lower(one) : one;
    if (has(options, "STARTS_WITH")) return value.starts_with(wanted);
    if (has(options, "ENDS_WITH")) return value.ends_with(wanted);
    if (has(options, "CONTAINS")) return value.find(wanted) != std::string::npos;
    return value == wanted;
  });
}

void check_options(std::string_view operation, const std::optional<Texts>& options) {
  for (const std::string& option : options.value_or(Texts{})) {
    if (option == "GREATER_THAN_OR_EQUAL")
      throw wire::Error::not_implemented(operation, "Filter with MatchOptions GREATER_THAN_OR_EQUAL");
  }
}

int parts_of(const Expression& filter) {
  return (filter.and_ ? 1 : 0) + (filter.or_ ? 1 : 0) + (filter.not_ ? 1 : 0) + (filter.dimensions ? 1 : 0) +
         (filter.tags ? 1 : 0) + (filter.cost_categories ? 1 : 0);
}

}  // namespace

BillDimension require_dimension(std::string_view operation, std::string_view word) {
  if (const auto found = find_word<BillDimension>(word)) return *found;
  static constexpr std::string_view kOthers[] = {"AZ",
                                                 "PAYER_ACCOUNT",
                                                 "LINKED_ACCOUNT_NAME",
                                                 "PURCHASE_TYPE",
                                                 "SERVICE_CODE",
                                                 "USAGE_TYPE_GROUP",
                                                 "OPERATING_SYSTEM",
                                                 "TENANCY",
                                                 "SCOPE",
                                                 "PLATFORM",
                                                 "SUBSCRIPTION_ID",
                                                 "LEGAL_ENTITY_NAME",
                                                 "DEPLOYMENT_OPTION",
                                                 "DATABASE_ENGINE",
                                                 "CACHE_ENGINE",
                                                 "INSTANCE_TYPE_FAMILY",
                                                 "BILLING_ENTITY",
                                                 "RESERVATION_ID",
                                                 "SAVINGS_PLANS_TYPE",
                                                 "SAVINGS_PLAN_ARN",
                                                 "PAYMENT_OPTION",
                                                 "INVOICING_ENTITY"};
  if (std::ranges::find(kOthers, word) != std::end(kOthers))
    throw wire::Error::not_implemented(operation, "dimension " + std::string(word));
  throw invalid("Dimension " + std::string(word) + " is not valid");
}

std::string value_of(const region::UsageLine& line, BillDimension dimension, const Prices& prices) {
  switch (dimension) {
    case BillDimension::kInstanceType: {
      constexpr std::string_view kBox = "BoxUsage:";
      return line.use.usage_type.starts_with(kBox) ? line.use.usage_type.substr(kBox.size()) : "NoInstanceType";
    }
    case BillDimension::kLinkedAccount:
      return line.place.account;
    case BillDimension::kOperation:
      return line.use.operation;
    case BillDimension::kRecordType:
      return "Usage";
    case BillDimension::kRegion:
      return line.place.region;
    case BillDimension::kResourceId:
      // Cost Explorer tells instances and volumes by their ids, and the rest by ARN.
      for (const std::string_view kind : {":instance/", ":volume/"})
        if (const std::size_t at = line.resource.find(kind); at != std::string::npos)
          return line.resource.substr(at + kind.size());
      return line.resource;
    case BillDimension::kService:
      return line.use.service;
    case BillDimension::kUsageType: {
      const RegionPrices* region = prices.find(line.place.region);
      return (region ? region->prefix() : "") + line.use.usage_type;
    }
  }
  throw std::logic_error("a dimension that no line has");
}

void check(std::string_view operation, const Expression& filter) {
  if (parts_of(filter) != 1) throw invalid("An expression has exactly one of And, Or, Not, Dimensions, Tags");
  if (filter.cost_categories) throw wire::Error::not_implemented(operation, "Filter.CostCategories");
  for (const auto* parts : {&filter.and_, &filter.or_}) {
    if (!*parts) continue;
    if ((*parts)->size() < 2) throw invalid("And and Or combine at least two expressions");
    for (const Expression& one : **parts) check(operation, one);
  }
  if (filter.not_) check(operation, *filter.not_);
  if (filter.dimensions) {
    require_dimension(operation, filter.dimensions->key.value_or(""));
    check_options(operation, filter.dimensions->match_options);
    if (has(filter.dimensions->match_options, "ABSENT")) throw invalid("ABSENT is for tags");
    if (!filter.dimensions->values || filter.dimensions->values->empty())
      throw invalid("Values of a dimension must not be empty");
  }
  if (filter.tags) {
    check_options(operation, filter.tags->match_options);
    if (!filter.tags->key) throw invalid("Tags must have a Key");
  }
}

bool matches(const Expression& filter, const region::UsageLine& line, const Prices& prices) {
  const auto fits_line = [&](const Expression& one) { return matches(one, line, prices); };
  if (filter.and_) return std::ranges::all_of(*filter.and_, fits_line);
  if (filter.or_) return std::ranges::any_of(*filter.or_, fits_line);
  if (filter.not_) return !fits_line(*filter.not_);
  if (filter.dimensions) {
    const auto dimension = require_word<BillDimension>(*filter.dimensions->key);
    return fits(value_of(line, dimension, prices), filter.dimensions->values, filter.dimensions->match_options);
  }
  const auto tag = line.tags.find(*filter.tags->key);
  if (has(filter.tags->match_options, "ABSENT")) return tag == line.tags.end();
  // A value of "" means, as in AWS, what has no such tag.
  return fits(tag == line.tags.end() ? "" : tag->second, filter.tags->values, filter.tags->match_options);
}

}  // namespace hanbat::ce
