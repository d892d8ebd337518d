// JSON, ours beside Boost.JSON and nlohmann: reading and writing what the daemon reads and writes. CPU time of this
// process, the best of several rounds, each library in turn within a round, so that a busy machine disturbs all alike.
#include <algorithm>
#include <boost/json/src.hpp>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "base/json.h"

namespace {

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::string slurp(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A row's body or an event, as the store holds hundreds of thousands of.
std::string small_document() {
  hanbat::Json event = hanbat::Json::object({{"version", "0"}, {"id", "6a7e8feb-b491-4cf7-a9f1-bf3703467718"}});
  event["detail-type"] = "EC2 Instance State-change Notification";
  event["source"] = "aws.ec2";
  event["account"] = "123456789012";
  event["time"] = "2026-11-23T20:00:00Z";
  event["resources"] = hanbat::Json::array({"arn:aws:ec2:ap-northeast-2:123456789012:instance/i-0123456789abcdef0"});
  event["detail"] = hanbat::Json::object({{"instance-id", "i-0123456789abcdef0"}, {"state", "running"}, {"code", 16}});
  return event.dump();
}

struct Work {
  const char* library;
  std::function<std::size_t(const std::string&, int)> parse;  ///< so many times; the sum of something of each
  std::function<std::size_t(const std::string&, int)> dump;
};

const std::vector<Work>& libraries() {
  static const std::vector<Work> all = {{"hanbat",
                                         [](const std::string& text, int times) {
                                           std::size_t sum = 0;
                                           for (int i = 0; i < times; ++i) sum += hanbat::Json::parse(text).size();
                                           return sum;
                                         },
                                         [](const std::string& text, int times) {
                                           const auto value = hanbat::Json::parse(text);
                                           std::size_t sum = 0;
                                           for (int i = 0; i < times; ++i) sum += value.dump().size();
                                           return sum;
                                         }},
                                        {"boost.json",
                                         [](const std::string& text, int times) {
                                           std::size_t sum = 0;
                                           for (int i = 0; i < times; ++i)
                                             sum += boost::json::parse(text).as_object().size();
                                           return sum;
                                         },
                                         [](const std::string& text, int times) {
                                           const auto value = boost::json::parse(text);
                                           std::size_t sum = 0;
                                           for (int i = 0; i < times; ++i) sum += boost::json::serialize(value).size();
                                           return sum;
                                         }},
                                        {"nlohmann (ordered)",
                                         [](const std::string& text, int times) {
                                           std::size_t sum = 0;
                                           for (int i = 0; i < times; ++i)
                                             sum += nlohmann::ordered_json::parse(text).size();
                                           return sum;
                                         },
                                         [](const std::string& text, int times) {
                                           const auto value = nlohmann::ordered_json::parse(text);
                                           std::size_t sum = 0;
                                           for (int i = 0; i < times; ++i) sum += value.dump().size();
                                           return sum;
                                         }}};
  return all;
}

void measure(const char* what, const std::string& text, int times) {
  constexpr int kRounds = 7;
  const auto& all = libraries();
  std::vector<double> parse(all.size(), 1e9), dump(all.size(), 1e9);
  std::size_t sum = 0;
  for (int round = 0; round < kRounds; ++round)
    for (std::size_t i = 0; i < all.size(); ++i) {
      double began = cpu_seconds();
      sum += all[i].parse(text, times);
      parse[i] = std::min(parse[i], cpu_seconds() - began);
      began = cpu_seconds();
      sum += all[i].dump(text, times);
      dump[i] = std::min(dump[i], cpu_seconds() - began);
    }
  const double megabytes = static_cast<double>(text.size()) * times / 1e6;
  for (std::size_t i = 0; i < all.size(); ++i)
    std::printf("%-28s %-20s parse %6.0f MB/s   dump %6.0f MB/s\n", what, all[i].library, megabytes / parse[i],
                megabytes / dump[i]);
  if (sum == 0) std::puts("nothing was done");
}

/// Numbers that are not what was written, of a million that are written in their shortest exact form.
void compare_exactness() {
  constexpr int kNumbers = 1'000'000;
  std::mt19937_64 random(7);
  int wrong[3] = {};
  for (int i = 0; i < kNumbers; ++i) {
    double number = 0;
    do {
      const std::uint64_t bits = random();
      std::memcpy(&number, &bits, sizeof number);
    } while (!std::isfinite(number) || number == std::floor(number));
    const std::string text = hanbat::Json(number).dump();
    wrong[0] += hanbat::Json::parse(text).as_double() != number;
    wrong[1] += boost::json::parse(text).as_double() != number;
    wrong[2] += nlohmann::ordered_json::parse(text).get<double>() != number;
  }
  for (std::size_t i = 0; i < libraries().size(); ++i)
    std::printf("%-20s %6d of a million numbers are read as another\n", libraries()[i].library, wrong[i]);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: bench MODEL.json\n"), 2;
  measure("an event (400 bytes)", small_document(), 20'000);
  const std::string model = slurp(argv[1]);
  measure("a service's model", model, std::max(1, static_cast<int>(10'000'000 / (model.size() + 1))));
  compare_exactness();
  return 0;
}
