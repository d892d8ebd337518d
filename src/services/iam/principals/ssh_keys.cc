// SSH public keys of users, for git over SSH.
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/public_key.h"
#include "services/iam/iam.h"
#include "services/iam/pages.h"
#include "services/iam/principals/secrets.h"

namespace hanbat::iam {
namespace {

constexpr std::size_t kMostSshKeys = 5;
constexpr int kLeastSshKeyBits = 2048;

enum class SshKeyEncoding { kSsh, kPem };

/// Reads what is uploaded: RSA in OpenSSH's form or as PEM, of 2048 bits or more.
/// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UploadSSHPublicKey.html
crypto::PublicKey read_ssh_key_body(const std::string& body) {
  const std::string_view text = trim(body);
  if (!text.starts_with("ssh-") && !text.starts_with("ecdsa-") && !text.starts_with("sk-") &&
      !text.starts_with("-----BEGIN"))
    throw UnrecognizedPublicKeyEncodingException("The public key encoding format is unsupported or unrecognized.");
  const auto key = crypto::find_public_key(text);
  if (!key || key->kind != crypto::PublicKey::Kind::kRsa)
    throw InvalidPublicKeyException("The public key is malformed or otherwise invalid.");
  if (key->bits < kLeastSshKeyBits)
    throw InvalidPublicKeyException("The public key must have at least " + std::to_string(kLeastSshKeyBits) + " bits.");
  return *key;
}

SshKeyRow require_ssh_key(Request& rq, const Entity& user, const std::string& id) {
  auto row = rows::find_ssh_key(rq.tx, id);
  if (!row || row->user_id != user.id)
    throw NoSuchEntityException("The Public Key with id " + id + " cannot be found.");
  return std::move(*row);
}

SSHPublicKey shown_ssh_key(const SshKeyRow& row, const Entity& user, std::string body) {
  return {.fingerprint = row.fingerprint,
          .ssh_public_key_body = std::move(body),
          .ssh_public_key_id = row.id,
          .status = std::string(word_of(row.status)),
          .upload_date = row.uploaded,
          .user_name = user.name};
}

}  // namespace
}  // namespace hanbat::iam

template <>
constexpr auto hanbat::kWords<hanbat::iam::SshKeyEncoding> = std::to_array<hanbat::Word<hanbat::iam::SshKeyEncoding>>(
    {{hanbat::iam::SshKeyEncoding::kSsh, "SSH"}, {hanbat::iam::SshKeyEncoding::kPem, "PEM"}});

namespace hanbat::iam {

UploadSSHPublicKeyOutput Iam::upload_ssh_public_key(Request& rq, const UploadSSHPublicKeyInput& in) {
  authorize(rq, "iam:UploadSSHPublicKey", Kind::kUser, in.user_name);

  const Entity user = require_user(rq, in.user_name);
  const crypto::PublicKey key = read_ssh_key_body(in.ssh_public_key_body);
  const auto have = rows::ssh_keys(rq.tx, user.id);
  for (const SshKeyRow& other : have)
    if (other.line == key.line())
      throw DuplicateSSHPublicKeyException("The SSH public key is already associated with the user " + user.name + ".");
  if (have.size() >= kMostSshKeys)
    throw LimitExceededException("Cannot exceed quota for SSHPublicKeysPerUser: " + std::to_string(kMostSshKeys));
  const SshKeyRow row{
      .id = make_access_key_id("APKA"),
      .user_id = user.id,
      .account = rq.account,
      .body = std::string(trim(in.ssh_public_key_body)),
      .line = key.line(),
      .fingerprint = crypto::with_colons(crypto::digest(crypto::Digest::Kind::kMd5, key.blob)),
      .uploaded = now_of(rq),
  };

  rows::insert(rq.tx, row);

  return {.ssh_public_key = shown_ssh_key(row, user, row.body)};
}

GetSSHPublicKeyOutput Iam::get_ssh_public_key(Request& rq, const GetSSHPublicKeyInput& in) {
  authorize(rq, "iam:GetSSHPublicKey", Kind::kUser, in.user_name);

  const auto encoding = find_word<SshKeyEncoding>(in.encoding);
  if (!encoding)
    throw UnrecognizedPublicKeyEncodingException("The public key encoding format is unsupported or unrecognized.");
  const Entity user = require_user(rq, in.user_name);
  const SshKeyRow row = require_ssh_key(rq, user, in.ssh_public_key_id);
  // What was uploaded as a line keeps its comment.
  std::string body = row.body.starts_with("ssh-") ? row.body : row.line;
  if (*encoding == SshKeyEncoding::kPem) body = std::string(trim(crypto::find_public_key(row.line).value().pem()));

  return {.ssh_public_key = shown_ssh_key(row, user, std::move(body))};
}

ListSSHPublicKeysOutput Iam::list_ssh_public_keys(Request& rq, const ListSSHPublicKeysInput& in) {
  const std::string name = user_name_or_own(rq, in.user_name);
  authorize(rq, "iam:ListSSHPublicKeys", Kind::kUser, name);

  const Entity user = require_user(rq, name);
  const auto page = cut_page(rq, in, rows::ssh_keys(rq.tx, user.id), [](const SshKeyRow& k) { return k.id; });

  ListSSHPublicKeysOutput out;
  out.ssh_public_keys.emplace();
  for (const SshKeyRow& key : page.items)
    out.ssh_public_keys->push_back({.ssh_public_key_id = key.id,
                                    .status = std::string(word_of(key.status)),
                                    .upload_date = key.uploaded,
                                    .user_name = user.name});
  end_page(page, out);
  return out;
}

UpdateSSHPublicKeyOutput Iam::update_ssh_public_key(Request& rq, const UpdateSSHPublicKeyInput& in) {
  authorize(rq, "iam:UpdateSSHPublicKey", Kind::kUser, in.user_name);

  const SshKeyRow row = require_ssh_key(rq, require_user(rq, in.user_name), in.ssh_public_key_id);

  const auto status = require_word<KeyStatus>(in.status);
  if (status == KeyStatus::kExpired) throw InvalidInputException("An SSH public key is either Active or Inactive.");

  rows::set_ssh_key_status(rq.tx, row.id, status);

  return {};
}

DeleteSSHPublicKeyOutput Iam::delete_ssh_public_key(Request& rq, const DeleteSSHPublicKeyInput& in) {
  authorize(rq, "iam:DeleteSSHPublicKey", Kind::kUser, in.user_name);

  const SshKeyRow row = require_ssh_key(rq, require_user(rq, in.user_name), in.ssh_public_key_id);

  rows::remove_ssh_key(rq.tx, row.id);

  return {};
}

}  // namespace hanbat::iam
