// What SEARCH finds: '{AWS/EC2,InstanceId} MetricName="CPUUtilization" NOT micro'.
// Source: CloudWatch User Guide, "CloudWatch search expression syntax".
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hanbat::monitoring {

class MetricSearch {
 public:
  using Dimensions = std::vector<std::pair<std::string, std::string>>;

  /// Throws ExpressionError for what is no search, ExpressionNotBuilt for one of other accounts.
  static MetricSearch parse(std::string_view text);

  /// Whether a metric is one of those that are looked for.
  bool fits(const std::string& metric_namespace, const std::string& name, const Dimensions& dimensions) const;
  /// The only namespace in which there can be any, where the search names one.
  const std::optional<std::string>& metric_namespace() const { return namespace_; }

  struct Term;  // of the search's tree

 private:
  std::optional<std::string> namespace_;
  std::vector<std::string> names_;  // of the dimensions that a metric has, no more and no less, in order
  std::shared_ptr<const Term> term_;
};

}  // namespace hanbat::monitoring
