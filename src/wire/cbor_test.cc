// CBOR byte by byte: what is read of it, and what is refused.
#include "wire/cbor.h"

#include <gtest/gtest.h>

#include <string>

#include "base/encoding.h"
#include "wire/dynamic_model.h"
#include "wire/scalar.h"
#include "wire/testing.h"

namespace hanbat::wire {
namespace {

std::string bytes(std::string_view hex) { return from_hex(hex).value(); }

/// What a body comes to, as JSON by the model's names; the error's code where it is refused.
std::string read(std::string_view hex) {
  static const Json metadata = Json::parse(R"({"protocol":"smithy-rpc-v2-cbor","apiVersion":"1"})");
  static const Json shapes = Json::parse(R"({
    "In": {"type":"structure","members":{"text":{"shape":"Text"},"number":{"shape":"Number"},"whole":{"shape":"Whole"},
      "on":{"shape":"Flag"},"at":{"shape":"Time"},"raw":{"shape":"Raw"},"list":{"shape":"List"},"inner":{"shape":"In"}}},
    "Text":{"type":"string"},"Number":{"type":"double"},"Whole":{"type":"integer"},"Flag":{"type":"boolean"},
    "Time":{"type":"timestamp"},"Raw":{"type":"blob"},"List":{"type":"list","member":{"shape":"Number"}}})");
  static DynamicModel model(metadata, shapes);
  static const OperationModel& operation = model.operation(Json::parse(
      R"({"name":"Do","http":{"method":"POST","requestUri":"/"},"input":{"shape":"In"},"output":{"shape":"In"}})"));
  RequestView request;
  request.method = "POST";
  request.path = "/service/Cases/operation/Do";
  Dynamic input;
  void* value = DynamicSlot<Type::kStructure>::kSlot.make(&input);
  const std::string code = code_of([&] { decode_request(operation, request, Body::of_bytes(bytes(hex)), value); });
  if (!code.empty()) return code;
  const Response answer = encode_response(operation, value, "id");
  EXPECT_EQ(json_of_cbor(answer.body.bytes()).dump().empty(), false);
  return value_to_json(*operation.input, value).dump();
}

TEST(Cbor, ValuesOfEveryKindAreRead) {
  EXPECT_EQ(read(""), "{}");
  EXPECT_EQ(read("a0"), "{}");
  EXPECT_EQ(read("bfff"), "{}");
  EXPECT_EQ(read("a1647465787463616263"), R"({"text":"abc"})");
  EXPECT_EQ(read("a164746578747f6161626263ff"), R"({"text":"abc"})") << "in pieces";
  EXPECT_EQ(read("a1666e756d626572f93e00"), R"({"number":1.5})") << "half";
  EXPECT_EQ(read("a1666e756d626572fa3fc00000"), R"({"number":1.5})") << "single";
  EXPECT_EQ(read("a1666e756d626572fb3ff8000000000000"), R"({"number":1.5})");
  EXPECT_EQ(read("a1666e756d62657220"), R"({"number":-1})");
  EXPECT_EQ(read("a1666e756d626572f97e00"), R"({"number":"NaN"})");
  EXPECT_EQ(read("a16577686f6c653903e7"), R"({"whole":-1000})");
  EXPECT_EQ(read("a1626f6ef5"), R"({"on":true})");
  EXPECT_EQ(read("a1626174c11a5f5e1000"), R"({"at":"2020-09-13T12:26:40.000Z"})");
  EXPECT_EQ(read("a1626174c1fb41d7d78400000000"), R"({"at":"2020-09-13T12:26:40.000Z"})");
  EXPECT_EQ(read("a163726177430102ff"), R"({"raw":"AQL/"})");
  EXPECT_EQ(read("a1646c6973749f01f93e00ff"), R"({"list":[1,1.5]})");
  EXPECT_EQ(read("a165696e6e6572a1626f6ef4"), R"({"inner":{"on":false}})");
  EXPECT_EQ(read("a26474657874f6626f6ef5"), R"({"on":true})") << "null is as if it were not there";
  EXPECT_EQ(read("a1656f74686572a1617882010203"), "SerializationException") << "one byte too many";
  EXPECT_EQ(read("a2656f74686572a16178820102626f6ef5"), R"({"on":true})") << "what is not known is passed over";
}

TEST(Cbor, WhatIsNoneOrOfAnotherKindIsRefused) {
  for (const char* hex : {"a1", "ff", "a16474657874", "a164746578741b00", "a1647465787401",
                          "a16577686f6c65fb3ff8000000000000", "a1626f6e01", "a1626174f5", "01", "80", "a0a0",
                          "a1646c697374a0", "a164746578746280ff", "fc", "a1626f6ef5ff", "a101f5", "a1626174c2420102"})
    EXPECT_EQ(read(hex), "SerializationException") << hex;
  EXPECT_EQ(read("a1656f74686572" + std::string() +
                 [] {
                   std::string out;
                   for (int i = 0; i < 200; ++i) out += "81";
                   return out + "01";
                 }()),
            "SerializationException")
      << "too deep";
}

}  // namespace
}  // namespace hanbat::wire
