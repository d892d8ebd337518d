// The AWS protocols: from the parts of an HTTP request to an operation and its typed input, and from its output or
// error to the parts of an HTTP response. One codec per protocol serves all structs. Pure: no I/O but reading a body.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/body.h"
#include "wire/error.h"
#include "wire/input_check.h"
#include "wire/operation.h"

namespace hanbat::wire {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The value of the first header of that name (any case), or null.
const std::string* find_header(const Headers& headers, std::string_view name);

/// The head of a request as it came, and the path that tells the operation.
struct RequestView {
  std::string method;
  std::string path;   // percent-encoded as sent; what SigV4 signs
  std::string query;  // without '?', as sent
  Headers headers;
  /// The path to route by when it differs from `path`: S3's virtual-host style brought into path style.
  std::string routed_path = {};

  const std::string& route() const { return routed_path.empty() ? path : routed_path; }
  const std::string* find_header(std::string_view name) const { return wire::find_header(headers, name); }
  std::string header(std::string_view name) const {
    const std::string* found = find_header(name);
    return found ? *found : std::string();
  }
};

struct Response {
  int status = 200;
  Headers headers;
  Body body;
};

/// The service in the protocol that the request speaks: told by X-Amz-Target (JSON), by Smithy-Protocol or the path
/// (CBOR), else a form. A service of one protocol is what it is.
const ServiceModel& spoken(const ServiceModel& service, const RequestView& request);

/// The operation that a request asks for. Throws Error: 501 NotImplemented by name when it is one of AWS's that we do
/// not have, else what AWS answers to an unknown or missing action (UnknownOperationException, InvalidAction…).
/// `body` is needed for the query and ec2 protocols only (the form); others may pass an empty one.
const OperationModel& match(const ServiceModel& service, const RequestView& request, const Body& body);

/// Reads the request into `input`, a fresh struct of the operation's input shape, and returns which required members it
/// lacks: both are for check_input. Throws Error in the service's own words for what cannot be read and for unknown
/// parameters.
Missing read_request(const OperationModel& operation, const RequestView& request, const Body& body, void* input);

/// Reads an input that is no request: JSON by the model's names of all members, whatever the protocol. Otherwise as
/// read_request.
Missing read_json_input(const OperationModel& operation, const Json& json, void* input);

/// The success response.
Response encode_response(const OperationModel& operation, const void* output, std::string_view request_id);

/// The error response in the service's protocol. `resource` is the path, which S3 tells.
Response encode_error(const ServiceModel& service, const Error& error, std::string_view request_id,
                      std::string_view resource = "");

/// S3: the bucket that a Host header names in virtual-host style, or nothing: `bucket.s3.<region>.<domain>`,
/// `bucket.s3.<domain>`, `bucket.s3-<region>.<domain>`, `bucket.s3.localhost:4566`; and `bucket.localhost:4566`, which
/// SDKs make of an endpoint `localhost`, so ask only of requests that are S3's.
std::optional<std::string> bucket_of_host(std::string_view host);

}  // namespace hanbat::wire
