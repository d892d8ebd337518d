// Signature Version 4: whatever a request claims is read or refused by an AWS error; what we sign ourselves verifies,
// by header and presigned; and nothing verifies with a secret that the signer did not have.
#include "base/encoding.h"
#include "base/text.h"
#include "wire/fuzzing.h"
#include "wire/git_password.h"
#include "wire/sigv4.h"

using hanbat::fuzzing::require;
using namespace hanbat;
using namespace hanbat::wire;

namespace {

constexpr Timestamp kNow{1'795'600'000'000};
const crypto::SigningKey kKey{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};

void check_error(const Error& error) {
  require(error.status() >= 400 && error.status() < 500 && !error.code().empty(), "a refusal is the client's error");
}

/// Whether the request's claim is read and verifies.
bool verifies(const RequestView& request, std::string_view secret, std::string_view hash, AuthStyle style) {
  try {
    const auto claim = parse_claim(request, style);
    if (!claim) return false;
    verify_claim(*claim, request, secret, hash, kNow, style);
    return true;
  } catch (const Error& error) {
    check_error(error);
    return false;
  }
}

/// Headers that the signer itself sets, and those that say how the body is covered, are not the fuzzer's to give.
RequestView unsigned_request(const RequestView& from) {
  RequestView out = from;
  std::erase_if(out.headers, [](const auto& header) {
    const std::string name = lower(header.first);
    return name == "authorization" || name == "date" || name == "host" || name.starts_with("x-amz-");
  });
  // In the canonical query a signature is passed over wherever it stands; in a header-signed request it is a parameter.
  std::string query;
  for (const std::string& part : split(out.query, '&'))
    if (percent_decode(part.substr(0, part.find('='))).value_or("").find("X-Amz-") == std::string::npos)
      query += (query.empty() ? "" : "&") + part;
  out.query = query;
  out.headers.emplace_back("Host", "127.0.0.1:4566");
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hanbat::fuzzing::Input input(data, size);
  const auto style = static_cast<AuthStyle>(input.byte() % 4);
  const auto [request, body] = hanbat::wire::fuzzing::read_request(input);
  const std::string hash = crypto::sha256_hex(body);

  // As it came. The seeds are signed with kKey, so a change of theirs that still verifies changed nothing that is
  // signed.
  peek_scope_service(request);
  peek_scope_region(request);
  require(!verifies(request, "another secret", hash, style), "nothing verifies with another secret");
  if (verifies(request, kKey.secret, hash, style)) {
    RequestView changed = request;
    changed.method += 'X';
    require(!verifies(changed, kKey.secret, hash, style), "the method is signed");
  }

  // Signed by us.
  RequestView ours = unsigned_request(request);
  for (auto& field : crypto::sign(signed_parts(ours, style), kKey, "ap-northeast-2", "s3", kNow, hash))
    ours.headers.push_back(std::move(field));
  require(verifies(ours, kKey.secret, hash, style), "what is signed verifies");
  RequestView moved = ours;
  moved.path += "/x";
  require(!verifies(moved, kKey.secret, hash, style), "the path is signed");
  RequestView asked = ours;
  asked.query += asked.query.empty() ? "x=1" : "&x=1";
  require(!verifies(asked, kKey.secret, hash, style), "the query is signed");

  RequestView link = unsigned_request(request);
  link.query = crypto::presign(signed_parts(link, style), kKey, "ap-northeast-2", "s3", kNow, Seconds(600));
  const std::string_view covered = style == AuthStyle::kS3 ? "" : crypto::kEmptySha256;
  require(verifies(link, kKey.secret, covered, style), "what is presigned verifies");

  // git's passwords.
  const std::string password = git_password(kKey.secret, "ap-northeast-2", request.path, request.query, kNow);
  require(verify_git_password(password, kKey.secret, "ap-northeast-2", request.path, request.query, kNow),
          "a password for git verifies");
  require(!verify_git_password(body, kKey.secret, "ap-northeast-2", request.path, request.query, kNow),
          "a body is no password");
  const GitUser user = parse_git_user(body);
  require(user.access_key_id.size() + user.session_token.size() <= body.size(), "a user is part of what was sent");
  return 0;
}
