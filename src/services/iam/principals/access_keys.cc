// Access keys of users.
#include "services/iam/iam.h"
#include "services/iam/pages.h"
#include "services/iam/principals/secrets.h"

namespace hanbat::iam {
namespace {

constexpr std::size_t kMostAccessKeys = 2;

NoSuchEntityException no_key(const std::string& id) {
  return NoSuchEntityException("The Access Key with id " + id + " cannot be found.");
}

AccessKeyRow require_key(Request& rq, const Entity& user, const std::string& id) {
  auto key = rows::find_access_key(rq.tx, id);
  if (!key || key->user_id != user.id) throw no_key(id);
  return std::move(*key);
}

}  // namespace

CreateAccessKeyOutput Iam::create_access_key(Request& rq, const CreateAccessKeyInput& in) {
  const std::string name = user_name_or_own(rq, in.user_name);
  authorize(rq, "iam:CreateAccessKey", Kind::kUser, name);

  const Entity user = require_user(rq, name);
  if (rows::access_keys(rq.tx, user.id).size() >= kMostAccessKeys)
    throw LimitExceededException("Cannot exceed quota for AccessKeysPerUser: " + std::to_string(kMostAccessKeys));
  const std::string id = make_access_key_id("AKIA");
  const std::string secret = make_secret_access_key();

  rows::insert(rq.tx, AccessKeyRow{.access_key_id = id,
                                   .user_id = user.id,
                                   .account = rq.account,
                                   .sealed_secret = home_.vault.seal(secret, "iam.secret:" + id),
                                   .status = KeyStatus::kActive,
                                   .created = now_of(rq)});

  return {.access_key = {.access_key_id = id,
                         .create_date = now_of(rq),
                         .secret_access_key = secret,
                         .status = std::string(word_of(KeyStatus::kActive)),
                         .user_name = user.name}};
}

ListAccessKeysOutput Iam::list_access_keys(Request& rq, const ListAccessKeysInput& in) {
  const std::string name = user_name_or_own(rq, in.user_name);
  authorize(rq, "iam:ListAccessKeys", Kind::kUser, name);

  const Entity user = require_user(rq, name);
  const auto page =
      cut_page(rq, in, rows::access_keys(rq.tx, user.id), [](const AccessKeyRow& k) { return k.access_key_id; });

  ListAccessKeysOutput out;
  for (const AccessKeyRow& key : page.items)
    out.access_key_metadata.push_back({.access_key_id = key.access_key_id,
                                       .create_date = key.created,
                                       .status = std::string(word_of(key.status)),
                                       .user_name = user.name});
  end_page(page, out);
  return out;
}

UpdateAccessKeyOutput Iam::update_access_key(Request& rq, const UpdateAccessKeyInput& in) {
  const std::string name = user_name_or_own(rq, in.user_name);
  authorize(rq, "iam:UpdateAccessKey", Kind::kUser, name);

  const AccessKeyRow key = require_key(rq, require_user(rq, name), in.access_key_id);

  const auto status = require_word<KeyStatus>(in.status);
  if (status == KeyStatus::kExpired) throw InvalidInputException("An access key is either Active or Inactive.");

  rows::set_access_key_status(rq.tx, key.access_key_id, status);

  return {};
}

DeleteAccessKeyOutput Iam::delete_access_key(Request& rq, const DeleteAccessKeyInput& in) {
  const std::string name = user_name_or_own(rq, in.user_name);
  authorize(rq, "iam:DeleteAccessKey", Kind::kUser, name);

  const AccessKeyRow key = require_key(rq, require_user(rq, name), in.access_key_id);

  rows::remove_access_key(rq.tx, key.access_key_id);

  return {};
}

GetAccessKeyLastUsedOutput Iam::get_access_key_last_used(Request& rq, const GetAccessKeyLastUsedInput& in) {
  const auto key = rows::find_access_key(rq.tx, in.access_key_id);
  const auto user = key && key->account == rq.account ? rows::find_by_id(rq.tx, key->user_id) : std::nullopt;
  authorize(rq, "iam:GetAccessKeyLastUsed", Kind::kUser, user ? user->name : "*");

  // AWS does not tell a key that there is not from one that is another account's.
  if (!user)
    throw wire::Error("AccessDenied", 403,
                      "User: " + rq.caller.arn +
                          " is not authorized to perform: iam:GetAccessKeyLastUsed on resource: " + "access key " +
                          in.access_key_id);

  AccessKeyLastUsed used{.region = "N/A", .service_name = "N/A"};
  if (key->used_at)
    used = {.last_used_date = key->used_at, .region = key->used_region, .service_name = key->used_service};
  if (const auto recent = identity_.uses.find(in.access_key_id))
    used = {.last_used_date = recent->at, .region = recent->region, .service_name = recent->service};
  GetAccessKeyLastUsedOutput out;
  out.user_name = user->name;
  out.access_key_last_used = used;
  return out;
}

}  // namespace hanbat::iam
