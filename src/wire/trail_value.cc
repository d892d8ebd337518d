#include "wire/trail_value.h"

#include <cmath>
#include <string>

#include "base/time.h"
#include "wire/scalar.h"

namespace hanbat::wire {

namespace {

enum class Side { kRequest, kResponse };

/// Writes values for one record; knows in which service's manner.
class TrailWriter {
 public:
  TrailWriter(Protocol protocol, Side side)
      : hidden_(hidden_value(protocol)),
        ec2_(protocol == Protocol::kEc2),
        s3_(protocol == Protocol::kRestXml),
        as_xml_(ec2_ && side == Side::kResponse) {}

  Json structure(const Shape& shape, const void* value) const {
    Json out = Json::object();
    for (const Member& member : shape.members) {
      if (member.shape->type == Type::kBody) continue;
      if (const void* inner = find_value(member, value))
        out.members().emplace_back(name_of(member), this->member(member, inner));
    }
    return out;
  }

 private:
  std::string name_of(const Member& member) const {
    if (as_xml_) return std::string(member.wire_name);
    if (s3_ && member.name == "Bucket") return "bucketName";
    std::string out(member.name);
    if (out[0] >= 'A' && out[0] <= 'Z') out[0] = static_cast<char>(out[0] - 'A' + 'a');
    return out;
  }

  Json member(const Member& member, const void* value) const {
    return is_secret(member) ? Json(hidden_) : of(*member.shape, value);
  }

  Json list(const Shape& shape, const void* value) const {
    Json out = Json::array();
    for (std::size_t i = 0; i < shape.list->size(value); ++i) {
      const void* inner = shape.element->slot.find(shape.list->at(value, i));
      out.push_back(inner ? member(*shape.element, inner) : Json());
    }
    return as_xml_ ? Json::object({{"items", std::move(out)}}) : out;
  }

  Json map(const Shape& shape, const void* value) const {
    struct Writing {
      const TrailWriter& writer;
      const Member& element;
      Json out;
    } writing{*this, *shape.element, Json::object()};
    shape.map->each(value, &writing, [](void* context, const std::string& key, const void* place) {
      auto& state = *static_cast<Writing*>(context);
      const void* inner = state.element.slot.find(place);
      state.out.members().emplace_back(key, inner ? state.writer.member(state.element, inner) : Json());
    });
    return std::move(writing.out);
  }

  Json of(const Shape& shape, const void* value) const {
    switch (shape.type) {
      case Type::kStructure:
        return structure(shape, value);
      case Type::kList:
        return list(shape, value);
      case Type::kMap:
        return map(shape, value);
      case Type::kString:
        return *static_cast<const std::string*>(value);
      case Type::kInteger:
        return *static_cast<const int*>(value);
      case Type::kLong:
        return *static_cast<const std::int64_t*>(value);
      case Type::kDouble: {
        const double number = *static_cast<const double*>(value);
        return std::isfinite(number) ? Json(number) : Json(number_text(number));
      }
      case Type::kBoolean:
        return *static_cast<const bool*>(value);
      case Type::kTimestamp: {
        const Timestamp at = *static_cast<const Timestamp*>(value);
        return ec2_ ? Json(at.ms) : Json(format_utc(at, "%b %-d, %Y, %-I:%M:%S %p"));
      }
      case Type::kBlob:
        return hidden_;
      case Type::kDocument:
        return *static_cast<const Json*>(value);
      case Type::kBody:
        return {};
    }
    return {};
  }

  const std::string_view hidden_;
  const bool ec2_;
  const bool s3_;
  const bool as_xml_;
};

Json or_null(Json object) { return object.empty() ? Json() : std::move(object); }

}  // namespace

std::string_view hidden_value(Protocol protocol) {
  return protocol == Protocol::kEc2 ? "<sensitiveDataRemoved>" : "HIDDEN_DUE_TO_SECURITY_REASONS";
}

Json trail_request(const OperationModel& operation, const void* input) {
  return or_null(TrailWriter(operation.service->protocol, Side::kRequest).structure(*operation.input, input));
}

Json trail_response(const OperationModel& operation, const void* output) {
  return or_null(TrailWriter(operation.service->protocol, Side::kResponse).structure(*operation.output, output));
}

}  // namespace hanbat::wire
