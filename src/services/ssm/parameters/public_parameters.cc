// /aws/service/ami-amazon-linux-latest/… and /aws/service/canonical/…: whatever EC2 of this region answers as the
// newest image of that name of its owner. And /aws/service/hanbat/bill-clock, the region's own: what time it is on the
// bill where that is not the real one.
#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "base/time.h"
#include "gen/ec2/client.h"
#include "region/bill_clock.h"
#include "services/ssm/ssm.h"

namespace hanbat::ssm {
namespace {

constexpr std::string_view kPublic = "/aws/service/";
constexpr std::string_view kAmazonLinux = "/aws/service/ami-amazon-linux-latest/";
constexpr std::string_view kUbuntu = "/aws/service/canonical/ubuntu/server/";
constexpr std::string_view kBillClock = "/aws/service/hanbat/bill-clock";
constexpr const char* kAmazon = "137112412989";
constexpr const char* kCanonical = "099720109477";

/// A public parameter, and whose image of which name it is about.
struct PublicParameter {
  std::string name;
  const char* owner;
  const char* images;
};

std::vector<PublicParameter> all_of_them() {
  std::vector<PublicParameter> all;
  const std::string amazon(kAmazonLinux);
  for (const char* volume : {"ebs", "gp2"}) {
    all.push_back({amazon + "amzn2-ami-hvm-x86_64-" + volume, kAmazon, "amzn2-ami-hvm-*-x86_64-gp2"});
    all.push_back(
        {amazon + "amzn2-ami-kernel-5.10-hvm-x86_64-" + volume, kAmazon, "amzn2-ami-kernel-5.10-*-x86_64-gp2"});
  }
  for (const char* kernel : {"default", "6.1", "6.12"}) {
    all.push_back({amazon + "al2023-ami-kernel-" + kernel + "-x86_64", kAmazon, "al2023-ami-2023*-x86_64"});
    all.push_back({amazon + "al2023-ami-minimal-kernel-" + kernel + "-x86_64", kAmazon, "al2023-ami-minimal-*-x86_64"});
  }
  const std::string ubuntu(kUbuntu);
  for (const char* release : {"22.04", "jammy"})
    all.push_back(
        {ubuntu + release + "/stable/current/amd64/hvm/ebs-gp2/ami-id", kCanonical, "*/ubuntu-jammy-22.04-*"});
  for (const char* release : {"24.04", "noble"})
    all.push_back(
        {ubuntu + release + "/stable/current/amd64/hvm/ebs-gp3/ami-id", kCanonical, "*/ubuntu-noble-24.04-*"});
  return all;
}

ec2::Filter name_filter(const std::string& pattern) {
  ec2::Filter filter;
  filter.name = "name";
  filter.values = {pattern};
  return filter;
}

/// {"now", "pace"} of a clock that runs faster, or has; nothing of the real one.
std::optional<std::string> told_clock(region::Request& rq) {
  const region::BillClock clock = region::find_bill_clock(rq.tx);
  const Timestamp now = rq.now(), told = clock.at(now);
  if (clock.pace == 1 && told == now) return std::nullopt;
  return Json::object({{"now", iso8601(told)}, {"pace", clock.pace}}).dump();
}

}  // namespace

std::optional<std::string> find_public_parameter(region::Request& rq, const std::string& name) {
  if (name == kBillClock) return told_clock(rq);
  const auto all = all_of_them();
  const auto found = std::ranges::find(all, name, &PublicParameter::name);
  if (found == all.end()) return std::nullopt;
  ec2::DescribeImagesInput in;
  in.owners = {found->owner};
  in.filters = {name_filter(found->images)};
  // The parameter is public, so it is not the caller that asks EC2.
  const auto out =
      ec2::Client(rq.as(rq.home.identity().service_caller(rq.account, "ssm.amazonaws.com"))).describe_images(in);
  std::string newest, id;
  if (out.images)
    for (const ec2::Image& image : *out.images)
      if (image.creation_date.value_or("") >= newest)
        newest = image.creation_date.value_or(""), id = image.image_id.value_or("");
  if (id.empty()) return std::nullopt;
  return id;
}

void refuse_absent_public_parameter(region::Request& rq, const std::string& name) {
  std::string family;
  for (const std::string_view one : {kPublic, kAmazonLinux, kUbuntu})
    if (name.starts_with(one)) family = one;
  if (family.empty()) return;
  std::vector<std::string> there;
  for (const std::string& one : public_parameters(family))
    if (find_public_parameter(rq, one)) there.push_back(one.substr(family.size()));
  throw ParameterNotFound(
      "Parameter " + name + " not found. Below " + family + " this region has " +
      (there.empty() ? "none; 'hanbat image build' makes the images that they name" : join(there, ", ")) + ".");
}

std::vector<std::string> public_parameters(const std::string& path) {
  std::vector<std::string> out;
  // They lie below /aws only for who asks for /aws: a caller's own hierarchy has none of them.
  if (!path.starts_with("/aws")) return out;
  const std::string folder = path.ends_with('/') ? path : path + "/";
  for (const PublicParameter& one : all_of_them())
    if (one.name.starts_with(folder)) out.push_back(one.name);
  if (kBillClock.starts_with(folder)) out.emplace_back(kBillClock);
  return out;
}

}  // namespace hanbat::ssm
