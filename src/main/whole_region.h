// A region in memory with every service that the daemon has, called by JSON as its models write it: for tests that hold
// all services to one rule. Header only, so that no daemon links it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "base/encoding.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "gen/ec2messages/client.h"
#include "gen/s3/client.h"
#include "gen/ssmmessages/client.h"
#include "host/fake_host.h"
#include "main/list_cases.h"
#include "main/services.h"
#include "os/files.h"
#include "region/testing.h"
#include "wire/body.h"

namespace hanbat {

/// One account's caller, and what its steps have saved.
struct Tester {
  region::Caller caller;
  std::map<std::string, std::string> saved = {};  // "vpc"; of an item "id:3"
  std::string parent = {};                        // what tells its parents of lists from others: "", "2"
};

class WholeRegion {
 public:
  WholeRegion()
      : test([this](region::TestRegion& made, region::Parts& parts) {
          parts.host = &host_;
          foundations_ =
              &made.keep<Foundations>(region::Settings{.state_folder = made.folder}, made.clock, *made.db, made.vault);
          parts.trail = &foundations_->trail;
          parts.authorizer = &made.keep<ce::LimitedAuthorizer>(made.authorizer, foundations_->limits);
        }) {
    host_.image_states["amzn2"] = {.alias = "amzn2"};
    host_.image_states["codebuild"] = {.alias = "codebuild"};
    write_file_atomic(test.folder + "/build-runner", "");
    add_services(test.home, *foundations_);
    test.start();
  }

  host::FakeHost& host() { return host_; }

  /// A caller of an account that nobody has called from.
  Tester new_tester() {
    const std::string account = std::to_string(300'000'000'000 + accounts_++);
    Tester tester{test.user};
    tester.caller.account = account;
    tester.caller.arn = tester.caller.principal_arn = "arn:aws:iam::" + account + ":user/tester";
    return tester;
  }

  /// The answer of the operation. Throws wire::Error.
  Json call(const Tester& tester, const std::string& service, const std::string& operation, const Json& in) {
    return test.home.call(test.home.as(tester.caller, test.region), service, operation, in);
  }

  void run(Tester& tester, const std::string& service, const std::vector<Step>& steps, int number) {
    for (const Step& step : steps) {
      if (step.operation.starts_with('@')) {
        run_special(tester, step.operation, number);
        continue;
      }
      const Json answer = call(tester, step.service.empty() ? service : step.service, step.operation,
                               Json::parse(filled(tester, step.input, number)));
      if (!step.save.empty()) save(tester, step.save, answer, number);
    }
  }

  /// The text with `$A`, `$N`, `$T` and what was saved put in.
  std::string filled(const Tester& tester, std::string text, int number) const {
    std::map<std::string, std::string, std::greater<>> values;  // longer names before those that begin them
    for (const auto& [name, value] : tester.saved) {
      const std::size_t colon = name.rfind(':');
      if (colon == std::string::npos)
        values.emplace("$" + name, value);
      else if (name.substr(colon + 1) == std::to_string(number))
        values.insert_or_assign("$" + name.substr(0, colon), value);
    }
    values.emplace("\"$T\"", std::to_string(test.clock.now().ms));
    values.emplace("$A", tester.caller.account);
    values.emplace("$P", tester.parent);
    values.emplace("$N", std::to_string(number));
    for (const auto& [name, value] : values)
      for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += value.size())
        text.replace(at, name.size(), value);
    return text;
  }

 private:
  static void save(Tester& tester, const std::string& what, const Json& answer, int number) {
    const std::size_t equals = what.find('=');
    const Json* at = &answer;
    for (const std::string& step : split(what.substr(equals + 1), '.'))
      at = at->is_array() ? &at->items().at(std::stoul(step)) : &(*at)[step];
    const std::string name = what.substr(0, equals);
    tester.saved[number ? name + ":" + std::to_string(number) : name] = at->as_string();
  }

  void run_special(Tester& tester, const std::string& what, int number) {
    const std::string bucket = "b-" + tester.caller.account, n = std::to_string(number);
    const s3::Client s3(test.home.as(tester.caller, test.region));
    if (what == "@work") return (void)test.run_until_idle();
    if (what == "@bucket")
      return (void)s3.create_bucket(
          {.bucket = bucket,
           .create_bucket_configuration = s3::CreateBucketConfiguration{.location_constraint = test.region}});
    if (what == "@object")
      return (void)s3.put_object({.body = wire::Body::of_bytes("content"), .bucket = bucket, .key = "k" + n});
    if (what == "@part")
      return (void)s3.upload_part({.body = wire::Body::of_bytes("content"),
                                   .bucket = bucket,
                                   .key = "k",
                                   .part_number = number,
                                   .upload_id = tester.saved.at("up")});
    if (what == "@flush") {
      foundations_->trail.flush();
      test.clock.advance(Seconds(1));
      return;
    }
    if (what == "@agent") {
      char number_in_hex[8];
      std::snprintf(number_in_hex, sizeof number_in_hex, "%05x", static_cast<unsigned>(number));
      const std::string id = "i-" + tester.caller.account + number_in_hex;
      tester.saved["instance"] = id;
      region::Caller agent = tester.caller;
      agent.kind = region::Caller::Kind::kAssumedRole;
      agent.session_name = id;
      ec2messages::Client(test.home.as(agent, test.region))
          .update_instance_information({.instance_id = id, .platform_name = "Debian"});
      ssmmessages::Client(test.home.as(agent, test.region))
          .create_control_channel({.channel_id = id, .message_schema_version = "1.0", .request_id = "r"});
      return;
    }
    if (what == "@layer") return (void)push_layer(tester, "layer");
    if (what == "@image") {
      const std::string config = push_layer(tester, "config " + n);
      const Json layer = Json::object(
          {{"mediaType", "application/vnd.oci.image.layer.v1.tar+gzip"}, {"digest", digest_of("layer")}, {"size", 5}});
      const Json manifest = Json::object(
          {{"schemaVersion", 2},
           {"mediaType", "application/vnd.oci.image.manifest.v1+json"},
           {"config",
            Json::object({{"mediaType", "application/vnd.oci.image.config.v1+json"}, {"digest", config}, {"size", 8}})},
           {"layers", Json::array({layer})}});
      call(tester, "ecr", "PutImage",
           Json::object({{"repositoryName", "rr"}, {"imageTag", "t" + n}, {"imageManifest", manifest.dump()}}));
      return;
    }
    throw std::logic_error("no such step: " + what);
  }

  static std::string digest_of(const std::string& bytes) { return "sha256:" + crypto::sha256_hex(bytes); }

  /// Uploads the bytes as a layer by ECR's API; its digest.
  std::string push_layer(const Tester& tester, const std::string& bytes) {
    const Json upload = call(tester, "ecr", "InitiateLayerUpload", Json::object({{"repositoryName", "rr"}}));
    const Json& id = upload["uploadId"];
    call(tester, "ecr", "UploadLayerPart",
         Json::object({{"repositoryName", "rr"},
                       {"uploadId", id},
                       {"partFirstByte", 0},
                       {"partLastByte", static_cast<std::int64_t>(bytes.size()) - 1},
                       {"layerPartBlob", to_base64(bytes)}}));
    const std::string digest = digest_of(bytes);
    call(tester, "ecr", "CompleteLayerUpload",
         Json::object({{"repositoryName", "rr"}, {"uploadId", id}, {"layerDigests", Json::array({digest})}}));
    return digest;
  }

  host::FakeHost host_;
  Foundations* foundations_ = nullptr;
  std::int64_t accounts_ = 0;

 public:
  region::TestRegion test;
};

/// One region for nearly all: each test has accounts of its own in it.
inline WholeRegion& shared_region() {
  static WholeRegion* const region = new WholeRegion;
  return *region;
}

}  // namespace hanbat
