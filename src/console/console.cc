#include "console/console.h"

#include <optional>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "console/files.h"
#include "http/server.h"
#include "region/region.h"

namespace hanbat::console {
namespace {

constexpr std::size_t kLargestBody = 16 << 10;

/// What a browser may do with the page. Trusted types have it refuse every text that would become markup. Images of
/// blobs are those that a task hands out, fetched by a signed call.
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types "
    "'none'";

http::Headers guarded(http::Headers headers) {
  headers.add("Content-Security-Policy", kPolicy);
  headers.add("X-Content-Type-Options", "nosniff");
  headers.add("X-Frame-Options", "DENY");
  headers.add("Referrer-Policy", "no-referrer");
  headers.add("Cross-Origin-Opener-Policy", "same-origin");
  headers.add("Cross-Origin-Resource-Policy", "same-origin");
  return headers;
}

void answer(http::Exchange& exchange, int status, const Json& body) {
  exchange.send({status, guarded({{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}), body.dump()});
}

void refuse(http::Exchange& exchange, int status, std::string_view message) {
  answer(exchange, status, Json::object({{"message", message}}));
}

void redirect(http::Exchange& exchange, std::string location) {
  exchange.send({302, guarded({{"Location", std::move(location)}, {"Cache-Control", "no-store"}}), ""});
}

bool is_loopback(std::string_view host) {
  return host == "127.0.0.1" || host == "localhost" || host == "[::1]" || host == "::1";
}

/// The origin that the page has under the name by which this request came: "http://console.hanbat.localhost:4566".
std::string origin_of(const http::RequestHead& head) {
  return (head.tls_version.empty() ? "http://" : "https://") + lower(head.headers.get("Host"));
}

/// Whether a request at the page's origin may go on to the front door: one that only a script of that origin can have
/// sent.
bool may_pass(const http::RequestHead& head) {
  if (head.headers.get("Authorization").starts_with("AWS4-HMAC-SHA256 ")) return true;
  // Session Manager's data channel, which begins with a token of its own.
  return iequals(head.headers.get("Upgrade"), "websocket") && head.raw_path.starts_with("/v1/data-channel/") &&
         lower(head.headers.get("Origin")) == origin_of(head);
}

void serve_file(http::Exchange& exchange) {
  const http::RequestHead& head = exchange.head();
  if (head.method != "GET" && head.method != "HEAD") return refuse(exchange, 405, "The console's files are read only.");
  std::string_view name = std::string_view(head.raw_path).substr(kRoot.size());
  if (name.empty()) name = "index.html";
  const File* file = find_file(name);
  if (!file) return refuse(exchange, 404, "The console has no such file.");
  const std::string tag = "\"" + std::string(file->tag) + "\"";
  http::Headers headers{{"Content-Type", std::string(file->type)},
                        {"ETag", tag},
                        {"Cache-Control", "no-cache"},
                        {"Vary", "Accept-Encoding"}};
  if (head.headers.get("If-None-Match") == tag) return exchange.send({304, guarded(std::move(headers)), ""});
  const bool packed = head.headers.joined("Accept-Encoding").find("gzip") != std::string::npos;
  if (packed) headers.add("Content-Encoding", "gzip");
  const std::string_view bytes = packed ? file->packed : file->content;
  http::ResponseWriter& out = exchange.start(200, guarded(std::move(headers)), bytes.size());
  out.write(bytes);
  out.finish();
}

std::optional<Json> parse_object(const std::string& text) {
  try {
    Json value = Json::parse(text);
    if (value.is_object()) return value;
  } catch (const JsonError&) {
  }
  return std::nullopt;
}

std::string text_of(const Json& object, std::string_view name) {
  const Json* found = object.find(name);
  return found && found->is_string() ? found->as_string() : "";
}

}  // namespace

Console::Console(region::Region& home) : home_(home), sign_in_(home.clock) {}

bool Console::serve(http::Exchange& exchange) {
  const http::RequestHead& head = exchange.head();
  if (head.listener_tag != "front") return false;
  const bool console_path = head.raw_path.starts_with(kRoot);
  const std::string host = head.host();
  if (host == kHost) {
    if (console_path) {
      serve_console(exchange);
    } else if (may_pass(head)) {
      return false;
    } else if (head.raw_path == "/" && head.method == "GET") {
      redirect(exchange, std::string(kRoot));
    } else {
      refuse(exchange, 404, "Nothing but the console is at this address.");
    }
    return true;
  }
  if (!console_path) return false;
  // A name that somebody else made lead here is not this machine's.
  if (!is_loopback(host)) {
    refuse(exchange, 421, "The console is not at this name.");
  } else if (head.raw_path == std::string(kRoot) + "federation") {
    get_signin_token(exchange);
  } else {
    const std::string_view given = head.headers.get("Host");
    const std::size_t port = given.rfind(':');
    const bool has_port = port != given.npos && !given.ends_with(']');
    redirect(exchange, (head.tls_version.empty() ? "http://" : "https://") + std::string(kHost) +
                           (has_port ? std::string(given.substr(port)) : "") + std::string(kRoot));
  }
  return true;
}

void Console::serve_console(http::Exchange& exchange) {
  if (exchange.head().raw_path == std::string(kRoot) + "session") return open_session(exchange);
  serve_file(exchange);
}

void Console::get_signin_token(http::Exchange& exchange) {
  const http::RequestHead& head = exchange.head();
  // Credentials never stand in an address; and no page of any origin has business here, which POST tells by its Origin.
  if (head.method != "POST" || head.headers.contains("Origin"))
    return refuse(exchange, 405, "Send a POST that is no page's.");
  if (!sign_in_.may_try()) return refuse(exchange, 429, "Too many sign-ins failed. Try again in a minute.");
  std::string action, session_text;
  for (auto& [name, value] : http::parse_query(exchange.read_body(kLargestBody))) {
    if (name == "Action") action = value;
    if (name == "Session") session_text = value;
  }
  if (action != "getSigninToken") return refuse(exchange, 400, "The action is not getSigninToken.");
  const std::optional<Json> given = parse_object(session_text);
  if (!given) return refuse(exchange, 400, "Session is no JSON object.");
  Session session{text_of(*given, "sessionId"), text_of(*given, "sessionKey"), text_of(*given, "sessionToken"), {}};
  if (!are_valid(session)) {
    sign_in_.failed();
    return refuse(exchange, 403, "The temporary credentials are not valid here.");
  }
  answer(exchange, 200, Json::object({{"SigninToken", sign_in_.keep(std::move(session))}}));
}

void Console::open_session(http::Exchange& exchange) {
  const http::RequestHead& head = exchange.head();
  if (head.method != "POST" || lower(head.headers.get("Origin")) != origin_of(head))
    return refuse(exchange, 403, "Only the console's own page signs in.");
  if (!sign_in_.may_try()) return refuse(exchange, 429, "Too many sign-ins failed. Try again in a minute.");
  const std::optional<Json> given = parse_object(exchange.read_body(kLargestBody));
  if (!given) return refuse(exchange, 400, "The body is no JSON object.");
  const auto session = sign_in_.take(text_of(*given, "SigninToken"));
  if (!session) {
    sign_in_.failed();
    return refuse(exchange, 403, "This sign-in address was used already, or is too old.");
  }
  answer(exchange, 200,
         Json::object({{"sessionId", session->id},
                       {"sessionKey", session->key},
                       {"sessionToken", session->token},
                       {"expiration", iso8601(session->expiration)},
                       {"region", home_.settings.default_region}}));
}

bool Console::are_valid(Session& session) const {
  if (session.token.empty()) return false;
  const auto found = home_.db.read([&](store::Tx& tx) { return home_.identity().find_credential(tx, session.id); });
  if (!found || !found->active || !found->expiration || *found->expiration <= home_.clock.now()) return false;
  session.expiration = *found->expiration;
  return constant_time_equals(found->secret_access_key, session.key) &&
         constant_time_equals(found->session_token, session.token);
}

}  // namespace hanbat::console
