// Field tables built at run time from a model's JSON, with values that have no C++ type: for the tests that run AWS's
// protocol cases through the codecs. Only tests include this.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "wire/body.h"
#include "wire/operation.h"

namespace hanbat::wire {

/// A place that can hold a value of any kind.
struct Dynamic {
  bool present = false;
  std::string text;
  int integer = 0;
  std::int64_t big = 0;
  double number = 0;
  bool flag = false;
  Timestamp time;
  Json document;
  Body body;
  std::vector<Dynamic> items;
  std::map<std::string, Dynamic> entries;
  std::vector<Dynamic> fields;
};

inline constexpr std::size_t kDynamicFields = 64;

/// The slots of Dynamic places: one per kind, as each kind lies at another address.
template <Type type>
struct DynamicSlot {
  static void* value(Dynamic& place) {
    switch (type) {
      case Type::kStructure:
        return place.fields.data();
      case Type::kList:
        return &place.items;
      case Type::kMap:
        return &place.entries;
      case Type::kInteger:
        return &place.integer;
      case Type::kLong:
        return &place.big;
      case Type::kDouble:
        return &place.number;
      case Type::kBoolean:
        return &place.flag;
      case Type::kTimestamp:
        return &place.time;
      case Type::kDocument:
        return &place.document;
      case Type::kBody:
        return &place.body;
      default:
        return &place.text;
    }
  }
  static const void* find(const void* place) {
    auto& dynamic = *static_cast<Dynamic*>(const_cast<void*>(place));
    return dynamic.present ? value(dynamic) : nullptr;
  }
  static void* make(void* place) {
    auto& dynamic = *static_cast<Dynamic*>(place);
    dynamic.present = true;
    if (type == Type::kStructure && dynamic.fields.empty()) dynamic.fields.resize(kDynamicFields);
    return value(dynamic);
  }
  static constexpr Slot kSlot{&find, &make};
};

inline Slot dynamic_slot(Type type) {
  switch (type) {
    case Type::kStructure:
      return DynamicSlot<Type::kStructure>::kSlot;
    case Type::kList:
      return DynamicSlot<Type::kList>::kSlot;
    case Type::kMap:
      return DynamicSlot<Type::kMap>::kSlot;
    case Type::kInteger:
      return DynamicSlot<Type::kInteger>::kSlot;
    case Type::kLong:
      return DynamicSlot<Type::kLong>::kSlot;
    case Type::kDouble:
      return DynamicSlot<Type::kDouble>::kSlot;
    case Type::kBoolean:
      return DynamicSlot<Type::kBoolean>::kSlot;
    case Type::kTimestamp:
      return DynamicSlot<Type::kTimestamp>::kSlot;
    case Type::kDocument:
      return DynamicSlot<Type::kDocument>::kSlot;
    case Type::kBody:
      return DynamicSlot<Type::kBody>::kSlot;
    default:
      return DynamicSlot<Type::kString>::kSlot;
  }
}

/// The shapes of one model. Addresses stay as long as this lives.
class DynamicModel {
 public:
  DynamicModel(const Json& metadata, const Json& shapes) : shapes_(shapes) {
    service_.folder = "cases";
    service_.service_id = "Cases";
    service_.api_version = keep(metadata.text("apiVersion"));
    service_.json_version = keep(metadata.text("jsonVersion", "1.1"));
    service_.target_prefix = keep(metadata.text("targetPrefix"));
    service_.query_compatible = metadata.contains("awsQueryCompatible");
    const Json& space = metadata["xmlNamespace"];
    service_.xml_uri = keep(space.is_string() ? space.as_string() : space.text("uri"));
    const std::string protocol = metadata.text("protocol");
    service_.protocol = protocol == "query"       ? Protocol::kQuery
                        : protocol == "ec2"       ? Protocol::kEc2
                        : protocol == "json"      ? Protocol::kJson
                        : protocol == "rest-json" ? Protocol::kRestJson
                        : protocol == "rest-xml"  ? Protocol::kRestXml
                                                  : Protocol::kCbor;
  }

  OperationModel& operation(const Json& given) {
    OperationModel& out = operations_.emplace_back();
    out.name = keep(given.text("name"));
    out.service = &service_;
    out.route = {keep(given["http"].text("method")), keep(given["http"].text("requestUri")), ""};
    out.success_status = static_cast<int>(given["http"].integer("responseCode", 200));
    out.input = given.contains("input") ? shape(given["input"].text("shape")) : &empty_;
    out.output = given.contains("output") ? shape(given["output"].text("shape")) : &empty_;
    out.has_output = given.contains("output");
    out.input_element = keep(given["input"].text("locationName"));
    out.result_wrapper = keep(given["output"].text("resultWrapper", std::string(out.name) + "Result"));
    service_.operations = std::span<const OperationModel>(&out, 1);
    return out;
  }

  const Shape* shape(const std::string& name) {
    if (auto found = made_.find(name); found != made_.end()) return found->second;
    const Json& json = shapes_[name];
    Shape& out = kept_.emplace_back();
    made_[name] = &out;
    out.name = keep(name);
    const std::string type = json.text("type");
    out.type = type == "structure"                   ? Type::kStructure
               : type == "list"                      ? Type::kList
               : type == "map"                       ? Type::kMap
               : type == "integer"                   ? Type::kInteger
               : type == "long"                      ? Type::kLong
               : type == "double" || type == "float" ? Type::kDouble
               : type == "boolean"                   ? Type::kBoolean
               : type == "timestamp"                 ? Type::kTimestamp
               : type == "blob"                      ? Type::kBlob
                                                     : Type::kString;
    if (json.flag("document")) out.type = Type::kDocument;
    out.flattened = json.flag("flattened");
    out.is_union = json.flag("union");
    out.sensitive = json.flag("sensitive");
    out.time_format = time_of(json);
    out.wire_name = keep(json.text("locationName"));
    std::tie(out.xml_prefix, out.xml_uri) = space_of(json["xmlNamespace"]);
    static constexpr ListOps kListOps{
        [](const void* list) { return static_cast<const std::vector<Dynamic>*>(list)->size(); },
        [](const void* list, std::size_t i) -> const void* {
          return &(*static_cast<const std::vector<Dynamic>*>(list))[i];
        },
        [](void* list) -> void* { return &static_cast<std::vector<Dynamic>*>(list)->emplace_back(); }};
    static constexpr MapOps kMapOps{
        [](const void* map) { return static_cast<const std::map<std::string, Dynamic>*>(map)->size(); },
        [](const void* map, void* context, void (*visit)(void*, const std::string&, const void*)) {
          for (const auto& [key, value] : *static_cast<const std::map<std::string, Dynamic>*>(map))
            visit(context, key, &value);
        },
        [](void* map, const std::string& key) -> void* {
          return &(*static_cast<std::map<std::string, Dynamic>*>(map))[key];
        }};
    if (out.type == Type::kList) {
      out.list = &kListOps;
      out.element = one(member("member", json["member"], false));
    } else if (out.type == Type::kMap) {
      out.map = &kMapOps;
      out.key = one(member("key", json["key"], false));
      out.element = one(member("value", json["value"], false));
    } else if (out.type == Type::kStructure) {
      std::vector<Member> members;
      const auto required = json.texts("required");
      for (const auto& [member_name, reference] : json["members"].members()) {
        if (json.flag("exception") && (member_name == "message" || member_name == "Message")) continue;
        Member made =
            member(member_name, reference, std::find(required.begin(), required.end(), member_name) != required.end());
        made.offset = members.size() * sizeof(Dynamic);
        members.push_back(made);
      }
      if (members.size() > kDynamicFields) throw std::length_error(name + " has too many members");
      out.members = lists_.emplace_back(std::move(members));
      for (const Member& candidate : out.members)
        if (candidate.name == json.text("payload")) out.payload = &candidate;
    }
    return &out;
  }

  ServiceModel& service() { return service_; }

 private:
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }
  const Member* one(Member member) { return &lists_.emplace_back(std::vector<Member>{member}).front(); }

  static TimeFormat time_of(const Json& json) {
    const std::string format = json.text("timestampFormat");
    return format == "iso8601"         ? TimeFormat::kIso8601
           : format == "unixTimestamp" ? TimeFormat::kUnix
           : format == "rfc822"        ? TimeFormat::kHttpDate
                                       : TimeFormat::kDefault;
  }

  std::pair<std::string_view, std::string_view> space_of(const Json& space) {
    if (space.is_string()) return {"", keep(space.as_string())};
    return {keep(space.text("prefix")), keep(space.text("uri"))};
  }

  Member member(const std::string& name, const Json& reference, bool required) {
    Member out;
    out.name = keep(name);
    out.wire_name = keep(reference.text("locationName", name));
    out.shape = shape(reference.text("shape"));
    if (reference.flag("streaming") && out.shape->type == Type::kBlob) out.shape = &kBodyShape;
    out.json_value = reference.flag("jsonvalue");
    if (out.json_value) out.shape = &kDocumentShape;
    out.slot = dynamic_slot(out.shape->type);
    const std::string location = reference.text("location");
    out.location = location == "header"        ? Location::kHeader
                   : location == "headers"     ? Location::kHeaders
                   : location == "querystring" ? Location::kQuery
                   : location == "uri"         ? Location::kUri
                   : location == "statusCode"  ? Location::kStatusCode
                                               : Location::kBody;
    out.time_format = time_of(reference);
    out.required = required;
    out.flattened = reference.flag("flattened");
    out.xml_attribute = reference.flag("xmlAttribute");
    out.idempotency_token = reference.flag("idempotencyToken");
    out.query_name = keep(reference.text("queryName"));
    std::tie(out.xml_prefix, out.xml_uri) = space_of(reference["xmlNamespace"]);
    if (out.xml_uri.empty())
      std::tie(out.xml_prefix, out.xml_uri) = std::pair(out.shape->xml_prefix, out.shape->xml_uri);
    return out;
  }

  const Json& shapes_;
  ServiceModel service_{};
  Shape empty_{.name = "Empty"};
  std::map<std::string, const Shape*> made_;
  std::deque<std::string> texts_;
  std::deque<Shape> kept_;
  std::deque<std::vector<Member>> lists_;
  std::deque<OperationModel> operations_;
};

}  // namespace hanbat::wire
