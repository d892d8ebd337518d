// From request to operation to input, from output or error to response: which protocol does which.
#include "wire/codec.h"

#include <algorithm>

#include "base/text.h"
#include "wire/cbor.h"
#include "wire/decoding.h"
#include "wire/form.h"
#include "wire/host_id.h"
#include "wire/json_value.h"
#include "wire/method_not_allowed.h"
#include "wire/rest.h"
#include "wire/xml_value.h"

namespace hanbat::wire {

namespace {

constexpr std::string_view kXmlHead = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

const OperationModel* find_operation(const ServiceModel& service, std::string_view name) {
  for (const OperationModel& operation : service.operations)
    if (operation.name == name) return &operation;
  return nullptr;
}

const OperationModel& by_name(const ServiceModel& service, std::string_view name) {
  if (const OperationModel* found = find_operation(service, name)) return *found;
  for (const AbsentOperation& absent : service.absent)
    if (absent.name == name) throw Error::not_implemented(name);
  if (service.protocol == Protocol::kJson || service.protocol == Protocol::kCbor)
    throw Error("UnknownOperationException", 400,
                "The operation " + std::string(name) + " is not known to the service.");
  throw Error("InvalidAction", 400, "The action " + std::string(name) + " is not valid for this web service.");
}

std::vector<std::pair<std::string, std::string>> form_of(const RequestView& request, const Body& body) {
  auto pairs = parse_form(request.query);
  if (request.method == "POST") {
    auto posted = parse_form(body.read_all());
    pairs.insert(pairs.end(), std::make_move_iterator(posted.begin()), std::make_move_iterator(posted.end()));
  }
  return pairs;
}

/// The methods under which the request would be one of the service's operations.
std::vector<std::string> methods_of(const ServiceModel& service, RequestView request) {
  std::vector<std::string> methods;
  for (const char* method : {"GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"}) {
    request.method = method;
    if (std::ranges::any_of(service.operations, [&](const OperationModel& operation) {
          return match_route(operation.route, request).has_value();
        }))
      methods.emplace_back(method);
  }
  return methods;
}

/// What S3 calls a resource of the path.
std::string_view resource_type_of(std::string_view path) {
  if (path.empty() || path == "/") return "SERVICE";
  const std::size_t slash = path.find('/', 1);
  return slash == path.npos || slash + 1 == path.size() ? "BUCKET" : "OBJECT";
}

const OperationModel& match_rest(const ServiceModel& service, const RequestView& request) {
  const OperationModel* best = nullptr;
  const AbsentOperation* best_absent = nullptr;
  int score = -1;
  for (const OperationModel& operation : service.operations) {
    const auto found = match_route(operation.route, request);
    if (found && found->score > score) {
      score = found->score;
      best = &operation;
    }
  }
  for (const AbsentOperation& absent : service.absent) {
    const auto found = match_route(absent.route, request);
    if (found && found->score > score) {
      score = found->score;
      best_absent = &absent;
    }
  }
  if (best_absent) throw Error::not_implemented(best_absent->name);
  if (best) return *best;
  if (service.protocol == Protocol::kRestXml)
    throw MethodNotAllowed(request.method, methods_of(service, request), resource_type_of(request.route()));
  throw Error("UnknownOperationException", 404, "");
}

Response xml_response(const OperationModel& operation, const void* output, std::string_view request_id) {
  const ServiceModel& service = *operation.service;
  const bool ec2 = service.protocol == Protocol::kEc2;
  const XmlStyle style{.always_milliseconds = ec2, .zero_milliseconds = service.millisecond_times};
  std::string out(kXmlHead);
  const std::string root = std::string(operation.name) + "Response";
  out += '<' + root;
  if (!service.xml_uri.empty())
    out += " xmlns=\"" + std::string(service.xml_uri) + (ec2 && !service.xml_uri.ends_with('/') ? "/\"" : "\"");
  out += '>';
  if (ec2) {
    append_element(out, "requestId", request_id);
    if (operation.has_output)
      append_members(out, style, *operation.output, output);
    else
      append_element(out, "return", "true");
  } else {
    if (operation.has_output) append_root(out, style, *operation.output, output, operation.result_wrapper, "");
    out += "<ResponseMetadata>";
    append_element(out, "RequestId", request_id);
    out += "</ResponseMetadata>";
  }
  out += "</" + root + '>';
  Response response;
  response.headers.emplace_back("Content-Type", ec2 ? "text/xml;charset=UTF-8" : "text/xml");
  response.body = Body::of_bytes(std::move(out));
  return response;
}

/// Whose fault it is, in the words of the query protocol.
std::string_view side_of(const Error& error) { return error.fault() == Fault::kClient ? "Sender" : "Receiver"; }

void add_query_error(const ServiceModel& service, const Error& error, Headers& headers) {
  if (service.query_compatible && !error.query_code().empty())
    headers.emplace_back("x-amzn-query-error", error.query_code() + ';' + std::string(side_of(error)));
}

/// The REST protocol tells the error's code in a header.
std::string json_error(const Error& error, bool rest) {
  Json body = Json::object();
  if (!rest) body["__type"] = error.code();
  if (!error.message().empty()) body["message"] = error.message();
  for (const auto& [name, value] : error.extra()) body[name] = value;
  if (const Shape* shape = error.members_shape()) {
    Json members = json_of(*shape, error.members());
    for (auto& [name, value] : members.members()) body[name] = std::move(value);
  }
  return body.dump();
}

std::string cbor_error(const Error& error) {
  std::string out;
  open_cbor_map(out);
  const auto add = [&](std::string_view name, std::string_view value) {
    append_cbor_text(out, name);
    append_cbor_text(out, value);
  };
  add("__type", error.code());
  add("message", error.message());
  for (const auto& [name, value] : error.extra()) add(name, value);
  if (const Shape* shape = error.members_shape()) append_cbor_members(out, *shape, error.members());
  close_cbor_map(out);
  return out;
}

void add_request_id(const ServiceModel& service, Headers& headers, std::string_view request_id) {
  if (service.host_ids) {
    headers.emplace_back("x-amz-request-id", std::string(request_id));
    headers.emplace_back("x-amz-id-2", host_id_of(request_id));
  } else {
    headers.emplace_back("x-amzn-RequestId", std::string(request_id));
  }
}

}  // namespace

const std::string* find_header(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (iequals(key, name)) return &value;
  return nullptr;
}

const ServiceModel& spoken(const ServiceModel& service, const RequestView& request) {
  const Protocol wanted = request.find_header("X-Amz-Target") ? Protocol::kJson
                          : request.find_header("Smithy-Protocol") || request.path.starts_with("/service/")
                              ? Protocol::kCbor
                              : Protocol::kQuery;
  for (const ServiceModel* other : service.also)
    if (other->protocol == wanted) return *other;
  return service;
}

const OperationModel& match(const ServiceModel& service, const RequestView& request, const Body& body) {
  switch (service.protocol) {
    case Protocol::kCbor: {
      const std::string& path = request.route();
      const std::size_t mark = path.rfind("/operation/");
      if (request.method != "POST" || mark == path.npos || !path.starts_with("/service/"))
        throw Error("UnknownOperationException", 404, "");
      return by_name(service, std::string_view(path).substr(mark + 11));
    }
    case Protocol::kJson: {
      const std::string target = request.header("X-Amz-Target");
      if (target.empty()) throw Error("MissingAction", 400, "The request carries no X-Amz-Target header.");
      const std::size_t dot = target.rfind('.');
      return by_name(service, dot == std::string::npos ? target : target.substr(dot + 1));
    }
    case Protocol::kQuery:
    case Protocol::kEc2: {
      for (const auto& [key, value] : form_of(request, body))
        if (key == "Action") return by_name(service, value);
      throw Error("MissingAction", 400, "No action was supplied with this request.");
    }
    default:
      return match_rest(service, request);
  }
}

Missing read_request(const OperationModel& operation, const RequestView& request, const Body& body, void* input) {
  Decoding decoding(operation);
  switch (operation.service->protocol) {
    case Protocol::kQuery:
    case Protocol::kEc2:
      form_into(decoding, form_of(request, body), input);
      break;
    case Protocol::kJson: {
      const Json json = parse_json(decoding, body.read_all());
      std::vector<bool> seen(operation.input->members.size());
      json_into(decoding, Names::kOfWire, *operation.input, json, input, seen, nullptr);
      decoding.end_structure(*operation.input, seen, nullptr);
      break;
    }
    case Protocol::kCbor:
      cbor_into(decoding, body.read_all(), *operation.input, input);
      break;
    default:
      rest_into(decoding, request, body, input);
  }
  return decoding.take_missing();
}

Missing read_json_input(const OperationModel& operation, const Json& json, void* input) {
  Decoding decoding(operation);
  std::vector<bool> seen(operation.input->members.size());
  json_into(decoding, Names::kOfModel, *operation.input, json, input, seen, nullptr);
  decoding.end_structure(*operation.input, seen, nullptr);
  return decoding.take_missing();
}

Response encode_response(const OperationModel& operation, const void* output, std::string_view request_id) {
  Response response;
  switch (operation.service->protocol) {
    case Protocol::kQuery:
    case Protocol::kEc2:
      response = xml_response(operation, output, request_id);
      break;
    case Protocol::kJson:
      response.headers.emplace_back("Content-Type",
                                    "application/x-amz-json-" + std::string(operation.service->json_version));
      if (operation.has_output) response.body = Body::of_bytes(json_of(*operation.output, output).dump());
      break;
    case Protocol::kCbor:
      response.headers.emplace_back("smithy-protocol", "rpc-v2-cbor");
      if (operation.has_output) {
        std::string out;
        append_cbor(out, *operation.output, output);
        response.headers.emplace_back("Content-Type", "application/cbor");
        response.body = Body::of_bytes(std::move(out));
      }
      break;
    default:
      response = rest_response(operation, output);
  }
  add_request_id(*operation.service, response.headers, request_id);
  return response;
}

Response encode_error(const ServiceModel& service, const Error& error, std::string_view request_id,
                      std::string_view resource) {
  Response response;
  response.status = error.status();
  add_request_id(service, response.headers, request_id);
  if (const Shape* shape = error.members_shape())
    for (auto& header : header_members(service, *shape, error.members())) response.headers.push_back(std::move(header));
  if (error.status() == 304) return response;
  std::string out;
  switch (service.protocol) {
    case Protocol::kJson:
    case Protocol::kRestJson: {
      const bool rest = service.protocol == Protocol::kRestJson;
      if (rest) response.headers.emplace_back("x-amzn-ErrorType", error.code());
      add_query_error(service, error, response.headers);
      response.headers.emplace_back(
          "Content-Type", rest ? "application/json" : "application/x-amz-json-" + std::string(service.json_version));
      response.body = Body::of_bytes(json_error(error, rest));
      return response;
    }
    case Protocol::kCbor:
      response.headers.emplace_back("smithy-protocol", "rpc-v2-cbor");
      response.headers.emplace_back("Content-Type", "application/cbor");
      add_query_error(service, error, response.headers);
      response.body = Body::of_bytes(cbor_error(error));
      return response;
    default:
      break;
  }
  // In the days of the query protocol the error had another code.
  const std::string& code = error.query_code().empty() ? error.code() : error.query_code();
  std::string members;
  for (const auto& [name, value] : error.extra()) append_element(members, name, value);
  if (const Shape* shape = error.members_shape()) append_members(members, {}, *shape, error.members());
  out = kXmlHead;
  if (service.protocol == Protocol::kEc2) {
    out += "<Response><Errors><Error>";
    append_element(out, "Code", error.code());
    append_element(out, "Message", error.message());
    out += members + "</Error></Errors>";
    append_element(out, "RequestID", request_id);
    out += "</Response>";
  } else if (service.bare_errors) {
    out += "<Error>";
    append_element(out, "Code", error.code());
    append_element(out, "Message", error.message());
    out += members;
    if (!resource.empty()) append_element(out, "Resource", resource);
    append_element(out, "RequestId", request_id);
    append_element(out, "HostId", host_id_of(request_id));
    out += "</Error>";
  } else {
    out += "<ErrorResponse";
    if (!service.xml_uri.empty()) out += " xmlns=\"" + std::string(service.xml_uri) + '"';
    out += "><Error>";
    append_element(out, "Type", side_of(error));
    append_element(out, "Code", code);
    append_element(out, "Message", error.message());
    out += members + "</Error>";
    append_element(out, "RequestId", request_id);
    out += "</ErrorResponse>";
  }
  response.headers.emplace_back("Content-Type",
                                service.protocol == Protocol::kRestXml ? "application/xml" : "text/xml");
  response.body = Body::of_bytes(std::move(out));
  return response;
}

std::optional<std::string> bucket_of_host(std::string_view host) {
  host = host.substr(0, host.rfind(':'));
  // The bucket's own name may hold dots, and ".s3." too: the last occurrence divides.
  std::size_t at = host.rfind(".s3.");
  if (at == std::string_view::npos) at = host.rfind(".s3-");
  if (at == std::string_view::npos && host.ends_with(".localhost") && host.find('.') == host.size() - 10 &&
      host != "s3.localhost")
    at = host.size() - 10;
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  return std::string(host.substr(0, at));
}

}  // namespace hanbat::wire
