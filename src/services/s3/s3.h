// Amazon S3. One method per operation; the rules of buckets and keys that they share.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gen/s3/operations.h"
#include "region/answered.h"
#include "region/dressing.h"
#include "region/page.h"
#include "region/region.h"
#include "region/tag_keys.h"
#include "services/s3/acls/acl.h"
#include "services/s3/buckets/request_payment.h"
#include "services/s3/buckets/store.h"
#include "services/s3/lifecycle/expiry.h"
#include "services/s3/locks/lock.h"
#include "services/s3/logging/access_logs.h"
#include "services/s3/logging/access_notes.h"
#include "services/s3/objects/events.h"
#include "services/s3/objects/store.h"
#include "services/s3/uploads/store.h"
#include "services/s3/usage.h"

namespace hanbat::region {
class Gate;
}
namespace hanbat::wire {
struct Response;
}

namespace hanbat::s3 {

struct Visit;

class S3 final : public Operations, public region::Dressing, public region::AnswerWatcher {
 public:
  explicit S3(region::Region& home) : home_(home), logs_(home), expiry_(home, logs_), requests_(home) {}

  std::span<const store::Migration> migrations() const override;
  void start() override;
  bool claims(const http::RequestHead& head) const override;
  void serve(http::Exchange& exchange) override;
  void dress(const wire::RequestView& request, wire::Response& response) const override;
  void note_answered(const region::Answered& asked) override;
  wire::Error invalid_page_token(const wire::OperationModel& operation) const override;
  wire::Error invalid_page_size(const wire::OperationModel& operation, int size,
                                const region::PageSizes& sizes) const override;

#include "gen/s3/methods.inc"

 private:
  /// Authorizes the action on the bucket (with its policy), then returns it. Throws NoSuchBucket, and AccessDenied when
  /// the terms do not fit it.
  BucketRow require_bucket(region::Request& rq, std::string_view action, std::string_view bucket,
                           const Terms& terms = {}, region::ConditionKeys keys = {});
  /// The same for an action on a key of it, or on a version of that; the tags that it has are condition keys.
  BucketRow require_bucket_for_key(region::Request& rq, std::string_view action, std::string_view bucket,
                                   std::string_view key, const Terms& terms = {},
                                   const std::optional<std::string>& version_id = {}, region::ConditionKeys keys = {});
  /// A key, or a version of it, that a question is about.
  struct Named {
    std::string_view key;
    const std::optional<std::string>& version_id;
  };
  BucketRow authorized(region::Request& rq, std::string_view action, std::string_view bucket,
                       const std::string& resource, const Terms& terms, region::ConditionKeys keys,
                       const Named* named = nullptr);
  /// What the ACLs of the bucket and of the object that is named let the caller do.
  std::vector<Json> acl_policies(region::Request& rq, const BucketRow& bucket, const Named* named);
  /// The version, or the latest. Throws NoSuchKey, NoSuchVersion, MethodNotAllowed for a delete marker.
  ObjectRow require_object(region::Request& rq, const BucketRow& bucket, const std::string& key,
                           const std::optional<std::string>& version_id);
  /// The same of a copy's source, of which a delete marker cannot be named.
  ObjectRow require_source(region::Request& rq, const BucketRow& bucket, const std::string& key,
                           const std::optional<std::string>& version_id);
  /// Who writes an object with tags may tag it.
  void require_tagging(region::Request& rq, const std::string& bucket, const std::string& key, const Json& tags);
  /// Whose a written object is, and its ACL. Throws where the caller may not give one, or the bucket does not take it.
  WrittenAcl acl_of_write(region::Request& rq, const BucketRow& bucket, const std::string& key,
                          const AclHeaders& headers);
  /// Asks about an object that is not the bucket owner's, if it is one: its own owner decides.
  void ask_its_owner(region::Request& rq, const BucketRow& bucket, const Named& named,
                     region::AccessQuestion& question);
  /// Writes a new latest version as the bucket's versioning wants, and publishes the event of it.
  ObjectRow write_object(region::Request& rq, const BucketRow& bucket, ObjectRow object, std::string_view reason);
  void publish_object_event(region::Request& rq, const BucketRow& bucket, const ObjectRow& object, ObjectEvent event,
                            std::string_view reason);
  /// A form that a browser posted to the bucket.
  void serve_post(region::Gate& gate, http::Exchange& exchange, const std::string& bucket);
  /// A form, or a preflight. `refusal` becomes the code of an error that is answered.
  void serve_browser(region::Gate& gate, http::Exchange& exchange, const wire::RequestView& view, std::string& refusal);
  /// A request of a bucket's website; likewise.
  void serve_website(region::Gate& gate, http::Exchange& exchange, const std::string& bucket, std::string& refusal);
  wire::Response visit_website(region::Gate& gate, const http::RequestHead& head, const std::string& bucket,
                               std::string& refusal);
  /// What a website answers where the page that was asked for cannot be read.
  wire::Response answer_for(region::Gate& gate, const std::string& bucket, const WebsiteConfiguration& website,
                            const Visit& visit, const wire::Error& error);
  /// The object as a page, or where it redirects to. Throws what GetObject does.
  wire::Response read_page(region::Gate& gate, const GetObjectInput& in);
  bool has_page(region::Gate& gate, const std::string& bucket, const std::string& key);
  /// Keeps in the body of a new object what it is locked by, which takes rights of its own.
  template <class In>
  void set_lock(region::Request& rq, const BucketRow& bucket, const In& in, const std::string& key, Json& body) {
    if (in.object_lock_mode) require_bucket_for_key(rq, "s3:PutObjectRetention", bucket.id, key);
    if (in.object_lock_legal_hold_status) require_bucket_for_key(rq, "s3:PutObjectLegalHold", bucket.id, key);
    body.erase(kLock);
    if (Json lock = lock_of(bucket, rq.now(), in); !lock.empty()) body[kLock] = std::move(lock);
  }
  /// Throws AccessDenied for a version that is locked, unless the caller may and wants to pass by its retention.
  void require_removable(region::Request& rq, const ObjectRow& object, const std::optional<bool>& bypass);
  UploadRow require_upload(region::Request& rq, const std::string& bucket, const std::string& key,
                           const std::string& upload_id);
  /// The bucket, if access to it is logged.
  std::optional<LoggedBucket> find_logged(std::string_view request_id, const std::string& name);
  /// Adds the request's line to the log of the bucket, if there is one.
  void log_request(const region::Answered& asked, const std::string& operation, const std::string& bucket,
                   const std::string& key);
  void put_setting(region::Request& rq, BucketRow bucket, std::string_view name, Json value);

  region::Region& home_;
  AccessLogs logs_;
  Expiry expiry_;
  RequestCount requests_;
};

}  // namespace hanbat::s3
