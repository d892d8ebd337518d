// The accounts of Amazon's as which logs are delivered in the regions of before August 2022; later ones have the
// service's principal alone.
//   https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hanbat::elasticloadbalancing {

std::optional<std::string> find_delivery_account(std::string_view region);

}  // namespace hanbat::elasticloadbalancing
