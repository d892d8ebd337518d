// CBOR's items, one at a time. Internal to wire.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hanbat::wire {

/// Walks through an encoded text from its begin to its end. Throws BadValue for what is no CBOR.
class CborReader {
 public:
  enum class Major : std::uint8_t { kUnsigned, kNegative, kBytes, kText, kArray, kMap, kTag, kSimple };

  /// What stands before an item. `value` is its number, its length or its tag; of a float the number itself.
  struct Head {
    Major major;
    bool indefinite = false;  // bytes, text, array, map: up to a break
    std::uint64_t value = 0;
    bool is_float = false;
    double number = 0;

    bool is_break() const { return major == Major::kSimple && indefinite; }
    bool is_null() const { return major == Major::kSimple && !is_float && (value == 22 || value == 23); }
    bool is_bool() const { return major == Major::kSimple && !is_float && (value == 20 || value == 21); }
  };

  explicit CborReader(std::string_view bytes) : rest_(bytes) {}

  bool at_end() const { return rest_.empty(); }
  Head head();
  /// The bytes of a byte or text string whose head was read.
  std::string string(const Head& head);
  /// Passes over what follows a head.
  void skip(const Head& head);

  /// Calls `each(head)` for the elements of an array or the keys of a map whose head was read; what belongs to the head
  /// is read by whom is called, of a map also its value.
  template <class Each>
  void elements(const Head& head, Each each) {
    const Level level(*this);
    for (std::uint64_t i = 0; head.indefinite || i < head.value; ++i) {
      const Head next = this->head();
      if (next.is_break()) {
        if (!head.indefinite) fail("a break in an array or map of a known length");
        return;
      }
      each(next);
    }
  }

  [[noreturn]] static void fail(std::string_view what);

 private:
  class Level {
   public:
    explicit Level(CborReader& reader) : reader_(reader) {
      constexpr int kDeepest = 100;
      if (++reader_.depth_ > kDeepest) fail("more than 100 levels");
    }
    Level(const Level&) = delete;
    ~Level() { --reader_.depth_; }

   private:
    CborReader& reader_;
  };

  std::uint64_t number(int bytes);
  std::string_view take(std::uint64_t size);

  std::string_view rest_;
  int depth_ = 0;
  std::size_t heads_ = 0;
};

}  // namespace hanbat::wire
