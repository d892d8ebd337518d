// An exchange of which one learns what was answered, for requests that S3 serves itself.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "base/time.h"
#include "http/server.h"

namespace hanbat::s3 {

class WatchedExchange final : public http::Exchange {
 public:
  WatchedExchange(http::Exchange& real, const Clock& clock) : real_(real), clock_(clock) {}

  const http::RequestHead& head() const override { return real_.head(); }
  http::BodyReader& body() override { return real_.body(); }
  std::optional<std::uint64_t> content_length() const override { return real_.content_length(); }
  void send(http::Response response) override {
    begin(response.status);
    if (head().method != "HEAD") sent = response.body.size();
    real_.send(std::move(response));
  }
  http::ResponseWriter& start(int answer, http::Headers fields, std::optional<std::uint64_t> length) override {
    begin(answer);
    writer_ = std::make_unique<Writer>(*this, real_.start(answer, std::move(fields), length));
    return *writer_;
  }
  bool answered() const override { return real_.answered(); }
  std::uint64_t sent_bytes() const override { return real_.sent_bytes(); }
  bool client_gone() override { return real_.client_gone(); }
  void close_after() override { real_.close_after(); }
  void limit_hops(int hops) override { real_.limit_hops(hops); }

  int status = 0;          // until the answer begins
  std::uint64_t sent = 0;  // bytes of the answer's body
  Timestamp turned{0};     // when it began

 private:
  class Writer final : public http::ResponseWriter {
   public:
    Writer(WatchedExchange& of, http::ResponseWriter& real) : of_(of), real_(real) {}
    void write(std::string_view bytes) override {
      real_.write(bytes);
      of_.sent += bytes.size();
    }
    void flush() override { real_.flush(); }
    void finish() override { real_.finish(); }

   private:
    WatchedExchange& of_;
    http::ResponseWriter& real_;
  };

  void begin(int answer) {
    status = answer;
    turned = clock_.now();
  }

  http::Exchange& real_;
  const Clock& clock_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace hanbat::s3
