// The registry that docker, podman, skopeo and buildah speak to: the OCI distribution specification 1.1 over the rows
// and blobs of ECR, with ECR's logins, permissions and words.
#pragma once

#include <string>
#include <string_view>

#include "http/server.h"
#include "region/region.h"
#include "services/ecr/store.h"
#include "services/ecr/tokens.h"
#include "services/ecr/uploads.h"

namespace hanbat::ecr {

/// An error of the registry's protocol: {"errors":[{"code","message"}]}.
struct RegistryError {
  int status;
  std::string code;
  std::string message;
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
  /// of the operation of ECR's API which does the same, and asks as it does.
  template <class Body>
  auto with_repository(store::Tx::Mode mode, std::string_view action, const std::string& name, Body&& body);
  /// The repository, once the caller may do the action to it.
  RepositoryRow repository_for(std::string_view action, const std::string& name);
  void created(const RepositoryRow& repository, const std::string& digest);
  std::string location(const std::string& rest) const;
  void send_error(const RegistryError& error);

  region::Region& home_;
  const region::Service& service_;
  Uploads& uploads_;
  const Tokens& tokens_;
  http::Exchange& exchange_;
  const http::RequestHead& head_;
  const std::string request_id_;
  region::Caller caller_;
  std::string account_;
  std::string region_;
};

}  // namespace hanbat::ecr
