// AWS Secrets Manager. One method per operation.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gen/secretsmanager/operations.h"
#include "region/batched_usage.h"
#include "region/policy/document.h"
#include "region/region.h"
#include "region/tags.h"
#include "services/secretsmanager/store.h"

namespace hanbat::secretsmanager {

/// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_TagResource.html
extern const region::TagRules kTagRules;

inline Place place_of(const region::Request& rq) { return {rq.account, rq.region}; }

/// Removes a secret whose recovery window is over.
struct DeleteTask {
  static constexpr std::string_view kKind = "secretsmanager.delete";
  std::string arn;

  Json to_json() const { return Json::object({{"arn", arn}}); }
  static DeleteTask from_json(const Json& json) { return {json.text("arn")}; }
};

class SecretsManager final : public Operations {
 public:
  explicit SecretsManager(region::Region& home) : home_(home), calls_(home, "secretsmanager.count-calls") {}

  void start() override;

#include "gen/secretsmanager/methods.inc"

 private:
  /// Which secrets an operation takes.
  enum class Which { kUsable, kDeletedToo };

  /// Authorizes on the secret that a name, an ARN or an ARN without its ending means; nothing when there is none.
  std::optional<SecretRow> authorized(region::Request& rq, std::string_view action, const std::string& secret_id,
                                      region::ConditionKeys keys = {}) const;
  /// The same. Throws ResourceNotFoundException, and InvalidRequestException of a secret that was deleted.
  SecretRow require_secret(region::Request& rq, std::string_view action, const std::string& secret_id,
                           region::ConditionKeys keys = {}, Which which = Which::kUsable) const;
  /// rq.authorize on a secret that is there, with its tags and its policy.
  void ask(region::Request& rq, std::string_view action, const SecretRow& secret, region::ConditionKeys keys) const;

  /// Puts the call on its caller's bill; it is written with the next minute's.
  /// Source: https://aws.amazon.com/secrets-manager/pricing/ (per 10,000 API calls)
  void count_call(const region::Request& rq, const SecretRow& secret) const;

  /// The value of the token's version, made when it is not there: what makes calls with a token safe to repeat. Returns
  /// whether it was made. Throws ResourceExistsException when the version holds another value.
  bool put_version(region::Request& rq, SecretRow& secret, const std::string& token, const Value& value) const;
  /// Checks a policy that is to be put to a secret. Throws MalformedPolicyDocumentException.
  region::policy::Document require_policy(region::Request& rq, const std::string& text) const;

  region::Region& home_;
  mutable region::BatchedUsage calls_;
};

/// The value that a call brings, if it does. Throws InvalidParameterException for two, ValidationException for one that
/// is too long.
std::optional<Value> find_value(const std::optional<std::string>& text, const std::optional<std::string>& binary);
/// Throws InvalidRequestException when there is none.
std::string require_token(const std::optional<std::string>& token);
/// The versions that have labels, as DescribeSecret and ListSecrets tell them; nothing when there is none.
std::optional<std::map<std::string, std::vector<std::string>>> stages_of(const Versions& versions);
/// Nobody reads or writes values of another account's secret, as all are sealed under that account's default key.
void refuse_strangers(const region::Request& rq, const SecretRow& secret);

}  // namespace hanbat::secretsmanager
