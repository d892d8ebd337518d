// REST answers: an output's members into status, headers and body.
#include "base/encoding.h"
#include "base/text.h"
#include "wire/json_value.h"
#include "wire/rest.h"
#include "wire/scalar.h"
#include "wire/xml_value.h"

namespace hanbat::wire {

namespace {

/// An item of a header's list, quoted when it needs to be.
std::string header_item(const std::string& text) {
  if (text.find_first_of(",\"") == std::string::npos) return text;
  return '"' + replace_all(replace_all(text, "\\", "\\\\"), "\"", "\\\"") + '"';
}

class Answer {
 public:
  explicit Answer(const OperationModel& operation) : operation_(operation) {
    response_.status = operation.success_status;
  }

  /// The members of an error that travel in headers.
  Response headers_of(const Shape& shape, const void* value) {
    for (const Member& member : shape.members)
      if (const void* inner = find_value(member, value)) header(member, inner);
    return std::move(response_);
  }

  Response write(const void* output) {
    const Shape& shape = *operation_.output;
    bool has_body_members = false;
    for (const Member& member : shape.members) {
      if (member.location == Location::kBody) has_body_members = true;
      const void* value = find_value(member, output);
      if (value) header(member, value);
    }
    if (shape.payload) {
      if (const void* value = find_value(*shape.payload, output))
        payload(*shape.payload, value);
      else if (shape.payload->shape->type == Type::kStructure && is_rest_json(operation_))
        json("{}");
    } else if (is_rest_json(operation_)) {
      json(json_of(shape, output).dump());
    } else if (has_body_members) {
      xml(shape, output);
    }
    return std::move(response_);
  }

 private:
  void header(const Member& member, const void* value) {
    if (member.location == Location::kStatusCode) {
      response_.status = *static_cast<const int*>(value);
    } else if (member.location == Location::kHeader) {
      // The length of a body that follows is the server's to tell; of one that does not (HEAD), ours.
      if (iequals(member.wire_name, "Content-Length") && operation_.route.method != "HEAD") return;
      response_.headers.emplace_back(std::string(member.wire_name), header_text(member, value));
      // The model does not tell the status of a part.
      if (iequals(member.wire_name, "Content-Range") && response_.status == 200) response_.status = 206;
    } else if (member.location == Location::kHeaders) {
      struct Writing {
        Response& response;
        const Member& member;
      } writing{response_, member};
      member.shape->map->each(value, &writing, [](void* context, const std::string& key, const void* place) {
        auto& [response, map] = *static_cast<Writing*>(context);
        const void* held = map.shape->element->slot.find(place);
        if (!held) return;
        response.headers.emplace_back(std::string(map.wire_name) + key,
                                      scalar_to_text(*map.shape->element->shape, TimeFormat::kHttpDate, held));
      });
    }
  }

  std::string header_text(const Member& member, const void* value) const {
    const Shape& shape = *member.shape;
    if (shape.type == Type::kDocument) return to_base64(static_cast<const Json*>(value)->dump());
    if (shape.type != Type::kList) return scalar_to_text(shape, time_format(member, TimeFormat::kHttpDate), value);
    std::string out;
    for (std::size_t i = 0; i < shape.list->size(value); ++i) {
      const void* held = shape.element->slot.find(shape.list->at(value, i));
      if (!held) continue;
      const Shape& element = *shape.element->shape;
      const std::string text = scalar_to_text(element, time_format(*shape.element, TimeFormat::kHttpDate), held);
      out += (i ? ", " : "") + (element.type == Type::kString ? header_item(text) : text);
    }
    return out;
  }

  void content_type(std::string_view type) {
    if (!find_header(response_.headers, "Content-Type"))
      response_.headers.emplace_back("Content-Type", std::string(type));
  }

  void json(std::string text) {
    content_type("application/json");
    response_.body = Body::of_bytes(std::move(text));
  }

  std::string space() const {
    if (operation_.service->xml_uri.empty()) return {};
    return " xmlns=\"" + std::string(operation_.service->xml_uri) + '"';
  }

  void xml(const Shape& shape, const void* value, std::string_view name = {}) {
    std::string_view root = operation_.answer_element;
    if (root.empty()) root = !name.empty() ? name : !shape.wire_name.empty() ? shape.wire_name : shape.name;
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    const XmlStyle style{.zero_milliseconds = operation_.service->millisecond_times};
    if (operation_.answer_is_text) {
      out += '<' + std::string(root) + space() + '>';
      if (const void* text = find_value(shape.members[0], value))
        append_xml_text(out, *static_cast<const std::string*>(text));
      out += "</" + std::string(root) + '>';
    } else {
      append_root(out, style, shape, value, root, space());
    }
    content_type("application/xml");
    response_.body = Body::of_bytes(std::move(out));
  }

  void payload(const Member& member, const void* value) {
    const Shape& shape = *member.shape;
    switch (shape.type) {
      case Type::kBody:
        response_.body = *static_cast<const Body*>(value);
        if (!response_.body.empty()) content_type("application/octet-stream");
        return;
      case Type::kBlob:
      case Type::kString:
        content_type(shape.type == Type::kBlob ? "application/octet-stream" : "text/plain");
        response_.body = Body::of_bytes(*static_cast<const std::string*>(value));
        return;
      default:
        if (is_rest_json(operation_)) return json(json_of(member, value).dump());
        xml(shape, value,
            shape.wire_name.empty() && member.wire_name != member.name ? member.wire_name : std::string_view());
    }
  }

  const OperationModel& operation_;
  Response response_;
};

}  // namespace

Response rest_response(const OperationModel& operation, const void* output) { return Answer(operation).write(output); }

Headers header_members(const ServiceModel& service, const Shape& shape, const void* value) {
  const OperationModel any{.service = &service};
  return Answer(any).headers_of(shape, value).headers;
}

}  // namespace hanbat::wire
