#include "wire/decoding.h"

namespace hanbat::wire {

std::string lower_first(std::string_view name) {
  std::string out(name);
  if (!out.empty() && out[0] >= 'A' && out[0] <= 'Z') out[0] = static_cast<char>(out[0] - 'A' + 'a');
  return out;
}

std::string Path::text() const {
  std::string out = up ? up->text() : std::string();
  if (index > 0) {
    out += '.' + std::to_string(index);
    if (!name.empty()) out += '.' + std::string(name);
    return out;
  }
  if (!out.empty()) out += '.';
  return out + lower_first(name);
}

void Decoding::end_structure(const Shape& shape, const std::vector<bool>& seen, const Path* path) {
  for (std::size_t i = 0; i < shape.members.size(); ++i) {
    const Member& member = shape.members[i];
    if (!member.required || seen[i] || member.shape->type == Type::kBody) continue;
    missing_.insert(Path{path, member.name}.text());
  }
}

void Decoding::malformed(std::string_view what) const { throw_malformed(*operation_.service, what); }

void throw_malformed(const ServiceModel& service, std::string_view what) {
  switch (service.protocol) {
    case Protocol::kRestXml:
      throw Error("MalformedXML", 400,
                  "The XML you provided was not well-formed or did not validate against our published schema");
    case Protocol::kEc2:
      throw Error("InvalidParameterValue", 400, std::string(what));
    case Protocol::kQuery:
      throw Error("MalformedInput", 400, std::string(what));
    default:
      throw Error("SerializationException", 400, std::string(what));
  }
}

}  // namespace hanbat::wire
