// A region with Secrets Manager for its tests. Header only, so that no daemon links it.
#pragma once

#include <gtest/gtest.h>

#include "gen/secretsmanager/client.h"
#include "region/testing.h"
#include "services/secretsmanager/secretsmanager.h"
#include "wire/testing.h"

namespace hanbat::secretsmanager {

/// A client request token, and so a version's id, that ends with the digit.
inline std::string token(int digit) { return "00000000-0000-4000-8000-00000000000" + std::to_string(digit); }

struct SecretsManagerTest : testing::Test {
  SecretsManagerTest() {
    region.add<SecretsManager>();
    region.start();
  }

  /// Makes a secret, with the value as its version 1 unless it is ""; its ARN.
  std::string create(const std::string& name, const std::string& value = "one") {
    CreateSecretInput in;
    in.name = name;
    in.client_request_token = token(1);
    if (!value.empty()) in.secret_string = value;
    return *client.create_secret(in).arn;
  }
  PutSecretValueOutput put(const std::string& name, int version, const std::string& value,
                           std::optional<std::vector<std::string>> stages = {}) {
    return client.put_secret_value({.client_request_token = token(version),
                                    .secret_id = name,
                                    .secret_string = value,
                                    .version_stages = std::move(stages)});
  }
  std::string value(const std::string& name, const std::string& stage = "AWSCURRENT") {
    return client.get_secret_value({.secret_id = name, .version_stage = stage}).secret_string.value_or("none");
  }
  /// The labels of a version, joined by ','.
  std::string labels(const std::string& name, int version) {
    const auto stages = client.describe_secret({.secret_id = name}).version_ids_to_stages;
    const auto found = stages ? stages->find(token(version)) : decltype(stages->end()){};
    return stages && found != stages->end() ? join(found->second, ",") : "";
  }
  void remove(const std::string& name, std::optional<int> days = {}) {
    DeleteSecretInput in;
    in.secret_id = name;
    if (days)
      in.recovery_window_in_days = *days;
    else
      in.force_delete_without_recovery = true;
    client.delete_secret(in);
  }

  region::TestRegion region;
  const Client client{region.home, region.user, region.region};
};

}  // namespace hanbat::secretsmanager
