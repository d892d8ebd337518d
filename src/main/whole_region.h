// A region in memory with every service that the daemon has, called by JSON as its models write it: for tests that hold
// all services to one rule. Header only, so that no daemon links it.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "base/encoding.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "gen/ec2messages/client.h"
#include "gen/s3/client.h"
#include "host/fake_host.h"
#include "main/list_cases.h"
#include "main/services.h"
#include "os/files.h"
#include "region/testing.h"
#include "services/cloudtrail/cloudtrail.h"
#include "wire/operation.h"

namespace hanbat {

/// One account's caller, and what its steps have saved.
struct Actor {
  region::Caller caller;
  std::map<std::string, std::string> saved;  // "vpc"; of an item "id:3"
};

class WholeRegion {
 public:
  WholeRegion()
      : test([this](region::TestRegion& made, region::Parts& parts) {
          parts.host = &host_;
          foundations_ =
              &made.keep<Foundations>(region::Settings{.state_folder = made.folder}, made.clock, *made.db, made.vault);
          parts.trail = &foundations_->trail;
        }) {
    host_.image_states["amzn2"] = {.alias = "amzn2"};
    host_.image_states["codebuild"] = {.alias = "codebuild"};
    write_file_atomic(test.folder + "/build-runner", "");
    add_services(test.home, *foundations_);
    test.start();
  }

  Actor actor(const std::string& account) {
    Actor actor{test.user, {}};
    actor.caller.account = account;
    actor.caller.arn = actor.caller.principal_arn = "arn:aws:iam::" + account + ":user/tester";
    return actor;
  }

  /// The answer of the operation. Throws wire::Error.
  Json call(const Actor& actor, const std::string& service, const std::string& operation, const Json& in) {
    region::Service& found = test.home.require_service(service);
    const region::Operation& called = *found.find_operation(operation);
    const auto input = called.make_input();
    const auto output = called.make_output();
    wire::value_from_json(*called.model->input, in, input.get());
    test.home.call(found, called, actor.caller, test.region, input.get(), output.get());
    return wire::value_to_json(*called.model->output, output.get());
  }

  void run(Actor& actor, const std::string& service, const std::vector<Step>& steps, int number) {
    for (const Step& step : steps) {
      if (step.operation.starts_with('@')) {
        run_special(actor, step.operation, number);
        continue;
      }
      const Json answer = call(actor, step.service.empty() ? service : step.service, step.operation,
                               Json::parse(filled(actor, step.input, number)));
      if (!step.save.empty()) save(actor, step.save, answer, number);
    }
  }

  /// The text with `$A`, `$N`, `$T` and what was saved put in.
  std::string filled(const Actor& actor, std::string text, int number) const {
    std::map<std::string, std::string, std::greater<>> values;  // longer names before those that begin them
    for (const auto& [name, value] : actor.saved) {
      const std::size_t colon = name.rfind(':');
      if (colon == std::string::npos)
        values.emplace("$" + name, value);
      else if (name.substr(colon + 1) == std::to_string(number))
        values.insert_or_assign("$" + name.substr(0, colon), value);
    }
    values.emplace("\"$T\"", std::to_string(test.clock.now().ms));
    values.emplace("$A", actor.caller.account);
    values.emplace("$N", std::to_string(number));
    for (const auto& [name, value] : values)
      for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += value.size())
        text.replace(at, name.size(), value);
    return text;
  }

 private:
  static void save(Actor& actor, const std::string& what, const Json& answer, int number) {
    const std::size_t equals = what.find('=');
    const Json* at = &answer;
    for (const std::string& step : split(what.substr(equals + 1), '.'))
      at = at->is_array() ? &at->items().at(std::stoul(step)) : &(*at)[step];
    const std::string name = what.substr(0, equals);
    actor.saved[number ? name + ":" + std::to_string(number) : name] = at->as_string();
  }

  void run_special(Actor& actor, const std::string& what, int number) {
    const std::string bucket = "b-" + actor.caller.account, n = std::to_string(number);
    const s3::Client s3(test.home, actor.caller, test.region);
    if (what == "@bucket")
      return (void)s3.create_bucket(
          {.bucket = bucket,
           .create_bucket_configuration = s3::CreateBucketConfiguration{.location_constraint = test.region}});
    if (what == "@object")
      return (void)s3.put_object({.body = wire::Body("content"), .bucket = bucket, .key = "k" + n});
    if (what == "@part")
      return (void)s3.upload_part({.body = wire::Body("content"),
                                   .bucket = bucket,
                                   .key = "k",
                                   .part_number = number,
                                   .upload_id = actor.saved.at("up")});
    if (what == "@flush") {
      static_cast<cloudtrail::CloudTrail&>(test.home.require_service("cloudtrail")).flush();
      test.clock.advance(Seconds(1));
      return;
    }
    if (what == "@agent") {
      char id[24];
      std::snprintf(id, sizeof id, "i-%017x", static_cast<unsigned>(number));
      actor.saved["instance"] = id;
      region::Caller agent = actor.caller;
      agent.kind = region::Caller::Kind::kAssumedRole;
      agent.session_name = id;
      ec2messages::Client(test.home, agent, test.region)
          .update_instance_information({.instance_id = id, .platform_name = "Debian"});
      return;
    }
    if (what == "@layer") return (void)push_layer(actor, "layer");
    if (what == "@image") {
      const std::string config = push_layer(actor, "config " + n);
      const Json layer = Json::object(
          {{"mediaType", "application/vnd.oci.image.layer.v1.tar+gzip"}, {"digest", digest_of("layer")}, {"size", 5}});
      const Json manifest = Json::object(
          {{"schemaVersion", 2},
           {"mediaType", "application/vnd.oci.image.manifest.v1+json"},
           {"config",
            Json::object({{"mediaType", "application/vnd.oci.image.config.v1+json"}, {"digest", config}, {"size", 8}})},
           {"layers", Json::array({layer})}});
      call(actor, "ecr", "PutImage",
           Json::object({{"repositoryName", "r"}, {"imageTag", "t" + n}, {"imageManifest", manifest.dump()}}));
      return;
    }
    throw std::logic_error("no such step: " + what);
  }

  static std::string digest_of(const std::string& bytes) { return "sha256:" + crypto::sha256_hex(bytes); }

  /// Uploads the bytes as a layer by ECR's API; its digest.
  std::string push_layer(const Actor& actor, const std::string& bytes) {
    const Json upload = call(actor, "ecr", "InitiateLayerUpload", Json::object({{"repositoryName", "r"}}));
    const Json id = upload["uploadId"];
    call(actor, "ecr", "UploadLayerPart",
         Json::object({{"repositoryName", "r"},
                       {"uploadId", id},
                       {"partFirstByte", 0},
                       {"partLastByte", static_cast<std::int64_t>(bytes.size()) - 1},
                       {"layerPartBlob", to_base64(bytes)}}));
    const std::string digest = digest_of(bytes);
    call(actor, "ecr", "CompleteLayerUpload",
         Json::object({{"repositoryName", "r"}, {"uploadId", id}, {"layerDigests", Json::array({digest})}}));
    return digest;
  }

  host::FakeHost host_;
  Foundations* foundations_ = nullptr;

 public:
  region::TestRegion test;
};

}  // namespace hanbat
