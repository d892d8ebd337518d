#include "services/iam/iam.h"

#include "base/arn.h"
#include "base/ids.h"
#include "base/text.h"
#include "gen/iam/schema.h"
#include "os/files.h"
#include "region/tag_keys.h"
#include "services/iam/policies/new_documents.h"
#include "services/iam/principals/principals.h"
#include "services/iam/principals/secrets.h"
#include "store/tasks.h"

namespace hanbat::iam {
namespace {

constexpr std::string_view kSweep = "iam.sweep";
constexpr auto kSweepEvery = std::chrono::minutes(1);
/// An expired session's row stays this long, so that its user is told "expired" and not "unknown".
constexpr auto kKeepExpired = std::chrono::hours(24);

std::string already_exists(Kind kind, const std::string& name) {
  switch (kind) {
    case Kind::kUser:
      return "User with name " + name + " already exists.";
    case Kind::kGroup:
      return "Group with name " + name + " already exists.";
    case Kind::kRole:
      return "Role with name " + name + " already exists.";
    case Kind::kProfile:
      return "Instance Profile " + name + " already exists.";
    case Kind::kProvider:
      return "Provider with url https://" + name + " already exists.";
    case Kind::kPolicy:
      return "A policy called " + name + " already exists. Duplicate names are not allowed.";
  }
  return "";
}

std::string not_found(Kind kind, const std::string& name) {
  switch (kind) {
    case Kind::kUser:
      return "The user with name " + name + " cannot be found.";
    case Kind::kGroup:
      return "The group with name " + name + " cannot be found.";
    case Kind::kRole:
      return "The role with name " + name + " cannot be found.";
    case Kind::kProfile:
      return "Instance Profile " + name + " cannot be found.";
    case Kind::kProvider:
      return "OpenIDConnect Provider not found for arn " + name;
    case Kind::kPolicy:
      return "Policy " + name + " was not found.";
  }
  return "";
}

void add_tag_keys(store::Tx& tx, const Entity& entity, region::ConditionKeys& keys) {
  const bool own_key = entity.kind == Kind::kUser || entity.kind == Kind::kRole;
  region::add_resource_tags(keys, region::tags_of(tx, entity.arn), own_key ? "iam" : "");
}

}  // namespace

Iam::Iam(region::Region& home, Access& access, ShownCertificates shown)
    : home_(home),
      managed_(access.managed),
      policies_(access.policies),
      identity_(access.identity),
      shown_(std::move(shown)) {}

std::span<const store::Migration> Iam::migrations() const { return schema(); }

void Iam::start() {
  home_.tasks.handle(std::string(kSweep), [this](store::TaskRun& run) {
    run.again(kSweepEvery, [this](store::Tx& tx) {
      for (const auto& [id, use] : identity_.uses.take_all()) {
        if (id.starts_with("AKIA")) {
          rows::set_access_key_used(tx, id, use.at, use.service, use.region);
        } else if (auto role = rows::find_by_id(tx, id)) {
          role->body["last_used"] = Json::object({{"at", use.at.ms}, {"region", use.region}});
          rows::update(tx, *role);
        }
      }
      rows::remove_sessions_before(tx, home_.clock.now() - kKeepExpired);
    });
  });
  make_first_administrator();
  home_.db.write([&](store::Tx& tx) {
    home_.tasks.add(tx, {.kind = std::string(kSweep), .key = "all", .due = home_.clock.now() + kSweepEvery});
  });
}

void Iam::make_first_administrator() {
  const std::string& account = home_.settings.default_account;
  const auto any = [&](store::Tx& tx) { return !rows::list_after(tx, account, Kind::kUser, std::nullopt, 1).empty(); };
  if (home_.db.read(any)) return;

  Entity admin{
      .kind = Kind::kUser, .account = account, .name = "admin", .id = make_id("AIDA"), .created = home_.clock.now()};
  admin.arn = arn_of(admin.kind, account, admin.path, admin.name);
  const std::string key_id = make_access_key_id("AKIA");
  const std::string secret = make_secret_access_key();
  // The file first: should the daemon die before the commit, the next start finds no user and makes both anew.
  const Json file = Json::object({{"Account", account},
                                  {"UserName", admin.name},
                                  {"Arn", admin.arn},
                                  {"AccessKeyId", key_id},
                                  {"SecretAccessKey", secret}});
  write_file_atomic(home_.settings.state_folder + "/admin-credentials.json", file.pretty() + "\n", 0600);
  home_.db.write([&](store::Tx& tx) {
    rows::insert(tx, admin);
    rows::attach(tx, admin, Usage::kPermissions, "arn:aws:iam::aws:policy/AdministratorAccess");
    rows::insert(tx, AccessKeyRow{.access_key_id = key_id,
                                  .user_id = admin.id,
                                  .account = account,
                                  .sealed_secret = home_.vault.seal(secret, "iam.secret:" + key_id),
                                  .status = KeyStatus::kActive,
                                  .created = home_.clock.now()});
  });
}

Entity Iam::require(Request& rq, Kind kind, std::string_view name) const {
  if (auto found = rows::find(rq.tx, rq.account, kind, name)) return std::move(*found);
  throw NoSuchEntityException(not_found(kind, std::string(name)));
}

Entity Iam::require_policy(Request& rq, std::string_view arn) const {
  auto found = rows::find_by_arn(rq.tx, arn);
  if (!found || found->kind != Kind::kPolicy || found->account != rq.account)
    throw NoSuchEntityException(not_found(Kind::kPolicy, std::string(arn)));
  return std::move(*found);
}

Arn Iam::require_arn(std::string_view text) {
  if (auto arn = parse_arn(text)) return *std::move(arn);
  throw wire::Error("ValidationError", 400, "Invalid ARN:  Could not be parsed!");
}

std::string Iam::user_name_or_own(Request& rq, const std::optional<std::string>& name) const {
  if (name) return *name;
  if (rq.caller.kind == region::Caller::Kind::kUser) return rq.caller.name;
  throw wire::Error("ValidationError", 400, "Must specify userName when calling with non-User credentials");
}

void Iam::authorize(Request& rq, std::string_view action, Kind kind, std::string_view name,
                    region::ConditionKeys keys) const {
  std::string arn = arn_of(kind, rq.account, "/", name);
  if (const auto found = rows::find(rq.tx, rq.account, kind, name)) {
    arn = found->arn;
    add_tag_keys(rq.tx, *found, keys);
    if (rq.names_key(action, "iam:PermissionsBoundary") && !keys.contains("iam:PermissionsBoundary"))
      if (const auto boundary = boundary_of(rq, *found))
        keys["iam:PermissionsBoundary"] = {boundary->permissions_boundary_arn.value_or("")};
  }
  rq.authorize(action, arn, keys);
}

void Iam::authorize_arn(Request& rq, std::string_view action, std::string_view arn, region::ConditionKeys keys) const {
  require_arn(arn);
  if (!rq.names_resource(action, arn)) throw InvalidInputException("ARN " + std::string(arn) + " is not valid.");
  const auto found = rows::find_by_arn(rq.tx, arn);
  if (found && found->account == rq.account) add_tag_keys(rq.tx, *found, keys);
  rq.authorize(action, arn, keys);
}

Entity Iam::make(Request& rq, Kind kind, std::string_view name, const std::optional<std::string>& path) const {
  Entity entity{.kind = kind,
                .account = rq.account,
                .name = std::string(name),
                .path = path.value_or("/"),
                .id = make_id(id_prefix(kind)),
                .created = now_of(rq)};
  entity.arn = arn_of(kind, rq.account, entity.path, name);
  return entity;
}

void Iam::insert(Request& rq, const Entity& entity) const {
  try {
    rows::insert(rq.tx, entity);
  } catch (const store::UniqueViolation&) {
    throw EntityAlreadyExistsException(already_exists(entity.kind, entity.name));
  }
}

void Iam::rename(Request& rq, Entity entity, const std::optional<std::string>& name,
                 const std::optional<std::string>& path) const {
  if (name) entity.name = *name;
  if (path) entity.path = *path;
  entity.arn = arn_of(entity.kind, entity.account, entity.path, entity.name);
  try {
    rows::update(rq.tx, entity);
  } catch (const store::UniqueViolation&) {
    throw EntityAlreadyExistsException(already_exists(entity.kind, entity.name));
  }
}

void Iam::set_trust(Request& rq, Entity& role, const std::string& document) const {
  refuse_leading_blanks(document);
  try {
    const auto parsed = policies_.parse(document, region::policy::DocumentKind::kTrust);
    if (const auto unknown = find_unknown_principal(rq.tx, *parsed))
      throw MalformedPolicyDocumentException("Invalid principal in policy: \"AWS\":\"" + *unknown + "\"");
  } catch (const region::policy::DocumentError& refusal) {
    throw MalformedPolicyDocumentException(refusal.what());
  }
  role.body["trust"] = bind_principals(rq.tx, document);
  role.body.erase("trust_ids");
}

std::optional<AttachedPermissionsBoundary> Iam::boundary_of(Request& rq, const Entity& e) const {
  const auto arns = rows::attached(rq.tx, e.id, Usage::kBoundary);
  if (arns.empty()) return std::nullopt;
  return AttachedPermissionsBoundary{.permissions_boundary_arn = arns.front(), .permissions_boundary_type = "Policy"};
}

}  // namespace hanbat::iam
