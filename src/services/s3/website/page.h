// What a website shows of an error: a page of HTML, and the same in headers, for who asks by HEAD.
#pragma once

#include <optional>
#include <string>

#include "wire/codec.h"
#include "wire/error.h"

namespace hanbat::s3 {

/// The bucket's own page for errors could not be shown either, because of this.
struct MissingErrorDocument {
  std::string key;
  wire::Error error;
};

/// x-amz-error-code, -message and -detail-<member>.
void add_error_headers(const wire::Error& error, wire::Headers& headers);
wire::Response error_page(const wire::Error& error, const std::optional<MissingErrorDocument>& missing,
                          const std::string& request_id);

}  // namespace hanbat::s3
