// What is answered where a delete marker stands: an error whose headers tell of it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/time.h"
#include "services/s3/objects/store.h"
#include "wire/error.h"

namespace hanbat::s3 {

/// NoSuchKey (404) where the marker is the latest version of its key.
class HiddenByMarker : public wire::Error {
 public:
  explicit HiddenByMarker(const ObjectRow& marker)
      : HiddenByMarker(marker,
                       wire::Error("NoSuchKey", 404, "The specified key does not exist.").with("Key", marker.key)) {}

  const wire::Shape* members_shape() const override;
  const void* members() const override { return &told_; }

 protected:
  HiddenByMarker(const ObjectRow& marker, const wire::Error& error) : wire::Error(error) {
    told_.marker = "true";
    told_.version_id = marker.version_id;
  }

  struct Told {
    std::optional<std::string> marker;
    std::optional<std::string> version_id;
    std::optional<std::string> modified;
    std::optional<std::string> allow;
  };
  Told told_;
};

/// MethodNotAllowed (405) where the marker itself is asked for by its version: it can only be deleted.
class MarkerIsNoObject : public HiddenByMarker {
 public:
  MarkerIsNoObject(const ObjectRow& marker, std::string_view method)
      : HiddenByMarker(
            marker, wire::Error("MethodNotAllowed", 405, "The specified method is not allowed against this resource.")
                        .with("Method", std::string(method))
                        .with("ResourceType", "DeleteMarker")) {
    told_.modified = http_date(marker.modified);
    told_.allow = "DELETE";
  }
};

}  // namespace hanbat::s3
