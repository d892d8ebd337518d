// The environment of a build's commands: the variables of the image, the specification, the project and the build, with
// what they name in Parameter Store and Secrets Manager.
#include <set>

#include "guest/build_runner/job.h"
#include "guest/build_runner/secret_reference.h"

namespace hanbat::guest {
namespace {

using border::BuildVariable;

constexpr const char* kUnreadable = "Decrypted Variables Error";

/// Variables whose values lie elsewhere, with what names them there. A later variable of the same name takes the place.
struct Wanted {
  std::map<std::string, std::string> parameters, secrets;

  void set(const std::string& name, const std::string& reference, BuildVariable::Kind kind) {
    parameters.erase(name);
    secrets.erase(name);
    if (kind == BuildVariable::Kind::kParameterStore) parameters[name] = reference;
    if (kind == BuildVariable::Kind::kSecretsManager) secrets[name] = reference;
  }
};

}  // namespace

std::map<std::string, std::string> Build::parameters(const std::map<std::string, std::string>& wanted) {
  constexpr std::size_t kInOneCall = 10;  // of GetParameters
  std::map<std::string, std::string> out;
  if (wanted.empty()) return out;
  JsonService ssm("https://ssm." + job_.region + ".amazonaws.com", job_.region, "ssm", "AmazonSSM",
                  [this] { return signer("ssm").credentials; });
  std::set<std::string> names;
  for (const auto& [variable, parameter] : wanted) names.insert(parameter);
  std::map<std::string, std::string> values;
  for (auto next = names.begin(); next != names.end();) {
    Json some = Json::array();
    for (; next != names.end() && some.size() < kInOneCall; ++next) some.push_back(*next);
    Json answer;
    try {
      answer = ssm.call("GetParameters", Json::object({{"Names", some}, {"WithDecryption", true}}));
    } catch (const ServiceError& e) {
      throw PhaseFailure(kUnreadable, e.what());
    }
    // What was asked for by its ARN or with a version is answered by its plain name.
    for (const Json& one : answer["Parameters"].items())
      for (const std::string& name : {one.text("Name"), one.text("ARN"), one.text("Name") + one.text("Selector"),
                                      one.text("ARN") + one.text("Selector")})
        values[name] = one.text("Value");
  }
  for (const auto& [variable, parameter] : wanted) {
    const auto found = values.find(parameter);
    if (found == values.end()) throw PhaseFailure(kUnreadable, "parameter does not exist: " + parameter);
    out[variable] = found->second;
  }
  return out;
}

std::map<std::string, std::string> Build::secrets(const std::map<std::string, std::string>& wanted) {
  std::map<std::string, std::string> out;
  if (wanted.empty()) return out;
  JsonService service("https://secretsmanager." + job_.region + ".amazonaws.com", job_.region, "secretsmanager",
                      "secretsmanager", [this] { return signer("secretsmanager").credentials; });
  std::map<std::string, Json> answers;  // a secret is asked for once, however many of its keys are wanted
  for (const auto& [variable, text] : wanted) try {
      const SecretReference reference = SecretReference::parse(text);
      const Json request = reference.request();
      auto [answer, fresh] = answers.try_emplace(request.dump());
      if (fresh) answer->second = service.call("GetSecretValue", request);
      out[variable] = reference.value(answer->second);
    } catch (const ServiceError& e) {
      throw PhaseFailure(kUnreadable, e.what());
    } catch (const SecretReferenceError& e) {
      throw PhaseFailure(kUnreadable, e.what());
    }
  return out;
}

void Build::prepare_environment() {
  log_.container("Processing environment variables");
  // Behind the system's: the runtimes that the image brings by itself, with what is installed into them, and the
  // commands that bring them (/usr/lib/hanbat/default-runtime).
  constexpr const char* kPath =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/default/nodejs/bin:/opt/default/golang/bin:"
      "/go/bin:/opt/default/java/bin:/opt/default/ruby/bin:/opt/default/php/bin:/usr/lib/hanbat/commands";
  std::map<std::string, std::string> all = {{"PATH", kPath},
                                            {"HOME", "/root"},
                                            {"LANG", "C.UTF-8"},
                                            {"AWS_CA_BUNDLE", "/etc/ssl/certs/ca-certificates.crt"},
                                            {"REQUESTS_CA_BUNDLE", "/etc/ssl/certs/ca-certificates.crt"},
                                            {"NODE_EXTRA_CA_CERTS", "/etc/ssl/certs/ca-certificates.crt"},
                                            {"SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt"}};
  all["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = job_.credentials_url;
  all["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = job_.credentials_path;
  all["AWS_REGION"] = all["AWS_DEFAULT_REGION"] = job_.region;
  Wanted wanted;
  for (const auto& [name, value] : spec_.variables) all[name] = value;
  for (const auto& [name, value] : spec_.parameter_store) wanted.set(name, value, BuildVariable::Kind::kParameterStore);
  for (const auto& [name, value] : spec_.secrets_manager) wanted.set(name, value, BuildVariable::Kind::kSecretsManager);
  for (const BuildVariable& v : job_.environment) {
    wanted.set(v.name, v.value, v.kind);
    if (v.kind == BuildVariable::Kind::kPlaintext) all[v.name] = v.value;
  }
  for (const auto& fetched : {parameters(wanted.parameters), secrets(wanted.secrets)})
    for (const auto& [name, value] : fetched) {
      log_.hide(value);
      all[name] = value;
    }
  for (const auto& [name, value] : job_.variables) all[name] = value;
  for (const auto& [name, value] : environment_) all[name] = value;
  environment_ = std::move(all);
  if (spec_.git_credential_helper) {
    run_capture({"git", "config", "--system", "credential.helper", kCredentialHelper});
    run_capture({"git", "config", "--system", "credential.UseHttpPath", "true"});
  }
}

}  // namespace hanbat::guest
