// Requests as clients send them and answers as they read them, whole: tests/wire/s3/<name>.txt holds steps of
// "> request", blank line, "< response". HANBAT_ACCEPT=1 writes what is answered now; read the difference before it is
// committed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "region/testing.h"
#include "services/s3/s3.h"
#include "wire/codec.h"

namespace hanbat::s3 {
namespace {

namespace fs = std::filesystem;

/// One request line, headers until an empty line, the rest is the body.
std::pair<wire::RequestView, std::string> parse_request(const std::string& text) {
  wire::RequestView out;
  const std::size_t blank = text.find("\n\n");
  const auto lines = split(text.substr(0, blank), '\n');
  const auto words = split(lines[0], ' ');
  out.method = words[0];
  out.path = words[1].substr(0, words[1].find('?'));
  if (words[1].find('?') != std::string::npos) out.query = words[1].substr(words[1].find('?') + 1);
  for (std::size_t i = 1; i < lines.size(); ++i)
    if (const std::size_t colon = lines[i].find(':'); colon != std::string::npos)
      out.headers.emplace_back(lines[i].substr(0, colon), std::string(trim(lines[i].substr(colon + 1))));
  return {out, blank == std::string::npos ? "" : std::string(trim(text.substr(blank + 2)))};
}

std::string print(const wire::Response& response) {
  std::string out = std::to_string(response.status) + "\n";
  for (const auto& [name, value] : response.headers) out += name + ": " + value + "\n";
  const std::string body = response.body.read_all();
  if (!body.empty()) out += "\n" + body + "\n";
  return out;
}

std::string answer(region::TestRegion& t, S3& s3, const std::string& text) {
  auto [view, bytes] = parse_request(text);
  if (auto bucket = wire::bucket_of_host(view.header("host"))) view.routed_path = "/" + *bucket + view.path;
  const wire::Body body = wire::Body::of_bytes(bytes);
  try {
    const wire::OperationModel& model = wire::match(s3.model(), view, body);
    const region::Operation* operation = s3.find_operation(model.name);
    const auto input = operation->make_input();
    const auto output = operation->make_output();
    region::Actor user = t.home.as(t.user, t.region);
    user.request_id = "REQUEST";
    user.host = view.header("host");
    t.home.call(user, s3, *operation, input.get(), output.get(),
                [&] { return wire::read_request(model, view, body, input.get()); });
    return print(wire::encode_response(model, output.get(), "REQUEST"));
  } catch (const wire::Error& error) {
    return print(wire::encode_error(s3.model(), error, "REQUEST"));
  }
}

TEST(S3Wire, EveryAnswerIsAsItWasAccepted) {
  const fs::path folder = fs::path(HANBAT_SOURCE_DIR) / "tests/wire/s3";
  int files = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream in(entry.path());
    std::stringstream all;
    all << in.rdbuf();
    const std::string old = all.str();
    region::TestRegion t;
    S3& s3 = t.add<S3>();
    t.start();
    std::string now;
    // A file is steps divided by lines of "=== what the step shows".
    for (const std::string& step : [&] {
           std::vector<std::string> steps;
           std::istringstream lines(old);
           for (std::string line; std::getline(lines, line);) {
             if (line.starts_with("===")) steps.emplace_back();
             if (!steps.empty()) steps.back() += line + "\n";
           }
           return steps;
         }()) {
      const std::size_t first = step.find('\n') + 1;
      const std::size_t reply = step.find("\n--- answer\n");
      const std::string request = step.substr(first, reply == std::string::npos ? reply : reply - first);
      now += step.substr(0, first) + std::string(trim(request)) + "\n\n--- answer\n" + answer(t, s3, request) + "\n";
    }
    if (std::getenv("HANBAT_ACCEPT"))
      std::ofstream(entry.path()) << now;
    else
      EXPECT_EQ(now, old) << entry.path() << ": HANBAT_ACCEPT=1 accepts what is answered now";
    ++files;
  }
  EXPECT_GT(files, 0);
}

}  // namespace
}  // namespace hanbat::s3
