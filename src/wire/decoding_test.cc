// What a request must not get past the decoder with.
#include "wire/decoding.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/utf8.h"
#include "wire/codec.h"
#include "wire/dynamic_model.h"
#include "wire/form.h"
#include "wire/json_value.h"
#include "wire/testing.h"

namespace hanbat::wire {
namespace {

TEST(Decoding, RefusesTextThatIsNotUtf8) {
  const Json shapes = Json::parse(R"({"In": {"type": "structure", "members": {"Name": {"shape": "Text"},
                                      "Tags": {"shape": "Tags"}}},
                                      "Text": {"type": "string"},
                                      "Tags": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}}})");
  for (const char* protocol : {"json", "rest-json", "rest-xml", "query", "ec2"}) {
    DynamicModel model(Json::object({{"protocol", protocol}}), shapes);
    const OperationModel& operation =
        model.operation(Json::parse(R"({"name": "Put", "http": {"method": "POST", "requestUri": "/"},
                                        "input": {"shape": "In"}})"));
    const std::string kind = protocol;
    const std::string text = kind == "rest-xml"       ? "<In><Name>a\xFF</Name></In>"
                             : kind.ends_with("json") ? "{\"Name\":\"a\xFF\"}"
                                                      : "Action=Put&Name=a%FF";
    const RequestView request{.method = "POST", .path = "/", .query = "", .headers = {}};
    Dynamic place;
    void* value = DynamicSlot<Type::kStructure>::kSlot.make(&place);
    EXPECT_NE(code_of([&] { decode_request(operation, request, Body::of_bytes(text), value); }), "") << protocol;
  }
}

TEST(Decoding, TakesNoJsonOfVeryManyValues) {
  const ServiceModel service{.protocol = Protocol::kJson};
  const OperationModel operation{.name = "Put", .service = &service};
  const Decoding decoding(operation);
  const auto list_of = [](int values) {
    std::string text = "[0";
    for (int i = 1; i < values; ++i) text += ",0";
    return text + "]";
  };
  EXPECT_EQ(parse_json(decoding, list_of(99'999)).items().size(), 99'999u);
  EXPECT_EQ(code_of([&] { parse_json(decoding, list_of(100'000)); }), "SerializationException");
  // What stands in a text counts for nothing.
  EXPECT_EQ(parse_json(decoding, '"' + std::string(200'000, ',') + '"').as_string().size(), 200'000u);
}

TEST(Decoding, RefusesControlCharactersInXml) {
  const Json shapes = Json::parse(R"({"In": {"type": "structure", "members": {"Name": {"shape": "Text"}}},
                                      "Text": {"type": "string"}})");
  DynamicModel model(Json::object({{"protocol", "rest-xml"}}), shapes);
  const OperationModel& operation = model.operation(
      Json::parse(R"({"name": "Put", "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "In"}})"));
  const RequestView request{.method = "POST", .path = "/", .query = "", .headers = {}};
  const auto code = [&](const std::string& text) {
    Dynamic place;
    void* value = DynamicSlot<Type::kStructure>::kSlot.make(&place);
    return code_of(
        [&] { decode_request(operation, request, Body::of_bytes("<In><Name>" + text + "</Name></In>"), value); });
  };
  EXPECT_EQ(code("a\x16"), "MalformedXML");
  EXPECT_EQ(code("a&#x16;"), "MalformedXML");
  EXPECT_EQ(code("a\tb\nc&#xD;"), "");
}

TEST(Form, PutsTheSameNumberWrittenTwiceInOneOrderAlways) {
  const Json shapes = Json::parse(R"({"In": {"type": "structure", "members": {"Name": {"shape": "Names"}}},
                                      "Names": {"type": "list", "member": {"shape": "Text"}},
                                      "Text": {"type": "string"}})");
  DynamicModel model(Json::object({{"protocol", "ec2"}}), shapes);
  const OperationModel& operation = model.operation(
      Json::parse(R"({"name": "Put", "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "In"}})"));
  const RequestView request{.method = "POST", .path = "/", .query = "", .headers = {}};
  for (const char* text : {"Action=Put&Name.1=b&Name.01=a&Name.2=c", "Action=Put&Name.2=c&Name.01=a&Name.1=b"})
    for (int i = 0; i < 20; ++i) {
      const std::vector<std::string> shift(i, std::string(100, 'x'));  // what lies where in memory differs
      Dynamic place;
      void* value = DynamicSlot<Type::kStructure>::kSlot.make(&place);
      decode_request(operation, request, Body::of_bytes(text), value);
      EXPECT_EQ(value_to_json(*operation.input, value).dump(), R"({"Name":["a","b","c"]})");
    }
}

TEST(Form, TakesNoEndlessListOfParameters) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "a&";
  EXPECT_EQ(code_of([&] { parse_form(text); }), "MalformedQueryString");
  EXPECT_EQ(parse_form("a=1&b=%20+").size(), 2u);
}

}  // namespace
}  // namespace hanbat::wire
