// User name and password of an IAM user for git over HTTPS.
#include "services/iam/iam.h"
#include "services/iam/pages.h"
#include "services/iam/principals/secrets.h"

namespace hanbat::iam {
namespace {

constexpr std::string_view kCodeCommit = "codecommit.amazonaws.com";
constexpr std::size_t kMostPerService = 2;

void check_service(const std::string& service) {
  if (service != kCodeCommit)
    throw ServiceNotSupportedException("The service " + service +
                                       " does not support service-specific credentials here.");
}

ServiceCredentialRow require_credential(Request& rq, const Entity& user, const std::string& id) {
  auto row = rows::find_service_credential(rq.tx, id);
  if (!row || row->user_id != user.id) throw NoSuchEntityException("No such credential " + id + " exists");
  return std::move(*row);
}

/// The service that a credential is for, when the account has it.
region::ConditionKeys service_key(Request& rq, const std::string& id) {
  const auto row = rows::find_service_credential(rq.tx, id);
  if (!row || row->account != rq.account) return {};
  return {{"iam:ServiceSpecificCredentialServiceName", {row->service}}};
}

ServiceSpecificCredential credential_of(const ServiceCredentialRow& row, const Entity& user,
                                        const std::string& password) {
  ServiceSpecificCredential out{.create_date = row.created,
                                .service_name = row.service,
                                .service_specific_credential_id = row.id,
                                .status = std::string(word_of(row.status)),
                                .user_name = user.name};
  out.service_user_name = row.service_user_name;
  out.service_password = password;
  return out;
}

}  // namespace

CreateServiceSpecificCredentialOutput Iam::create_service_specific_credential(
    Request& rq, const CreateServiceSpecificCredentialInput& in) {
  authorize(rq, "iam:CreateServiceSpecificCredential", Kind::kUser, in.user_name,
            {{"iam:ServiceSpecificCredentialServiceName", {in.service_name}}});

  check_service(in.service_name);
  const Entity user = require_user(rq, in.user_name);
  const auto have = rows::service_credentials(rq.tx, user.id);
  if (have.size() >= kMostPerService)
    throw LimitExceededException("Cannot exceed quota for ServiceSpecificCredentialsPerUser: " +
                                 std::to_string(kMostPerService));
  // The second one is told from the first by a number, as both may be in use while one replaces the other.
  std::string service_user = user.name + "-at-" + rq.account;
  for (int number = 1; rows::find_service_credential_by_name(rq.tx, service_user); ++number)
    service_user = user.name + "+" + std::to_string(number) + "-at-" + rq.account;
  const std::string password = make_service_password();
  const ServiceCredentialRow row{.id = make_id("ACCA"),
                                 .user_id = user.id,
                                 .account = rq.account,
                                 .service = in.service_name,
                                 .service_user_name = service_user,
                                 .password_hash = hash_password(password),
                                 .status = KeyStatus::kActive,
                                 .created = now_of(rq)};

  rows::insert(rq.tx, row);

  CreateServiceSpecificCredentialOutput out;
  out.service_specific_credential = credential_of(row, user, password);
  return out;
}

ListServiceSpecificCredentialsOutput Iam::list_service_specific_credentials(
    Request& rq, const ListServiceSpecificCredentialsInput& in) {
  const bool everyone = in.all_users.value_or(false);
  if (everyone && in.user_name)
    throw wire::Error("ValidationError", 400, "AllUsers cannot be specified together with UserName.");
  const std::string name = everyone ? "*" : user_name_or_own(rq, in.user_name);
  authorize(rq, "iam:ListServiceSpecificCredentials", Kind::kUser, name);
  if (in.service_name) check_service(*in.service_name);

  std::vector<ServiceSpecificCredentialMetadata> all;
  const std::vector<Entity> users =
      everyone ? rows::list(rq.tx, rq.account, Kind::kUser) : std::vector<Entity>{require_user(rq, name)};
  for (const Entity& user : users)
    for (const ServiceCredentialRow& row : rows::service_credentials(rq.tx, user.id)) {
      if (in.service_name && *in.service_name != row.service) continue;
      ServiceSpecificCredentialMetadata one{.create_date = row.created,
                                            .service_name = row.service,
                                            .service_specific_credential_id = row.id,
                                            .status = std::string(word_of(row.status)),
                                            .user_name = user.name};
      one.service_user_name = row.service_user_name;
      all.push_back(std::move(one));
    }
  const auto page = cut_page(rq, in, std::move(all), [](const ServiceSpecificCredentialMetadata& c) {
    return c.service_specific_credential_id;
  });

  ListServiceSpecificCredentialsOutput out;
  out.service_specific_credentials = page.items;
  end_page(page, out);
  return out;
}

ResetServiceSpecificCredentialOutput Iam::reset_service_specific_credential(
    Request& rq, const ResetServiceSpecificCredentialInput& in) {
  const std::string name = user_name_or_own(rq, in.user_name);
  authorize(rq, "iam:ResetServiceSpecificCredential", Kind::kUser, name,
            service_key(rq, in.service_specific_credential_id));

  const Entity user = require_user(rq, name);
  ServiceCredentialRow row = require_credential(rq, user, in.service_specific_credential_id);
  const std::string password = make_service_password();
  row.password_hash = hash_password(password);

  rows::update(rq.tx, row);

  ResetServiceSpecificCredentialOutput out;
  out.service_specific_credential = credential_of(row, user, password);
  return out;
}

UpdateServiceSpecificCredentialOutput Iam::update_service_specific_credential(
    Request& rq, const UpdateServiceSpecificCredentialInput& in) {
  const std::string name = user_name_or_own(rq, in.user_name);
  authorize(rq, "iam:UpdateServiceSpecificCredential", Kind::kUser, name,
            service_key(rq, in.service_specific_credential_id));

  ServiceCredentialRow row = require_credential(rq, require_user(rq, name), in.service_specific_credential_id);
  row.status = require_word<KeyStatus>(in.status);

  rows::update(rq.tx, row);

  return {};
}

DeleteServiceSpecificCredentialOutput Iam::delete_service_specific_credential(
    Request& rq, const DeleteServiceSpecificCredentialInput& in) {
  const std::string name = user_name_or_own(rq, in.user_name);
  authorize(rq, "iam:DeleteServiceSpecificCredential", Kind::kUser, name,
            service_key(rq, in.service_specific_credential_id));

  const ServiceCredentialRow row = require_credential(rq, require_user(rq, name), in.service_specific_credential_id);

  rows::remove_service_credential(rq.tx, row.id);

  return {};
}

}  // namespace hanbat::iam
