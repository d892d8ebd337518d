// REST requests: which operation, and its members out of path, query, headers and body.
#include "wire/rest.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"
#include "base/utf8.h"
#include "wire/form.h"
#include "wire/json_value.h"
#include "wire/scalar.h"
#include "wire/xml_value.h"

namespace hanbat::wire {

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

const std::string* find_pair(const Pairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs)
    if (key == name) return &value;
  return nullptr;
}

std::string decoded(std::string_view text) { return percent_decode(text).value_or(std::string(text)); }

/// Fits the path's segments to the template's; the count of literal segments, or nothing.
std::optional<int> match_path(std::string_view pattern, std::string_view path, Labels& labels) {
  int literals = 0;
  while (true) {
    if (pattern.empty() || pattern == "/") {
      if (path.empty() || path == "/") return literals;
      return std::nullopt;
    }
    if (path.empty()) return std::nullopt;
    pattern.remove_prefix(1);
    if (path.front() != '/') return std::nullopt;
    path.remove_prefix(1);
    const std::string_view want = pattern.substr(0, pattern.find('/'));
    if (want.starts_with('{') && want.ends_with("+}")) {
      // A greedy label takes all that the rest of the template leaves.
      const std::string_view after = pattern.substr(want.size());
      if (path.size() <= after.size() || !path.ends_with(after)) return std::nullopt;
      labels[std::string(want.substr(1, want.size() - 3))] = decoded(path.substr(0, path.size() - after.size()));
      return literals;
    }
    const std::string_view have = path.substr(0, path.find('/'));
    if (want.starts_with('{')) {
      if (have.empty()) return std::nullopt;
      labels[std::string(want.substr(1, want.size() - 2))] = decoded(have);
    } else {
      if (want != have) return std::nullopt;
      ++literals;
    }
    pattern.remove_prefix(want.size());
    path.remove_prefix(have.size());
  }
}

/// Splits a header's list; quoted items may hold commas, and an HTTP date holds one.
std::vector<std::string> header_items(std::string_view text, bool dates) {
  std::vector<std::string> out;
  std::string item;
  bool quoted = false;
  bool was_quoted = false;
  int commas = 0;
  const auto flush = [&] {
    out.push_back(was_quoted ? item : std::string(trim(item)));
    item.clear();
    was_quoted = false;
    commas = 0;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\' && i + 1 < text.size()) {
        item += text[++i];
      } else if (c == '"') {
        quoted = false;
      } else {
        item += c;
      }
    } else if (c == '"' && trim(item).empty()) {
      item.clear();
      quoted = was_quoted = true;
    } else if (c == ',' && (!dates || ++commas % 2 == 0)) {
      flush();
    } else if (!was_quoted || c != ' ') {
      item += c;
    }
  }
  flush();
  return out;
}

class Binder {
 public:
  Binder(Decoding& decoding, const RequestView& request)
      : decoding_(decoding), request_(request), query_(parse_form(request.query)) {}

  void bind(void* input, std::vector<bool>& seen) {
    const OperationModel& operation = decoding_.operation();
    Labels labels;
    if (auto found = match_route(operation.route, request_)) labels = std::move(found->labels);
    const Shape& shape = *operation.input;
    for (std::size_t i = 0; i < shape.members.size(); ++i) {
      const Member& member = shape.members[i];
      switch (member.location) {
        case Location::kUri:
          if (auto found = labels.find(member.wire_name); found != labels.end())
            seen[i] = scalar(member, found->second, input, TimeFormat::kIso8601);
          break;
        case Location::kQuery:
          seen[i] = query(member, input);
          break;
        case Location::kHeader:
          seen[i] = header(member, input);
          break;
        case Location::kHeaders:
          seen[i] = prefixed(member, input);
          break;
        default:
          break;
      }
    }
  }

 private:
  void read(const Member& holder, const Member& member, std::string_view text, void* value) {
    try {
      if (member.shape->type == Type::kDocument) {
        const auto bytes = from_base64(text);
        scalar_from_text(*member.shape, bytes ? std::string_view(*bytes) : text, value);
      } else {
        scalar_from_text(*member.shape, text, value);
      }
    } catch (const BadValue&) {
      // What AWS says of a header or query parameter of the wrong kind.
      if (decoding_.operation().service->protocol == Protocol::kRestXml) {
        const std::string name(holder.wire_name);
        const bool integer = member.shape->type == Type::kInteger || member.shape->type == Type::kLong;
        throw Error("InvalidArgument", 400,
                    "Provided " + name +
                        (integer ? " not an integer or within integer range" : " is not valid: " + std::string(text)))
            .with("ArgumentName", name)
            .with("ArgumentValue", std::string(text));
      }
      throw Error("SerializationException", 400, "The value of " + std::string(holder.wire_name) + " is not valid");
    }
  }

  bool scalar(const Member& member, std::string_view text, void* input, TimeFormat) {
    if (text.empty() && member.shape->type != Type::kString) return false;
    read(member, member, text, make_value(member, input));
    return true;
  }

  void add_item(const Member& member, void* list, std::string_view text) {
    const Member& element = *member.shape->element;
    read(member, element, text, element.slot.make(member.shape->list->add(list)));
  }

  bool query(const Member& member, void* input) {
    if (member.shape->type == Type::kMap) return query_map(member, input);
    if (member.shape->type == Type::kList) {
      bool any = false;
      for (const auto& [key, value] : query_) {
        if (key != member.wire_name) continue;
        any = true;
        add_item(member, make_value(member, input), value);
      }
      return any;
    }
    const std::string* found = find_pair(query_, member.wire_name);
    return found && scalar(member, *found, input, TimeFormat::kIso8601);
  }

  /// A map bound to the query takes every parameter that no other member is bound to.
  bool query_map(const Member& member, void* input) {
    const Shape& shape = *decoding_.operation().input;
    const Member& element = *member.shape->element;
    bool any = false;
    for (const auto& [key, value] : query_) {
      const bool taken = std::any_of(
          shape.members.begin(), shape.members.end(), [&, name = std::string_view(key)](const Member& other) {
            return other.location == Location::kQuery && other.shape->type != Type::kMap && other.wire_name == name;
          });
      if (taken) continue;
      any = true;
      if (!is_utf8(key)) decoding_.malformed("a query parameter's name is not UTF-8");
      void* held = element.slot.make(member.shape->map->add(make_value(member, input), key));
      if (element.shape->type == Type::kList) {
        read(member, *element.shape->element, value, element.shape->element->slot.make(element.shape->list->add(held)));
      } else {
        read(member, element, value, held);
      }
    }
    return any;
  }

  bool header(const Member& member, void* input) {
    const std::string* found = request_.find_header(member.wire_name);
    if (!found) return false;
    if (member.shape->type != Type::kList) return scalar(member, *found, input, TimeFormat::kHttpDate);
    const Member& element = *member.shape->element;
    const bool dates =
        element.shape->type == Type::kTimestamp && time_format(element, TimeFormat::kHttpDate) == TimeFormat::kHttpDate;
    make_value(member, input);
    if (trim(*found).empty()) return true;
    for (const std::string& item : header_items(*found, dates)) add_item(member, make_value(member, input), item);
    return true;
  }

  bool prefixed(const Member& member, void* input) {
    bool any = false;
    const Member& element = *member.shape->element;
    for (const auto& [name, value] : request_.headers) {
      if (name.size() < member.wire_name.size() ||
          !iequals(std::string_view(name).substr(0, member.wire_name.size()), member.wire_name))
        continue;
      any = true;
      const std::string key = name.substr(member.wire_name.size());
      if (!is_utf8(key)) decoding_.malformed("a header's name is not UTF-8");
      read(member, element, value,
           element.slot.make(member.shape->map->add(
               make_value(member, input), decoding_.operation().service->lower_case_headers ? lower(key) : key)));
    }
    return any;
  }

  Decoding& decoding_;
  const RequestView& request_;
  const Pairs query_;
};

void read_payload(Decoding& decoding, const Member& payload, const Body& body, void* input, std::size_t index,
                  std::vector<bool>& seen) {
  if (payload.shape->type == Type::kBody) {
    *static_cast<Body*>(make_value(payload, input)) = body;
    seen[index] = true;
    return;
  }
  const std::string text = body.read_all();
  if (text.empty()) return;
  seen[index] = true;
  const Path path{nullptr, payload.name};
  void* value = make_value(payload, input);
  if (payload.shape->type == Type::kString || payload.shape->type == Type::kBlob) {
    if (payload.shape->type == Type::kString && !is_utf8(text)) decoding.malformed("the body is not UTF-8");
    *static_cast<std::string*>(value) = text;
  } else if (is_rest_json(decoding.operation())) {
    json_into(decoding, Names::kOfWire, payload, parse_json(decoding, text), value, path);
  } else {
    std::vector<bool> inner(payload.shape->members.size());
    xml_into(decoding, text, *payload.shape, value, inner, &path);
    decoding.end_structure(*payload.shape, inner, &path);
  }
}

}  // namespace

std::optional<RouteMatch> match_route(const Route& route, const RequestView& request) {
  if (request.method != route.method) return std::nullopt;
  const std::size_t mark = route.uri.find('?');
  RouteMatch out{};
  const auto literals = match_path(route.uri.substr(0, mark), request.route(), out.labels);
  if (!literals) return std::nullopt;
  out.score = *literals * 100;
  if (mark == std::string_view::npos && route.required.empty()) return out;
  const Pairs query = parse_form(request.query);
  if (mark != std::string_view::npos) {
    for (const auto& [key, value] : parse_form(route.uri.substr(mark + 1))) {
      const std::string* found = find_pair(query, key);
      if (!found || (!value.empty() && *found != value)) return std::nullopt;
      out.score += 10;
    }
  }
  for (const std::string& need : split(route.required, ' ')) {
    if (need.empty()) continue;
    const std::string_view name = std::string_view(need).substr(1);
    if (need[0] == '?' ? !find_pair(query, name) : !request.find_header(name)) return std::nullopt;
    out.score += 2;
  }
  return out;
}

void rest_into(Decoding& decoding, const RequestView& request, const Body& body, void* input) {
  const OperationModel& operation = decoding.operation();
  const Shape& shape = *operation.input;
  std::vector<bool> seen(shape.members.size());
  Binder(decoding, request).bind(input, seen);
  if (shape.payload) {
    read_payload(decoding, *shape.payload, body, input, static_cast<std::size_t>(shape.payload - shape.members.data()),
                 seen);
  } else if (std::any_of(shape.members.begin(), shape.members.end(),
                         [](const Member& m) { return m.location == Location::kBody; })) {
    const std::string text = body.read_all();
    if (!text.empty()) {
      if (is_rest_json(operation)) {
        json_into(decoding, Names::kOfWire, shape, parse_json(decoding, text), input, seen, nullptr);
      } else {
        xml_into(decoding, text, shape, input, seen, nullptr);
      }
    }
  }
  decoding.end_structure(shape, seen, nullptr);
}

}  // namespace hanbat::wire
