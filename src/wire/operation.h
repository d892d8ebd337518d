// A service and its operations as data: what the generator writes per service, and what the front door, the codecs and
// the support page read.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "wire/shape.h"

namespace hanbat::wire {

enum class Protocol : std::uint8_t { kQuery, kEc2, kJson, kRestJson, kRestXml, kCbor };

/// An error that an operation may answer with, by the model.
struct ErrorModel {
  std::string_view shape;  // "BucketAlreadyExists"
  std::string_view code;   // what travels
  int status;
};

struct ServiceModel;

/// How a request for an operation is told from others under the REST protocols.
struct Route {
  std::string_view method;
  std::string_view uri;       // "/{Bucket}/{Key+}?uploads"
  std::string_view required;  // what else must be there: "?partNumber ?uploadId :x-amz-copy-source"
};

/// An operation that we do not have, so that it can be refused by name.
struct AbsentOperation {
  std::string_view name;
  Route route;
};

/// A kind of resource, as AWS's service authorization reference has it.
struct ResourceType {
  std::string_view arn;                         // "arn:aws:ecr:*:*:repository/*"; "*" is no resource in particular
  std::span<const std::string_view> keys = {};  // condition keys that come with it: "aws:ResourceTag/*"
};

/// A permission that an operation asks for: one of the actions, on one of the resources.
struct Permission {
  std::span<const std::string_view> actions;  // "s3:GetObject", "s3:GetObjectVersion"
  std::span<const ResourceType> resources;
  std::span<const std::string_view> keys = {};  // condition keys that the question may carry: "aws:RequestTag/*"
  bool always = true;                           // of every call that succeeds; else only when its input calls for it
};

/// How a list is cut into pages: the model's names of the members that say so. S3's versions have two tokens.
struct PageModel {
  std::string_view tokens[2] = {};       // of the input, where the page begins; [0] is "" when it is no list in pages
  std::string_view next_tokens[2] = {};  // of the output, where the next one does
  std::string_view limit = {};           // of the input, or "" when the caller has no say
  std::string_view result = {};          // of the output: the list itself; "" when AWS's paginators do not say

  explicit operator bool() const { return !tokens[0].empty(); }
};

struct OperationModel {
  std::string_view name;
  const ServiceModel* service = nullptr;
  Route route;
  int success_status = 200;
  const Shape* input = nullptr;   // an empty structure when the model has none
  const Shape* output = nullptr;  // likewise
  bool has_output = true;
  std::string_view input_element = {};  // rest-xml: the root element of a body made of members
  std::string_view input_xml_uri = {};
  std::string_view result_wrapper = {};  // query: "CreateUserResult"
  std::span<const ErrorModel> errors = {};
  std::span<const std::string_view> unsupported = {};     // dotted paths of input members: "-path"
  std::span<const std::string_view> only_supported = {};  // when not empty, the only top-level members: "+a"
  std::string_view answer_element = {};  // rest-xml: the root of the answer, where it is not named by the model
  bool answer_is_text = false;           // its one member is the root's text
  bool streaming_input = false;
  bool streaming_output = false;
  bool checksum_required = false;  // the request must carry Content-MD5 or a checksum
  bool unsigned_allowed = false;   // the model's authtype "none": AssumeRoleWithWebIdentity and the like
  bool read_only = false;          // operations.txt: it runs in a snapshot, beside others
  bool issues_keys = false;        // makes the keys that it answers with, which AWS counts as reading
  PageModel page = {};
  std::span<const Permission> permissions = {};  // operations.txt
  bool asks_nothing = false;                     // AWS lets everybody do it: sts:GetCallerIdentity
};

struct ServiceModel {
  std::string_view folder;      // "elasticloadbalancing": our folder's name
  std::string_view service_id;  // "Elastic Load Balancing v2"
  std::string_view api_version;
  Protocol protocol;
  std::string_view json_version;   // "1.1"
  std::string_view target_prefix;  // "CodeDeploy_20141006"
  std::string_view signing_name;   // the service in the credential scope
  std::string_view endpoint_prefix;
  std::string_view xml_uri;
  bool query_compatible = false;
  /// The code of input that breaks the model, where it is not the protocol's own; "" else. This and what follows are
  /// the facts of operations.txt, in which services of one protocol differ.
  std::string_view validation_code = {};
  bool anonymous_callers = false;   // unsigned requests are let in, for policies to decide about
  bool bare_errors = false;         // <Error> is the root, without <ErrorResponse>, and tells the resource
  bool bucket_hosts = false;        // the host's name may begin with a bucket's
  bool host_ids = false;            // answers carry x-amz-request-id and x-amz-id-2
  bool lower_case_headers = false;  // names of headers that become a map's keys
  bool millisecond_times = false;   // times in XML have three digits after the second always
  bool own_patterns = false;        // texts are not held against the model's patterns: the service reads them itself
  bool s3_signatures = false;       // SigV4 as S3 has it: paths encoded once, bodies not signed or in chunks
  bool unnamed_forms = false;       // takes the forms that name no service
  bool unnamed_requests = false;    // takes all other requests that name none
  std::span<const OperationModel> operations = {};
  std::span<const AbsentOperation> absent = {};
  std::span<const OperationModel> unmodelled = {};  // what is asked of it in no AWS protocol: git's requests
  bool compressed_requests = false;                 // some of its requests may come as gzip
  /// The same service in the other protocols that it speaks, with the same operations in the same order.
  std::span<const ServiceModel* const> also = {};
};

}  // namespace hanbat::wire
