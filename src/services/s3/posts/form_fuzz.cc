// A form that a browser posts, and the policy in it: in whatever pieces it comes, the same fields and the same file.
#include "base/fuzzing.h"
#include "services/s3/posts/form.h"
#include "services/s3/posts/policy.h"
#include "wire/error.h"

using namespace hanbat;

namespace {

/// The text, a few bytes at a time.
class Pieces final : public http::BodyReader {
 public:
  Pieces(std::string text, std::size_t size) : text_(std::move(text)), size_(size) {}
  std::size_t read(std::span<char> into) override {
    const std::size_t got = std::min({size_, into.size(), text_.size() - at_});
    std::copy_n(text_.data() + at_, got, into.data());
    at_ += got;
    return got;
  }

 private:
  std::string text_;
  std::size_t size_, at_ = 0;
};

std::string read(const std::string& text, std::size_t size) {
  Pieces pieces(text, size);
  s3::Form form(pieces, "b");
  std::string out;
  try {
    const bool has_file = form.read_fields();
    for (const auto& [name, value] : form.fields()) {
      out += name + "=" + value + "\n";
      if (name == "policy") s3::check_post_policy(s3::read_post_policy(value), form.fields(), {0});
    }
    if (has_file) form.file([&](std::string_view piece) { out += piece; });
  } catch (const wire::Error& error) {
    return error.code();
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  hanbat::fuzzing::require(read(text, 64 << 10) == read(text, 7), "a form reads otherwise in pieces");
  return 0;
}
