#include "host/balancers/haproxy_cookies.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "host/balancers/haproxy_config.h"

namespace hanbat::host {
namespace {

constexpr int kLifeSeconds = 604800;  // of the cookie itself, whatever the stickiness
constexpr int kOtherEntries = 3;      // that a cookie keeps beside the one that is written
constexpr int kMostOtherBytes = 1000;
constexpr int kTokenSize = 32;
constexpr int kFragments = 4;  // of AWSALBAPP; more than the first are never needed here

std::string_view name_of(CookieKind kind) {
  switch (kind) {
    case CookieKind::kTarget:
      return "AWSALB";
    case CookieKind::kApplication:
      return "AWSALBAPP-0";
    case CookieKind::kGroup:
      return "AWSALBTG";
  }
  return "";
}

std::string if_all(std::string_view first, std::string_view second) {
  if (first.empty() && second.empty()) return "\n";
  return fmt::format(" if {}{}{}\n", first, first.empty() || second.empty() ? "" : " ", second);
}

std::string set_cookie(std::string_view name, std::string_view value, std::string_view further,
                       std::string_view condition) {
  return fmt::format("  http-after-response add-header Set-Cookie '{}={}; Expires=%[date({}),http_date]; Path=/{}'{}",
                     name, value, kLifeSeconds, further, if_all(condition, ""));
}

std::string remove_fragments(int first, std::string_view condition) {
  std::string out;
  for (int part = first; part < kFragments; ++part)
    out += set_cookie(fmt::format("AWSALBAPP-{}", part), "_remove_", "", condition);
  return out;
}

}  // namespace

StickyCookie::StickyCookie(CookieKind kind, std::string_view owner, std::string_view key, int seconds)
    : kind_(kind),
      mark_(to_hex(crypto::hmac_sha256(key, fmt::format("mark {}", owner))).substr(0, 8)),
      key_(crypto::hmac_sha256(key, fmt::format("entry {} {}", name_of(kind), owner))),
      seconds_(seconds) {}

std::string StickyCookie::variable(std::string_view what) const {
  return fmt::format("txn.{}_{}", kind_ == CookieKind::kGroup ? "group" : "target", what);
}

std::string StickyCookie::token_of(std::string_view choice) const {
  return to_hex(crypto::hmac_sha256(key_, choice)).substr(0, kTokenSize);
}

std::string StickyCookie::token_of_server() const {
  return fmt::format("%[srv_name,regsub(\"^{}\",\"\"),hmac(sha256,{}),hex,lower,bytes(0,{})]", kOpenServer,
                     to_base64(key_), kTokenSize);
}

std::string StickyCookie::chosen(std::string_view choice) const {
  return fmt::format("{{ var({}) -m str {} }}", variable("known"), token_of(choice));
}

std::string StickyCookie::known() const { return fmt::format("{{ var({}) -m found }}", variable("known")); }

std::string StickyCookie::reading(std::string_view condition) const {
  const std::string_view name = name_of(kind_);
  std::string out =
      fmt::format("  http-request set-var({}) req.cook({}),b64dec{}", variable("jar"), name, if_all(condition, ""));
  if (kind_ != CookieKind::kApplication)
    out += fmt::format("  http-request set-var({}) req.cook({}CORS),b64dec{}", variable("jar"), name,
                       if_all(condition, fmt::format("!{{ req.cook({}) -m found }}", name)));
  out += fmt::format("  http-request set-var({0}) 'var({1}),regsub(\"^(.*!)?{2}\\.([^!]*).*$\",\"\\2\")'{3}",
                     variable("entry"), variable("jar"), mark_, if_all(condition, ""));
  out += fmt::format("  http-request set-var({}) var({}),field(2,.){}", variable("time"), variable("entry"),
                     if_all(condition, ""));
  out += fmt::format("  http-request set-var({}) var({}),field(3,.){}", variable("signature"), variable("entry"),
                     if_all(condition, ""));
  const std::string valid =
      fmt::format("{{ var({0}),field(1,.,2),hmac(sha256,{1}),hex,strcmp({2}) eq 0 }} {{ date,sub({3}) lt {4} }}",
                  variable("entry"), to_base64(key_), variable("signature"), variable("time"), seconds_);
  return out + fmt::format("  http-request set-var({}) var({}),field(1,.){}", variable("known"), variable("entry"),
                           if_all(condition, valid));
}

std::string StickyCookie::writing(std::string_view token, std::string_view condition) const {
  const std::string_view name = name_of(kind_);
  const std::string next = variable("next"), others = variable("others");
  std::string out =
      fmt::format("  http-after-response set-var-fmt({}) '{}.%[date]'{}", next, token, if_all(condition, ""));
  out += fmt::format("  http-after-response set-var-fmt({0}) '{1}.%[var({0})].%[var({0}),hmac(sha256,{2}),hex]'{3}",
                     next, mark_, to_base64(key_), if_all(condition, ""));
  out += fmt::format(
      "  http-after-response set-var({}) 'var({}),regsub(\"(^|!){}\\.[^!]*\",\"\"),regsub(\"^!\",\"\"),field(1,!,{}),"
      "bytes(0,{})'{}",
      others, variable("jar"), mark_, kOtherEntries, kMostOtherBytes, if_all(condition, ""));
  out += fmt::format("  http-after-response set-var-fmt({0}) '%[var({0})]!%[var({1})]'{2}", next, others,
                     if_all(condition, fmt::format("{{ var({}),length gt 0 }}", others)));
  const std::string value = fmt::format("%[var({}),base64]", next);
  out += set_cookie(name, value, "", condition);
  if (kind_ == CookieKind::kApplication) {
    return out + remove_fragments(1, condition);
  }
  const std::string cors = fmt::format("{}CORS", name);
  const std::string_view space = condition.empty() ? "" : " ";
  out += set_cookie(cors, value, "; SameSite=None", fmt::format("{}{}!{{ ssl_fc }}", condition, space));
  return out + set_cookie(cors, value, "; SameSite=None; Secure", fmt::format("{}{}{{ ssl_fc }}", condition, space));
}

std::string StickyCookie::removing(std::string_view condition) { return remove_fragments(0, condition); }

}  // namespace hanbat::host
