// 405, which tells what the resource takes instead.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "wire/error.h"

namespace hanbat::wire {

/// S3's MethodNotAllowed. Its Allow names the methods (RFC 9110, 15.5.6); the header is there when it names none, too.
class MethodNotAllowed : public Error {
 public:
  MethodNotAllowed(std::string_view method, const std::vector<std::string>& allowed, std::string_view resource_type)
      : Error("MethodNotAllowed", 405, "The specified method is not allowed against this resource."),
        allow_(join(allowed, ", ")) {
    with("Method", std::string(method));
    with("ResourceType", std::string(resource_type));
  }

  const Shape* members_shape() const override {
    static constexpr Shape kText{.name = "Methods", .type = Type::kString};
    static constexpr Member kMembers[] = {{.name = "Allow",
                                           .wire_name = "Allow",
                                           .shape = &kText,
                                           .slot = kPlain,
                                           .location = Location::kHeader,
                                           .required = true}};
    static constexpr Shape kShape{.name = "MethodNotAllowed", .members = kMembers};
    return &kShape;
  }
  const void* members() const override { return &allow_; }

 private:
  std::string allow_;
};

}  // namespace hanbat::wire
