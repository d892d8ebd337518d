// The registry that docker, podman, skopeo and buildah speak to: the OCI distribution specification 1.1 over the rows
// and blobs of ECR, with ECR's logins, permissions and words.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "http/server.h"
#include "region/gate.h"
#include "services/ecr/images/store.h"
#include "services/ecr/layers/store.h"
#include "services/ecr/layers/uploads.h"
#include "services/ecr/registry/tokens.h"
#include "services/ecr/store.h"
#include "wire/error.h"

namespace hanbat::ecr {

/// An error in the registry's own codes: {"errors":[{"code","message"}]}.
struct RegistryError : wire::Error {
  RegistryError(int status, std::string code, std::string message, std::string allow = "")
      : wire::Error(std::move(code), status, std::move(message)), allow(std::move(allow)) {}

  std::string allow;  // the methods that a 405 names instead
};

/// One request to the registry.
class Registry {
 public:
  Registry(region::Region& home, const region::Service& service, Uploads& uploads, const Tokens& tokens,
           http::Exchange& exchange);
  /// Serves it whole.
  void serve();

 private:
  struct Route {
    enum class Kind { kBase, kManifest, kBlob, kUploads, kUpload, kTags, kReferrers };
    Kind kind = Kind::kBase;
    std::string name;       // of the repository
    std::string reference;  // tag, digest or upload id
  };
  static Route parse_route(const http::RequestHead& head);
  void log_in();
  void dispatch(const Route& route);

  void serve_manifest(const Route& route);
  void get_manifest(const Route& route);
  void put_manifest(const Route& route);
  void delete_manifest(const Route& route);
  void serve_blob(const Route& route);
  void send_blob(const std::string& digest, std::int64_t size);
  void begin_upload(const Route& route);
  bool try_mount(const RepositoryRow& repository);
  void serve_upload(const Route& route);
  void finish_upload(const RepositoryRow& repository, const std::string& id);
  void list_tags(const Route& route);
  void list_referrers(const Route& route);

  /// Runs the body in a transaction with the repository, once the caller may do the action to it. The action is that
  /// of the operation of ECR's API which does the same: it asks as that does, and that is what the trail has.
  template <class Body>
  auto with_repository(store::Tx::Mode mode, std::string_view action, const std::string& name, Body&& body);
  /// The same in a snapshot, to see whether the action, which comes later, would do: in the trail only when it is
  /// refused.
  template <class Body>
  auto precheck(std::string_view action, const std::string& name, Body&& body);
  template <class Body>
  auto carry_out(store::Tx::Mode mode, region::Recorded recorded, std::string_view action, const std::string& name,
                 Body&& body);
  void created(const RepositoryRow& repository, const std::string& digest);
  std::string location(const std::string& rest) const;
  void refuse(const wire::Error& error);

  region::Region& home_;
  const region::Service& service_;
  Uploads& uploads_;
  const Tokens& tokens_;
  http::Exchange& exchange_;
  const http::RequestHead& head_;
  region::Gate gate_;
  std::string account_;  // whose registry is meant
};

}  // namespace hanbat::ecr
