// Console passwords of users, and what of a user's identity is never there: MFA devices and signing certificates. No
// password opens anything, as there is no console to sign in to; it is kept as a sealed hash and shown to nobody.
#include "services/iam/iam.h"
#include "services/iam/pages.h"
#include "services/iam/principals/password_policy.h"
#include "services/iam/principals/secrets.h"

namespace hanbat::iam {
namespace {

constexpr const char* kLogin = "login";

NoSuchEntityException no_login(const Entity& user) {
  return NoSuchEntityException("Login Profile for User " + user.name + " cannot be found.");
}

LoginProfile shown_login(const Entity& user) {
  const Json& login = *user.body.find(kLogin);
  return {.create_date = Timestamp{login.integer("created")},
          .password_reset_required = login.flag("reset_required"),
          .user_name = user.name};
}

/// The answer of a list that has nothing, in its one page.
template <class Output>
Output nothing_listed() {
  Output out;
  out.is_truncated = false;
  return out;
}

}  // namespace

std::string Iam::sealed_password(Request& rq, const Entity& user, const std::string& password) const {
  if (const auto fault = password_fault(find_password_policy(rq), password, rq.account))
    throw PasswordPolicyViolationException(*fault);
  return home_.vault.seal(hash_password(password), "iam.password:" + user.id);
}

CreateLoginProfileOutput Iam::create_login_profile(Request& rq, const CreateLoginProfileInput& in) {
  const std::string name = user_name_or_own(rq, in.user_name);
  authorize(rq, "iam:CreateLoginProfile", Kind::kUser, name);

  Entity user = require_user(rq, name);
  if (!in.password)
    throw wire::Error("ValidationError", 400,
                      "1 validation error detected: Value null at 'password' failed to satisfy constraint: Member must "
                      "not be null");
  if (user.body.find(kLogin))
    throw EntityAlreadyExistsException("Login Profile for user " + user.name + " already exists.");
  user.body[kLogin] = Json::object({{"password", sealed_password(rq, user, *in.password)},
                                    {"reset_required", in.password_reset_required.value_or(false)},
                                    {"created", now_of(rq).ms}});

  rows::update(rq.tx, user);

  CreateLoginProfileOutput out;
  out.login_profile = shown_login(user);
  return out;
}

GetLoginProfileOutput Iam::get_login_profile(Request& rq, const GetLoginProfileInput& in) {
  const std::string name = user_name_or_own(rq, in.user_name);
  authorize(rq, "iam:GetLoginProfile", Kind::kUser, name);

  const Entity user = require_user(rq, name);
  if (!user.body.find(kLogin)) throw no_login(user);

  GetLoginProfileOutput out;
  out.login_profile = shown_login(user);
  return out;
}

UpdateLoginProfileOutput Iam::update_login_profile(Request& rq, const UpdateLoginProfileInput& in) {
  authorize(rq, "iam:UpdateLoginProfile", Kind::kUser, in.user_name);

  Entity user = require_user(rq, in.user_name);
  if (!user.body.find(kLogin)) throw no_login(user);
  if (in.password) user.body[kLogin]["password"] = sealed_password(rq, user, *in.password);
  if (in.password_reset_required) user.body[kLogin]["reset_required"] = *in.password_reset_required;

  rows::update(rq.tx, user);

  return {};
}

DeleteLoginProfileOutput Iam::delete_login_profile(Request& rq, const DeleteLoginProfileInput& in) {
  const std::string name = user_name_or_own(rq, in.user_name);
  authorize(rq, "iam:DeleteLoginProfile", Kind::kUser, name);

  Entity user = require_user(rq, name);
  if (!user.body.find(kLogin)) throw no_login(user);
  user.body.erase(kLogin);

  rows::update(rq.tx, user);

  return {};
}

bool Iam::has_login(const Entity& user) { return user.body.find(kLogin) != nullptr; }

ListMFADevicesOutput Iam::list_mfa_devices(Request& rq, const ListMFADevicesInput& in) {
  const std::string name = user_name_or_own(rq, in.user_name);
  authorize(rq, "iam:ListMFADevices", Kind::kUser, name);

  require_user(rq, name);
  cut_page(rq, in, std::vector<std::string>(), [](const std::string& key) { return key; });

  return nothing_listed<ListMFADevicesOutput>();
}

ListVirtualMFADevicesOutput Iam::list_virtual_mfa_devices(Request& rq, const ListVirtualMFADevicesInput& in) {
  rq.authorize("iam:ListVirtualMFADevices", "*");

  cut_page(rq, in, std::vector<std::string>(), [](const std::string& key) { return key; });

  return nothing_listed<ListVirtualMFADevicesOutput>();
}

ListSigningCertificatesOutput Iam::list_signing_certificates(Request& rq, const ListSigningCertificatesInput& in) {
  const std::string name = user_name_or_own(rq, in.user_name);
  authorize(rq, "iam:ListSigningCertificates", Kind::kUser, name);

  require_user(rq, name);
  cut_page(rq, in, std::vector<std::string>(), [](const std::string& key) { return key; });

  return nothing_listed<ListSigningCertificatesOutput>();
}

}  // namespace hanbat::iam
