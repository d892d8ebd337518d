// Requests out of a fuzzer's bytes, written as HTTP is ("METHOD /path?query", header lines, an empty line, the body),
// and what must hold of any protocol's decoding and encoding. Only *_fuzz.cc include it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <pugixml.hpp>

#include "base/encoding.h"
#include "base/fuzzing.h"
#include "base/json.h"
#include "base/utf8.h"
#include "wire/cbor.h"
#include "wire/codec.h"
#include "wire/form.h"
#include "wire/scalar.h"
#include "wire/testing.h"
#include "wire/trail_value.h"

namespace hanbat::wire::fuzzing {

using hanbat::fuzzing::require;

struct Request {
  RequestView view;
  std::string body;
};

inline Request read_request(hanbat::fuzzing::Input& input) {
  Request out;
  const std::string_view first = input.line();
  const std::size_t space = first.find(' ');
  out.view.method = std::string(first.substr(0, space));
  const std::string_view target = space == std::string_view::npos ? "/" : first.substr(space + 1);
  const std::size_t mark = target.find('?');
  out.view.path = std::string(target.substr(0, mark));
  if (mark != std::string_view::npos) out.view.query = std::string(target.substr(mark + 1));
  while (!input.empty()) {
    const std::string_view line = input.line();
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    out.view.headers.emplace_back(std::string(line.substr(0, colon)), std::string(value));
  }
  out.body = std::string(input.rest());
  return out;
}

/// An operation whose input the fuzzer can make.
struct Subject {
  std::string_view operation;
  std::shared_ptr<void> (*make)();
};

template <class Input>
std::shared_ptr<void> make_input() {
  return std::make_shared<Input>();
}

/// An answer that its client can read: UTF-8, and of the protocol's language.
inline void require_well_formed(const Response& response) {
  if (!response.body.is_bytes() || response.body.empty()) return;
  const std::string& text = response.body.bytes();
  const std::string* type = find_header(response.headers, "Content-Type");
  if (!type) return;
  if (type->find("json") != std::string::npos) {
    require(is_utf8(text), "an answer in JSON is UTF-8");
    try {
      Json::parse(text);
    } catch (const JsonError&) {
      require(false, "an answer in JSON is JSON");
    }
  } else if (type->find("cbor") != std::string::npos) {
    try {
      json_of_cbor(text);
    } catch (const BadValue&) {
      require(false, "an answer in CBOR is CBOR");
    }
  } else if (type->find("xml") != std::string::npos) {
    require(is_utf8(text), "an answer in XML is UTF-8");
    pugi::xml_document document;
    require(document.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8),
            "an answer in XML is XML");
  }
}

inline void require_modelled(const ServiceModel& service, const Error& error) {
  require(error.status() == 501 || (error.status() >= 400 && error.status() < 500),
          "a refused request is the client's error, or what we do not have");
  require(!error.code().empty(), "an error has a code");
  require_well_formed(encode_error(service, error, "id", "/resource"));
}

/// The same request in our own spelling: what was decoded, as we would write it.
inline std::optional<Request> rewritten(const OperationModel& operation, const Request& request, const void* value) {
  Request out = request;
  switch (operation.service->protocol) {
    case Protocol::kQuery:
    case Protocol::kEc2: {
      auto pairs = parse_form(request.view.query);
      if (request.view.method == "POST")
        for (auto& pair : parse_form(request.body)) pairs.push_back(std::move(pair));
      out.body.clear();
      for (const auto& [key, held] : pairs)
        out.body += (out.body.empty() ? "" : "&") + percent_encode(key) + '=' + percent_encode(held);
      out.view.method = "POST";
      out.view.query.clear();
      return out;
    }
    default: {
      // What an answer of that shape would carry in its body is what a request carries.
      OperationModel echo = operation;
      echo.output = operation.input;
      echo.has_output = true;
      const Response response = encode_response(echo, value, "id");
      if (!response.body.is_bytes()) return std::nullopt;
      out.body = response.body.bytes();
      return out;
    }
  }
}

/// Decodes one request as the front door does, and holds what comes of it against what must always be true.
inline void check_protocol(const ServiceModel& service, std::span<const Subject> subjects, const Request& request) {
  const Body body = Body::of_bytes(request.body);
  const OperationModel* operation = nullptr;
  try {
    operation = &match(service, request.view, body);
  } catch (const Error& error) {
    return require_modelled(service, error);
  }
  const Subject* subject = nullptr;
  for (const Subject& each : subjects)
    if (each.operation == operation->name) subject = &each;
  if (!subject) return;

  const std::shared_ptr<void> value = subject->make();
  try {
    decode_request(*operation, request.view, body, value.get());
  } catch (const Error& error) {
    return require_modelled(service, error);
  }
  const Shape& shape = *operation->input;
  const Json told = value_to_json(shape, value.get());
  const std::shared_ptr<void> stored = subject->make();
  value_from_json(shape, Json::parse(told.dump()), stored.get());
  require(value_to_json(shape, stored.get()) == told, "what is stored comes back as it was");

  const Json trail = trail_request(*operation, value.get());
  require(Json::parse(trail.dump()) == trail, "what the trail keeps of a request is JSON");

  OperationModel echo = *operation;
  echo.output = operation->input;
  echo.has_output = true;
  // A payload that is the customer's own bytes has the type that the customer says.
  if (!shape.payload || shape.payload->shape->type == Type::kStructure)
    require_well_formed(encode_response(echo, value.get(), "id"));

  const auto again = rewritten(*operation, request, value.get());
  if (!again) return;
  const std::shared_ptr<void> other = subject->make();
  try {
    decode_request(*operation, again->view, Body::of_bytes(again->body), other.get());
  } catch (const Error&) {
    require(false, "what we write ourselves is accepted");
  }
  require(value_to_json(shape, other.get()) == told, "what we write ourselves decodes to the same");
}

}  // namespace hanbat::wire::fuzzing
