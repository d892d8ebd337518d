#include "http/parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <limits>

namespace hanbat::http {
namespace beast = boost::beast;
using beast::error_code;
using beast::string_view;

namespace {
constexpr std::size_t kMostFields = 1000;
}  // namespace

class MessageParser::Impl {
 public:
  virtual ~Impl() = default;
  virtual std::size_t put(std::string_view in, error_code& ec) = 0;
  virtual void put_eof(error_code& ec) = 0;
  virtual void skip_body() = 0;
  virtual bool head_done() const = 0;
  virtual bool done() const = 0;
  virtual bool keep_alive() const = 0;
  virtual bool chunked() const = 0;
  virtual bool until_end() const = 0;
  virtual std::optional<std::uint64_t> content_length() const = 0;

  std::span<char> sink;
  std::size_t written = 0;
  int version = 11;
};

template <bool kIsRequest>
class MessageParser::Typed final : public MessageParser::Impl, public beast::http::basic_parser<kIsRequest> {
  using Base = beast::http::basic_parser<kIsRequest>;

 public:
  Typed(MessageParser& owner, std::size_t header_limit) : owner_(owner) {
    Base::header_limit(static_cast<std::uint32_t>(header_limit));
    Base::body_limit((std::numeric_limits<std::uint64_t>::max)());  // handlers have limits of their own
  }
  std::size_t put(std::string_view in, error_code& ec) override {
    return Base::put(boost::asio::const_buffer(in.data(), in.size()), ec);
  }
  void put_eof(error_code& ec) override { Base::put_eof(ec); }
  void skip_body() override { Base::skip(true); }
  bool head_done() const override { return Base::is_header_done(); }
  bool done() const override { return Base::is_done(); }
  bool keep_alive() const override { return Base::keep_alive(); }
  bool chunked() const override { return Base::chunked(); }
  bool until_end() const override { return Base::need_eof(); }
  std::optional<std::uint64_t> content_length() const override {
    const auto length = Base::content_length();
    if (!length) return std::nullopt;
    return *length;
  }

 private:
  void on_request_impl(beast::http::verb, string_view method, string_view target, int number, error_code&) override {
    owner_.method = std::string(method);
    owner_.target = std::string(target);
    version = number;
  }
  void on_response_impl(int code, string_view, int number, error_code&) override {
    owner_.status = code;
    version = number;
  }
  void on_field_impl(beast::http::field field, string_view name, string_view value, error_code& ec) override {
    // Trailers come here too, after the head; nobody asked for them.
    if (head_complete_) return;
    if (owner_.headers.size() == kMostFields) ec = beast::http::error::header_limit;
    // Any other coding hides where the message ends, and what is sent in it would be taken for the next message.
    if (field == beast::http::field::transfer_encoding && !beast::iequals(value, "chunked"))
      ec = beast::http::error::bad_transfer_encoding;
    if (kIsRequest && field == beast::http::field::host && owner_.headers.contains("Host"))
      ec = beast::http::error::bad_field;
    owner_.headers.add(std::string(name), std::string(value));
  }
  void on_header_impl(error_code&) override { head_complete_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override { return take(body); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override { return take(body); }
  void on_finish_impl(error_code&) override {}

  std::size_t take(string_view body) {
    const std::size_t n = std::min(body.size(), sink.size());
    std::copy_n(body.data(), n, sink.data());
    sink = sink.subspan(n);
    written += n;
    return n;
  }

  MessageParser& owner_;
  bool head_complete_ = false;
};

MessageParser::MessageParser(Kind kind, std::size_t header_limit) {
  if (kind == Kind::kRequest)
    impl_ = std::make_unique<Typed<true>>(*this, header_limit);
  else
    impl_ = std::make_unique<Typed<false>>(*this, header_limit);
}

MessageParser::~MessageParser() = default;

namespace {
[[noreturn]] void fail(const error_code& ec) {
  using beast::http::error;
  if (ec == error::header_limit) throw Error(431, "the header fields are too large");
  if (ec == error::bad_version) throw Error(505, "this HTTP version is not spoken here");
  throw Error(400, "not an HTTP message: " + ec.message());
}
}  // namespace

MessageParser::Fed MessageParser::feed(std::string_view in, std::span<char> sink) {
  impl_->sink = sink;
  impl_->written = 0;
  error_code ec;
  Fed fed;
  fed.consumed = impl_->put(in, ec);
  fed.written = impl_->written;
  if (ec == beast::http::error::need_more)
    fed.need_more = true;
  else if (ec)
    fail(ec);
  return fed;
}

void MessageParser::feed_end() {
  if (!impl_->head_done()) throw Error(400, "the connection ended before the message's head did");
  error_code ec;
  impl_->put_eof(ec);
  if (ec) fail(ec);
}

void MessageParser::expect_no_body() { impl_->skip_body(); }
bool MessageParser::head_done() const { return impl_->head_done(); }
bool MessageParser::done() const { return impl_->done(); }
bool MessageParser::keep_alive() const { return impl_->keep_alive(); }
bool MessageParser::chunked() const { return impl_->chunked(); }
bool MessageParser::until_end() const { return impl_->until_end(); }
std::optional<std::uint64_t> MessageParser::content_length() const { return impl_->content_length(); }
bool MessageParser::http_1_0() const { return impl_->version == 10; }

}  // namespace hanbat::http
