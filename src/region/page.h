// Lists in pages. A token is the key of the last item of the page before, sealed: it means nothing to a caller, and is
// good only for the operation, the account, the region and the filters that it was given for. As it names an item's key
// and no position, items that come and go between two pages are neither told twice nor passed over.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/shape.h"

namespace hanbat::region {

class Request;

/// How large a page is, as AWS documents it for the operation.
struct PageSizes {
  /// What becomes of a size outside of the range; kCut: one above is the most, one below is refused.
  enum class Beyond { kRefuse, kClamp, kCut };

  int usual = 100;  // when the caller does not say
  int least = 1;
  int most = 1000;
  Beyond beyond = Beyond::kRefuse;
};

template <class T>
struct Page {
  std::vector<T> items;
  std::optional<std::string> next_token;
};

enum class Order { kAscending, kDescending };

/// What the caller of a list operation wants to see of it: after which item, and how many.
class Pager {
 public:
  /// Reads token and size from the input by the operation's PageModel. Throws Service::invalid_page_token for a token
  /// that this operation did not give for the same filters, Service::invalid_page_size for a size outside the range.
  template <class In>
  Pager(const Request& rq, const In& in, PageSizes sizes = {}) : Pager(rq, In::shape(), &in, sizes) {}

  /// The key of the last item of the page before; nothing on the first page.
  const std::optional<std::string>& after() const { return after_; }
  /// How many items the page has at most.
  std::size_t size() const { return size_; }
  /// Whether the caller asked for a page by token or size; some operations refuse that beside names.
  bool asked() const { return asked_; }
  /// The token of the page after the item of this key.
  std::string token(std::string_view key) const;

  /// The page of all items there are. `key(item)` gives a unique text in whose order they are shown.
  template <class T, class Key>
  Page<T> cut(std::vector<T> all, Key key, Order order = Order::kAscending) const {
    const auto before = [&](const auto& a, const auto& b) {
      return order == Order::kAscending ? std::string_view(a) < std::string_view(b)
                                        : std::string_view(b) < std::string_view(a);
    };
    std::vector<std::pair<std::string, T>> keyed;
    keyed.reserve(all.size());
    for (T& item : all) {
      std::string text(key(std::as_const(item)));
      if (!after_ || before(*after_, text)) keyed.emplace_back(std::move(text), std::move(item));
    }
    std::sort(keyed.begin(), keyed.end(), [&](const auto& a, const auto& b) { return before(a.first, b.first); });
    Page<T> page;
    if (keyed.size() > size_) {
      page.next_token = token(keyed[size_ - 1].first);
      keyed.resize(size_);
    }
    page.items.reserve(keyed.size());
    for (auto& [text, item] : keyed) page.items.push_back(std::move(item));
    return page;
  }

  /// The page of rows that were read in order from after() on, size() + 1 of them at most: one more than are shown.
  template <class T, class Key>
  Page<T> cut_read(std::vector<T> read, Key key) const {
    Page<T> page;
    if (read.size() > size_) {
      page.next_token = token(std::string(key(std::as_const(read[size_ - 1]))));
      read.erase(read.begin() + static_cast<std::ptrdiff_t>(size_), read.end());
    }
    page.items = std::move(read);
    return page;
  }

 private:
  Pager(const Request& rq, const wire::Shape& shape, const void* in, PageSizes sizes);

  const Request& rq_;
  std::string purpose_;  // what a token is sealed for
  std::optional<std::string> after_;
  std::size_t size_;
  bool asked_ = false;
};

/// A number that is not negative as a text that sorts as it does.
std::string page_key(std::int64_t number);

}  // namespace hanbat::region
