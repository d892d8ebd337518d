#include "services/cloudtrail/event.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/arn.h"
#include "base/ids.h"
#include "region/entrances.h"
#include "wire/error.h"
#include "wire/operation.h"
#include "wire/trail_value.h"

namespace hanbat::cloudtrail {
namespace {

using region::Caller;
using region::CallRecord;
using Kind = region::Caller::Kind;

// What is larger is left out of a record, as AWS does.
constexpr std::size_t kLargestField = 100 << 10;

/// Data-plane operations: AWS calls them data events, and no event history holds them. A bare folder is all of it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kDataPlane{{
    {"codedeploycommands", ""},
    {"codedeploycommandssecure", ""},
    {"ec2messages", ""},
    {"events", "PutEvents"},
    {"logs", "PutLogEvents"},
    {"logs", "GetLogEvents"},
    {"logs", "FilterLogEvents"},
    {"monitoring", "PutMetricData"},
    {"monitoring", "GetMetricData"},
    {"s3", "HeadBucket"},
    {"s3", "ListObjects"},
    {"s3", "ListObjectsV2"},
    {"s3", "ListObjectVersions"},
    {"s3", "ListMultipartUploads"},
    {"s3", "DeleteObjects"},
    {"s3", "SelectObjectContent"},
    {"s3", "CreateSession"},
}};

bool is_data_plane(const wire::OperationModel& operation) {
  const std::string_view folder = operation.service->folder;
  for (const auto& [service, name] : kDataPlane)
    if (service == folder && (name.empty() || name == operation.name)) return true;
  if (folder != "s3" || !operation.input) return false;
  // Whatever names a key is about an object.
  return std::any_of(operation.input->members.begin(), operation.input->members.end(), [](const wire::Member& member) {
    return member.location == wire::Location::kUri && member.name == "Key";
  });
}

std::string service_principal(const wire::OperationModel& operation) {
  return std::string(operation.service->signing_name) + ".amazonaws.com";
}

/// Calls of a service without regions are events of us-east-1, wherever they come from.
std::string region_of(const CallRecord& call) {
  return call.operation.service->folder == "iam" ? "us-east-1" : std::string(call.region);
}

Json session_context(const Caller& caller) {
  Json issuer = Json::object();
  if (caller.kind == Kind::kAssumedRole) {
    issuer = Json::object({{"type", "Role"},
                           {"principalId", caller.user_id.substr(0, caller.user_id.find(':'))},
                           {"arn", caller.principal_arn},
                           {"accountId", caller.account},
                           {"userName", caller.name}});
  } else if (caller.kind == Kind::kFederatedUser) {
    issuer = Json::object(
        {{"type", "IAMUser"}, {"arn", caller.principal_arn}, {"accountId", caller.account}, {"userName", caller.name}});
  }
  Json attributes = Json::object({{"mfaAuthenticated", "false"}});
  if (caller.token_issued_at) attributes["creationDate"] = iso8601(*caller.token_issued_at);
  Json out = Json::object({{"sessionIssuer", std::move(issuer)},
                           {"webIdFederationData", Json::object()},
                           {"attributes", std::move(attributes)}});
  if (!caller.source_identity.empty()) out["sourceIdentity"] = caller.source_identity;
  return out;
}

/// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
/// The service that calls in the principal's stead: with its rights, or as the holder of its role.
const std::string& calling_service(const Caller& caller) {
  return caller.via_service.empty() ? caller.held_by : caller.via_service;
}

Json user_identity(const Caller& caller) {
  if (caller.kind == Kind::kService) return Json::object({{"type", "AWSService"}, {"invokedBy", caller.name}});
  const auto type = [&] {
    switch (caller.kind) {
      case Kind::kRoot:
        return "Root";
      case Kind::kAssumedRole:
        return "AssumedRole";
      case Kind::kFederatedUser:
        return "FederatedUser";
      default:
        return "IAMUser";
    }
  }();
  Json out = Json::object(
      {{"type", type}, {"principalId", caller.user_id}, {"arn", caller.arn}, {"accountId", caller.account}});
  if (!caller.access_key_id.empty()) out["accessKeyId"] = caller.access_key_id;
  if (caller.kind == Kind::kUser) out["userName"] = caller.name;
  if (caller.kind == Kind::kAssumedRole || caller.kind == Kind::kFederatedUser || caller.token_issued_at)
    out["sessionContext"] = session_context(caller);
  if (const std::string& service = calling_service(caller); !service.empty()) out["invokedBy"] = service;
  return out;
}

std::string user_name(const Caller& caller) {
  switch (caller.kind) {
    case Kind::kRoot:
      return "root";
    case Kind::kUser:
      return caller.name;
    case Kind::kAssumedRole:
    case Kind::kFederatedUser:
      return caller.session_name;
    default:
      return "";
  }
}

/// Where the call came from and with what program: a service that calls is both.
std::pair<std::string, std::string> origin(const Caller& caller) {
  const std::string& service = caller.kind == Kind::kService ? caller.name : calling_service(caller);
  if (!service.empty()) return {service, service};
  if (caller.source_ip.empty()) return {"AWS Internal", "AWS Internal"};
  return {caller.source_ip, caller.user_agent};
}

Json request_of(const CallRecord& call) {
  if (!call.request.is_null()) return call.request;
  return call.input ? wire::trail_request(call.operation, call.input) : Json();
}

Json response_of(const CallRecord& call, bool read_only) {
  const bool told = call.output && (!read_only || call.operation.issues_keys);
  Json out = told ? wire::trail_response(call.operation, call.output) : Json();
  if (told && call.operation.service->protocol == wire::Protocol::kEc2) out["requestId"] = std::string(call.request_id);
  return out;
}

std::string error_code(const CallRecord& call) {
  if (call.operation.service->protocol != wire::Protocol::kEc2) return call.error->code();
  return (call.error->fault() == wire::Fault::kClient ? "Client." : "Server.") + call.error->code();
}

/// The resources that the call was authorized on.
Json resources_of(const CallRecord& call) {
  Json out = Json::array();
  for (const std::string& arn : call.resources) {
    const std::string_view type = type_of_arn(arn);
    // S3's way to name all buckets names none.
    if (type.empty() || parse_arn(arn)->resource == "*") continue;
    const std::string account = parse_arn(arn)->account;
    out.push_back(
        Json::object({{"accountId", account.empty() ? call.caller.account : account}, {"type", type}, {"ARN", arn}}));
  }
  return out;
}

Json within_limit(Json field) {
  return field.is_null() || field.dump().size() <= kLargestField ? std::move(field) : Json();
}

}  // namespace

bool is_recorded(const CallRecord& call) {
  if (call.caller.account.empty() || is_data_plane(call.operation)) return false;
  return call.caller.kind != Kind::kService || !call.operation.read_only;
}

TrailEvent make_event(const CallRecord& call, Timestamp now) {
  const Caller& caller = call.caller;
  TrailEvent event{.id = 0,
                   .event_id = random_uuid(),
                   .account = caller.account,
                   .region = region_of(call),
                   .at = now,
                   .name = std::string(call.operation.name),
                   .source = service_principal(call.operation),
                   .user_name = user_name(caller),
                   .access_key_id = caller.access_key_id,
                   .read_only = call.operation.read_only || call.operation.issues_keys};
  Json request = request_of(call);
  Json response = response_of(call, event.read_only);
  add_resources_in(call.operation.service->folder, request, event.resources);
  add_resources_in(call.operation.service->folder, response, event.resources);
  for (const std::string& arn : call.resources) add_resource_of_arn(arn, event.resources);

  const auto [address, agent] = origin(caller);
  Json record = Json::object({{"eventVersion", "1.11"},
                              {"userIdentity", user_identity(caller)},
                              {"eventTime", iso8601(now)},
                              {"eventSource", event.source},
                              {"eventName", event.name},
                              {"awsRegion", event.region},
                              {"sourceIPAddress", address},
                              {"userAgent", agent}});
  if (call.error) {
    record["errorCode"] = error_code(call);
    record["errorMessage"] = call.error->message();
  }
  record["requestParameters"] = within_limit(std::move(request));
  record["responseElements"] = within_limit(std::move(response));
  if (!call.additional.is_null()) record["additionalEventData"] = call.additional;
  record["requestID"] = call.request_id;
  record["eventID"] = event.event_id;
  record["readOnly"] = event.read_only;
  if (Json resources = resources_of(call); !resources.empty()) record["resources"] = std::move(resources);
  if (const auto endpoint = region::entrance_id(caller)) record["vpcEndpointId"] = *endpoint;
  record["eventType"] = "AwsApiCall";
  record["managementEvent"] = true;
  record["recipientAccountId"] = caller.account;
  record["eventCategory"] = "Management";
  event.record = record.dump();
  return event;
}

}  // namespace hanbat::cloudtrail
