// What a website shows of an error: a page of HTML, and the same in headers, for who asks by HEAD.
#pragma once

#include <optional>
#include <string>

#include "wire/codec.h"
#include "wire/error.h"

namespace hanbat::s3 {

/// x-amz-error-code, -message and -detail-<member>.
void add_error_headers(const wire::Error& error, wire::Headers& headers);
/// `missing`: why the bucket's own page for errors could not be shown either.
wire::Response error_page(const wire::Error& error, const std::optional<wire::Error>& missing,
                          const std::string& request_id);

}  // namespace hanbat::s3
