#include "services/ec2/metadata/metadata.h"

#include <algorithm>

#include "base/arn.h"
#include "base/encoding.h"
#include "gen/iam/client.h"
#include "http/server.h"
#include "services/ec2/addresses/further_addresses.h"
#include "services/ec2/ec2.h"
#include "services/ec2/instances/instances.h"
#include "services/ec2/metadata/metadata_options.h"
#include "services/ec2/metadata/metadata_tree.h"
#include "services/ec2/networks/networks.h"

namespace hanbat::ec2 {
namespace {

constexpr std::int64_t kLongestToken = 21600;
constexpr std::size_t kMostTokens = 256;  // of one instance, so that none fills the daemon's memory with them
// The versions that a path may begin with, as the real service lists them in part; what they answer is the same.
constexpr const char* kVersions = "1.0\n2009-04-04\n2016-09-02\n2018-09-24\n2021-03-23\n2024-04-11\nlatest";

http::Response plain(int status, std::string body, const char* type = "text/plain") {
  return {.status = status, .headers = {{"Content-Type", type}, {"Server", "EC2ws"}}, .body = std::move(body)};
}

http::Response refusal(int status) {
  return plain(
      status,
      fmt::format("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n<html><head><title>{0} - {1}</title></head>"
                  "<body><h1>{0} - {1}</h1></body></html>\n",
                  status, http::reason(status)),
      "text/html");
}

/// Who asks: the instance that has the address in the VPC that the listener is in.
std::optional<Resource<Instance>> find_asker(store::Tx& tx, const std::string& vpc_id, const std::string& address) {
  const auto vpc = find<Vpc>(tx, vpc_id);
  if (!vpc) return std::nullopt;
  auto interface = find_named<NetworkInterface>(tx, vpc->place, vpc_id, address);
  if (!interface)
    for (auto& one : list_in<NetworkInterface>(tx, vpc_id)) {
      const auto further = further_addresses(one);
      if (std::ranges::find(further, address, &FurtherAddress::ip) != further.end()) interface = std::move(one);
    }
  if (!interface || interface->parent.empty()) return std::nullopt;
  return find<Instance>(tx, interface->parent);
}

/// One question of one instance.
class Answering {
 public:
  /// `role_delivery` is the version of the service that was asked, "1.0" or "2.0": ec2:RoleDelivery of the keys.
  Answering(region::Region& home, Metadata& metadata, Resource<Instance> row, std::string role_delivery)
      : home_(home), metadata_(metadata), row_(std::move(row)), role_delivery_(std::move(role_delivery)) {}

  http::Response answer(const std::string& path) {
    if (path.empty()) return plain(200, "dynamic\nmeta-data\nuser-data");
    if (path == "user-data" || path == "user-data/") return user_data();
    if (path.starts_with("dynamic")) return dynamic(path.substr(7));
    if (path != "meta-data" && !path.starts_with("meta-data/")) return refusal(404);
    return meta_data(path.size() > 10 ? path.substr(10) : "");
  }

 private:
  http::Response user_data() {
    const auto bytes = from_base64(row_.own.text("user_data"));
    if (!bytes || bytes->empty()) return refusal(404);
    return plain(200, *bytes, "application/octet-stream");
  }

  http::Response dynamic(std::string path) {
    while (path.starts_with('/')) path.erase(0, 1);
    while (path.ends_with('/')) path.pop_back();
    if (path.empty()) return plain(200, "instance-identity/");
    if (path == "instance-identity") return plain(200, "document");
    if (path != "instance-identity/document") return refusal(404);
    Resource<Instance> filled = row_;
    home_.db.read([&](store::Tx& tx) { fill_instance(tx, filled); });
    return plain(200, identity_document(filled).pretty());
  }

  http::Response meta_data(const std::string& path) {
    find_role();
    const auto tree = home_.db.read([&](store::Tx& tx) { return metadata_tree(tx, row_, role_name_); });
    if (!role_name_.empty() && path == "iam/info") return plain(200, profile_info().pretty());
    if (!role_name_.empty() && path == "iam/security-credentials/" + role_name_)
      return plain(200, credentials().pretty());
    const auto found = look_up(tree, path);
    return found ? plain(200, *found) : refusal(404);
  }

  void find_role() {
    const auto association = home_.db.read([&](store::Tx& tx) { return profile_of(tx, row_.id); });
    if (!association) return;
    profile_ = *association->shape.iam_instance_profile;
    const std::string arn = profile_.arn.value_or("");
    iam::GetInstanceProfileInput question;
    question.instance_profile_name = arn.substr(arn.rfind('/') + 1);
    const region::Caller self = home_.identity().service_caller(row_.place.account, "ec2.amazonaws.com");
    try {
      const auto profile = iam::Client(home_, self, row_.place.region).get_instance_profile(question).instance_profile;
      if (profile.roles.empty()) return;
      role_arn_ = profile.roles.front().arn;
      role_name_ = profile.roles.front().role_name;
    } catch (const Error&) {
      // A profile that was deleted leaves the instance without a role.
    }
  }

  Json profile_info() const {
    return Json::object({{"Code", "Success"},
                         {"LastUpdated", iso8601(home_.clock.now())},
                         {"InstanceProfileArn", profile_.arn.value_or("")},
                         {"InstanceProfileId", profile_.id.value_or("")}});
  }

  std::map<std::string, std::string> session_keys() const {
    return {{"aws:Ec2InstanceSourceVpc", row_.shape.vpc_id.value_or("")},
            {"aws:Ec2InstanceSourcePrivateIPv4", row_.shape.private_ip_address.value_or("")},
            {"ec2:RoleDelivery", role_delivery_},
            {"ec2:SourceInstanceArn", make_arn("ec2", row_.place.region, row_.place.account, "instance/" + row_.id)}};
  }

  Json credentials() {
    try {
      const auto keys = metadata_.keys(home_, row_.id, role_arn_, session_keys());
      return Json::object({{"Code", "Success"},
                           {"LastUpdated", iso8601(keys.expiration - Metadata::kKeyLifetime)},
                           {"Type", "AWS-HMAC"},
                           {"AccessKeyId", keys.access_key_id},
                           {"SecretAccessKey", keys.secret_access_key},
                           {"Token", keys.session_token},
                           {"Expiration", iso8601(keys.expiration)}});
    } catch (const Error& error) {
      return Json::object(
          {{"Code", "AssumeRoleUnauthorizedAccess"},
           {"Message", fmt::format("EC2 cannot assume the role {}. Please see documentation at "
                                   "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html. {}",
                                   role_name_, error.message())},
           {"LastUpdated", iso8601(home_.clock.now())}});
    }
  }

  region::Region& home_;
  Metadata& metadata_;
  Resource<Instance> row_;
  std::string role_delivery_;
  IamInstanceProfile profile_;
  std::string role_arn_;
  std::string role_name_;
};

http::Response issue_token(Metadata& metadata, const std::string& instance_id, const http::RequestHead& head,
                           Timestamp now) {
  constexpr const char* kLifetime = "X-aws-ec2-metadata-token-ttl-seconds";
  const auto lifetime = parse_int(head.headers.get(kLifetime));
  if (!lifetime || *lifetime < 1 || *lifetime > kLongestToken) return refusal(400);
  // A request that a proxy passed on is none of the instance's own.
  if (head.headers.contains("X-Forwarded-For")) return refusal(403);
  auto response = plain(200, metadata.issue_token(instance_id, now, Seconds(*lifetime)));
  response.headers.add(kLifetime, std::to_string(*lifetime));
  return response;
}

}  // namespace

std::string Metadata::issue_token(const std::string& instance_id, Timestamp now, Seconds lifetime) {
  std::string token =
      "AQAEA" + random_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 49) + "==";
  const std::lock_guard lock(mutex_);
  auto& own = tokens_[instance_id];
  if (own.size() == kMostTokens) own.pop_front();
  own.push_back({token, now + lifetime});
  return token;
}

bool Metadata::is_token(const std::string& instance_id, std::string_view token, Timestamp now) {
  const std::lock_guard lock(mutex_);
  const auto own = tokens_.find(instance_id);
  return own != tokens_.end() &&
         std::ranges::any_of(own->second, [&](const Token& each) { return each.value == token && each.expires > now; });
}

region::TemporaryCredentials Metadata::keys(region::Region& home, const std::string& instance_id,
                                            const std::string& role_arn,
                                            const std::map<std::string, std::string>& session_keys) {
  std::string name = role_arn;
  for (const auto& [key, value] : session_keys) name += "\n" + key + "=" + value;
  return keys_.get(home, name, [&](store::Tx& tx) {
    region::Caller session = home.identity().assume_role(tx, role_arn, "ec2.amazonaws.com", instance_id);
    session.session_keys = session_keys;
    return session;
  });
}

int require_hop_limit(int hops) {
  if (hops < 1 || hops > 64)
    throw invalid_parameter(
        fmt::format("Value ({}) for parameter HttpPutResponseHopLimit is invalid. It must be from 1 to 64.", hops));
  return hops;
}

void Ec2::serve_metadata(http::Exchange& exchange) {
  const http::RequestHead& head = exchange.head();
  const std::string vpc_id = head.listener_tag.substr(head.listener_tag.find(':') + 1);
  const auto row = home_.db.read([&](store::Tx& tx) { return find_asker(tx, vpc_id, head.peer_address); });
  if (!row) return exchange.send(refusal(404));
  const InstanceMetadataOptionsResponse& options = *row->shape.metadata_options;
  if (!answers(options)) return exchange.send(refusal(403));
  record_guest_contact(*row);

  const Timestamp now = home_.clock.now();
  // A container behind the instance's own bridge is one hop further: with a limit of 1 the token does not reach it.
  if (head.method == "PUT") exchange.limit_hops(options.http_put_response_hop_limit.value_or(1));
  if (head.method == "PUT")
    return exchange.send(head.raw_path == "/latest/api/token" ? issue_token(metadata_, row->id, head, now)
                                                              : refusal(404));
  if (head.method != "GET" && head.method != "HEAD") {
    http::Response not_allowed = refusal(405);
    not_allowed.headers.add("Allow", head.raw_path == "/latest/api/token" ? "PUT" : "GET, HEAD");
    return exchange.send(not_allowed);
  }
  const auto token = head.headers.find("X-aws-ec2-metadata-token");
  if (token ? !metadata_.is_token(row->id, *token, now) : wants_tokens(options)) return exchange.send(refusal(401));
  if (head.raw_path == "/") return exchange.send(plain(200, kVersions));
  const auto path = below_version(head.raw_path);
  exchange.send(path ? Answering(home_, metadata_, *row, token ? "2.0" : "1.0").answer(*path) : refusal(404));
}

void Ec2::record_guest_contact(const Resource<Instance>& row) {
  if (status_of(row) != Status::kRunning || row.own.integer("spoke") >= row.own.integer("started")) return;
  home_.db.write([&](store::Tx& tx) {
    auto now = find<Instance>(tx, row.id);
    if (!now || status_of(*now) != Status::kRunning) return;
    now->own["spoke"] = home_.clock.now().ms;
    update(tx, *now);
  });
}

}  // namespace hanbat::ec2
