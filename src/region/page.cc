#include "region/page.h"

#include <cstdio>

#include "crypto/digest.h"
#include "region/region.h"
#include "wire/error.h"
#include "wire/operation.h"
#include "wire/validation.h"

namespace hanbat::region {
namespace {

const void* find_member(const wire::Shape& shape, const void* in, std::string_view name) {
  for (const wire::Member& member : shape.members)
    if (member.name == name) return wire::find_value(member, in);
  return nullptr;
}

/// All of the input but where the page begins and how large it is.
std::string filters_of(const wire::Shape& shape, const void* in, const wire::PageModel& model) {
  Json filters = wire::value_to_json(shape, in);
  filters.erase(std::string(model.tokens[0]));
  filters.erase(std::string(model.limit));
  return filters.dump();
}

/// The error about tokens that the operation's model has.
const wire::ErrorModel* find_token_error(const wire::OperationModel& operation) {
  if (!operation.page) return nullptr;
  for (const wire::ErrorModel& error : operation.errors) {
    const bool about_tokens = error.shape.find("Token") != std::string_view::npos && error.shape.starts_with("Invalid");
    if (about_tokens && error.shape.find("Request") == std::string_view::npos) return &error;
  }
  return nullptr;
}

}  // namespace

Pager::Pager(const Request& rq, const wire::Shape& shape, const void* in, PageSizes sizes)
    : rq_(rq), size_(static_cast<std::size_t>(sizes.usual)) {
  const wire::PageModel& model = rq.operation.page;
  purpose_ = "page:" + std::string(rq.operation.name) + ":" + rq.account + ":" + rq.region + ":" +
             crypto::sha256_hex(filters_of(shape, in, model));
  if (const auto* token = static_cast<const std::string*>(find_member(shape, in, model.tokens[0]))) {
    asked_ = true;
    after_ = rq.home.vault.open(*token, purpose_);
    if (!after_) throw rq.service.invalid_page_token(rq.operation);
  }
  if (const auto* size = static_cast<const int*>(find_member(shape, in, model.limit))) {
    asked_ = true;
    const bool refused_below = sizes.beyond != PageSizes::Beyond::kClamp;
    const bool refused_above = sizes.beyond == PageSizes::Beyond::kRefuse;
    if ((refused_below && *size < sizes.least) || (refused_above && *size > sizes.most))
      throw rq.service.invalid_page_size(rq.operation, *size, sizes);
    size_ = static_cast<std::size_t>(std::clamp(*size, sizes.least, sizes.most));
  }
}

std::string Pager::token(std::string_view key) const { return rq_.home.vault.seal(key, purpose_); }

std::string page_key(std::int64_t number) {
  char digits[24];
  std::snprintf(digits, sizeof digits, "%020lld", static_cast<long long>(number));
  return digits;
}

wire::Error Service::invalid_page_token(const wire::OperationModel& operation) const {
  const std::string message = "The specified " + std::string(operation.page.tokens[0]) + " is not valid.";
  if (const wire::ErrorModel* error = find_token_error(operation))
    return {std::string(error->code), error->status, message};
  for (const wire::OperationModel& other : model().operations)
    if (const wire::ErrorModel* error = find_token_error(other))
      return {std::string(error->code), error->status, message};
  return {std::string(wire::validation_code(model())), 400, message};
}

wire::Error Service::invalid_page_size(const wire::OperationModel& operation, int size, const PageSizes& sizes) const {
  const bool small = size < sizes.least;
  return {std::string(wire::validation_code(model())), 400,
          "1 validation error detected: Value '" + std::to_string(size) + "' at '" + std::string(operation.page.limit) +
              "' failed to satisfy constraint: Member must have value " +
              (small ? "greater than or equal to " + std::to_string(sizes.least)
                     : "less than or equal to " + std::to_string(sizes.most))};
}

}  // namespace hanbat::region
