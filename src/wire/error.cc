// The one error that is ours and not AWS's: what is not built says so by name.
#include "wire/error.h"

namespace hanbat::wire {

Error Error::not_implemented(std::string_view operation, std::string_view what) {
  std::string message = "Hanbat does not implement ";
  if (what.empty()) {
    message += "the operation " + std::string(operation);
  } else {
    message += std::string(what) + " of the operation " + std::string(operation);
  }
  return Error("NotImplemented", 501, message);
}

}  // namespace hanbat::wire
