// The code of input that breaks the model: the service's own, or that of its protocol.
#pragma once

#include <string_view>

#include "wire/operation.h"

namespace hanbat::wire {

/// The code that a service gives to input which breaks the model.
std::string_view validation_code(const ServiceModel& service);

}  // namespace hanbat::wire
