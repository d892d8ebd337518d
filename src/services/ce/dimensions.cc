// GetDimensionValues and GetTags: what a bill can be asked by.
#include <set>

#include "base/text.h"
#include "services/ce/ce.h"
#include "services/ce/expression.h"
#include "wire/error.h"

namespace hanbat::ce {
namespace {

/// Whether the text is what the caller searches, whatever its case.
bool is_searched(const std::string& text, const std::optional<std::string>& search) {
  return !search || lower(text).find(lower(*search)) != std::string::npos;
}

}  // namespace

GetDimensionValuesOutput Ce::get_dimension_values(region::Request& rq, const GetDimensionValuesInput& in) {
  rq.authorize("ce:GetDimensionValues", "*");

  if (in.next_page_token) throw InvalidNextTokenException("The pagination token is invalid.");
  if (in.context && *in.context != "COST_AND_USAGE")
    throw wire::Error::not_implemented(rq.operation.name, "Context " + *in.context);
  const BillDimension dimension = require_dimension(rq.operation.name, in.dimension);
  if (in.filter) check(rq.operation.name, *in.filter);
  const Period period = require_period(in.time_period, in.time_period.start.size() > 10 ? "HOURLY" : "DAILY");

  std::set<std::string> values;
  const Timestamp now = bill_now(rq);
  for (const auto& line : lines_of(rq, period, in.filter))
    if (amount_in(line.usage, period, now) > 0) values.insert(value_of(line.usage, dimension, prices_));
  GetDimensionValuesOutput out;
  for (const std::string& value : values)
    if (is_searched(value, in.search_string)) {
      DimensionValuesWithAttributes& one = out.dimension_values.emplace_back();
      one.value = value;
      one.attributes.emplace();
    }
  out.return_size = out.total_size = static_cast<int>(out.dimension_values.size());
  return out;
}

GetTagsOutput Ce::get_tags(region::Request& rq, const GetTagsInput& in) {
  rq.authorize("ce:GetTags", "*");

  if (in.next_page_token) throw InvalidNextTokenException("The pagination token is invalid.");
  if (in.filter) check(rq.operation.name, *in.filter);
  const Period period = require_period(in.time_period, in.time_period.start.size() > 10 ? "HOURLY" : "DAILY");

  // Keys, or the values of one; "" stands for what has no such tag.
  std::set<std::string> values;
  const Timestamp now = bill_now(rq);
  for (const auto& [line, free] : lines_of(rq, period, in.filter)) {
    if (amount_in(line, period, now) <= 0) continue;
    if (in.tag_key) {
      const auto found = line.tags.find(*in.tag_key);
      values.insert(found == line.tags.end() ? "" : found->second);
      continue;
    }
    for (const auto& [key, value] : line.tags) values.insert(key);
  }
  GetTagsOutput out;
  for (const std::string& value : values)
    if (is_searched(value, in.search_string)) out.tags.push_back(value);
  out.return_size = out.total_size = static_cast<int>(out.tags.size());
  return out;
}

}  // namespace hanbat::ce
