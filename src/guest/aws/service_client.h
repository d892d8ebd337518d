// Signed calls to AWS services from inside a guest: JSON operations, and objects of S3 into files.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "base/json.h"
#include "guest/aws/imds.h"
#include "http/client.h"
#include "wire/shape.h"

namespace hanbat::guest {

/// The service answered with an error, or not at all (status 0).
struct ServiceError : std::runtime_error {
  ServiceError(int status, std::string code, const std::string& message)
      : std::runtime_error(message), status(status), code(std::move(code)) {}
  int status;
  std::string code;
};

/// Who signs, and for which service.
struct Signer {
  Credentials credentials;
  std::string region;
  std::string service;
};

/// Adds Signature Version 4 to the request; `host` is what the Host header will say. `payload_hash` in hex, or
/// "UNSIGNED-PAYLOAD".
void sign(http::ClientRequest& request, const std::string& host, const Signer& signer, const std::string& payload_hash,
          Timestamp now);

/// The certificates that this system trusts, as PEM, wherever the distribution keeps them; "" when none are found.
std::string system_certificates();

// Every call below is tried again for about a minute while the service is away (no answer, a status of 500 or more,
// throttling), as AWS's SDKs do; so a request may arrive twice.

/// Calls operations of a service that speaks JSON 1.1.
class JsonService {
 public:
  using CredentialsSource = std::function<Credentials()>;
  /// `target` is the prefix of X-Amz-Target.
  JsonService(const std::string& url, std::string region, std::string service, std::string target,
              CredentialsSource credentials, std::chrono::milliseconds timeout = std::chrono::seconds(80));
  /// Blocks until the answer is there. Throws ServiceError.
  Json call(const std::string& operation, const Json& input);
  /// The same with the structs of the service's model. Throws also JsonError, for an answer of another form.
  template <class Output, class Input>
  Output ask(const std::string& operation, const Input& input) {
    return wire::from_json<Output>(call(operation, wire::to_json(input)));
  }

 private:
  Json try_call(const std::string& operation, const Json& input);

  http::Endpoint endpoint_;
  http::Client client_;
  std::string region_, service_, target_;
  CredentialsSource credentials_;
};

/// An object's metadata, by names without "x-amz-meta-" in small letters.
using ObjectMetadata = std::map<std::string, std::string>;

struct ObjectHead {
  std::string etag;  ///< without quotes
  ObjectMetadata metadata;
};

/// Downloads an object to a file. `url` is the bucket's: "https://bucket.s3.region.amazonaws.com". Throws ServiceError.
ObjectHead download(const std::string& url, const std::string& key, const std::string& version, const Signer& signer,
                    const std::string& file);

/// Uploads a file as an object of at most 5 GiB. Throws ServiceError.
void upload(const std::string& url, const std::string& key, const Signer& signer, const std::string& file,
            const ObjectMetadata& metadata = {});

/// Hex SHA-256 and MD5 of a file's content.
struct FileDigests {
  std::string sha256, md5;
  std::uint64_t size = 0;
};
FileDigests digests_of(const std::string& file);

/// The keys that the container credentials endpoint gives ("http://169.254.170.2/v2/credentials/…").
Credentials container_credentials(const std::string& url);

}  // namespace hanbat::guest
