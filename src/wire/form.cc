// A form becomes a tree of its keys, and the tree is read by the field tables; what nobody asked for is refused.
#include "wire/form.h"

#include <algorithm>
#include <optional>

#include "base/encoding.h"
#include "base/text.h"
#include "base/utf8.h"
#include "wire/scalar.h"

namespace hanbat::wire {

namespace {

constexpr int kMaxDepth = 40;
constexpr std::size_t kMostParameters = 20'000;

/// The keys as a tree: "Filter.1.Name" is three nodes.
struct Node {
  std::optional<std::string> value;
  std::map<std::string, std::unique_ptr<Node>, std::less<>> children;
  bool used = false;

  Node* find(std::string_view name) {
    auto found = children.find(name);
    return found == children.end() ? nullptr : found->second.get();
  }
  Node* take(std::string_view name) {
    Node* found = find(name);
    if (found) found->used = true;
    return found;
  }
  /// The children whose names are numbers, in order of the numbers; "01" before "1".
  std::vector<Node*> numbered() {
    std::vector<std::pair<std::int64_t, Node*>> found;
    for (auto& [name, node] : children)
      if (auto number = parse_int(name)) {
        node->used = true;
        found.emplace_back(*number, node.get());
      }
    std::ranges::stable_sort(found, {}, &std::pair<std::int64_t, Node*>::first);
    std::vector<Node*> out;
    for (auto& [number, node] : found) out.push_back(node);
    return out;
  }
};

class FormReader {
 public:
  explicit FormReader(Decoding& decoding)
      : decoding_(decoding), ec2_(decoding.operation().service->protocol == Protocol::kEc2) {}

  void structure(const Shape& shape, Node& node, void* value, const Path* path) {
    std::vector<bool> seen(shape.members.size());
    for (std::size_t i = 0; i < shape.members.size(); ++i) {
      const Member& member = shape.members[i];
      Node* found = node.take(name_of(member));
      if (!found) continue;
      seen[i] = true;
      this->value(member, *found, make_value(member, value), Path{path, member.name});
    }
    decoding_.end_structure(shape, seen, path);
  }

 private:
  std::string name_of(const Member& member) const {
    if (!ec2_) return std::string(member.wire_name);
    if (!member.query_name.empty()) return std::string(member.query_name);
    std::string name(member.wire_name);
    if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') name[0] = static_cast<char>(name[0] - 'a' + 'A');
    return name;
  }

  void value(const Member& member, Node& node, void* value, const Path& path) {
    const Shape& shape = *member.shape;
    switch (shape.type) {
      case Type::kStructure:
        structure(shape, node, value, &path);
        return;
      case Type::kList:
        list(member, node, value, path);
        break;
      case Type::kMap:
        map(member, node, value, path);
        break;
      default:
        if (!node.value) decoding_.malformed("Unexpected list element termination at " + path.text());
        try {
          scalar_from_text(shape, *node.value, value);
        } catch (const BadValue& bad) {
          decoding_.malformed("Value for parameter " + path.text() + " is invalid: " + bad.what);
        }
    }
  }

  void list(const Member& member, Node& node, void* value, const Path& path) {
    const Shape& shape = *member.shape;
    Node* items = &node;
    if (!ec2_ && !member.flattened && !shape.flattened) {
      items = node.take(shape.element->wire_name);
      if (!items) items = node.take("member");
      if (!items) return;
    }
    std::size_t index = 0;
    for (Node* item : items->numbered()) {
      ++index;
      this->value(*shape.element, *item, shape.element->slot.make(shape.list->add(value)),
                  Path{&path, "member", index});
    }
  }

  void map(const Member& member, Node& node, void* value, const Path& path) {
    const Shape& shape = *member.shape;
    Node* items = &node;
    if (!member.flattened && !shape.flattened) {
      items = node.take("entry");
      if (!items) return;
    }
    for (Node* item : items->numbered()) {
      Node* key = item->take(shape.key->wire_name);
      Node* held = item->take(shape.element->wire_name);
      if (!key || !key->value) continue;
      if (!is_utf8(*key->value)) decoding_.malformed("The key of " + path.text() + " is not UTF-8");
      void* place = shape.element->slot.make(shape.map->add(value, *key->value));
      if (held) this->value(*shape.element, *held, place, Path{&path, *key->value});
    }
  }

  Decoding& decoding_;
  const bool ec2_;
};

/// The first key that nobody asked for, or "".
std::string find_unused(const Node& node, const std::string& prefix) {
  for (const auto& [name, child] : node.children) {
    const std::string path = prefix.empty() ? name : prefix + "." + name;
    if (!child->used) return path;
    std::string deeper = find_unused(*child, path);
    if (!deeper.empty()) return deeper;
  }
  return {};
}

bool belongs_to_the_signature(std::string_view name) {
  static constexpr std::string_view kNames[] = {"Action",        "Version",          "AWSAccessKeyId",
                                                "Signature",     "SignatureVersion", "Timestamp",
                                                "SecurityToken", "SignatureMethod",  "Expires"};
  return name.starts_with("X-Amz-") || std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> parse_form(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!text.empty()) {
    // Each costs many times its bytes in memory, and a form is read before its sender is known.
    if (out.size() == kMostParameters)
      throw Error("MalformedQueryString", 400, "The query string contains more parameters than are taken");
    const std::size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string_view key = pair.substr(0, equals);
    const std::string_view value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    out.emplace_back(form_decode(key).value_or(std::string(key)), form_decode(value).value_or(std::string(value)));
  }
  return out;
}

void form_into(Decoding& decoding, const std::vector<std::pair<std::string, std::string>>& pairs, void* input) {
  Node root;
  for (const auto& [key, value] : pairs) {
    if (belongs_to_the_signature(key)) continue;
    Node* node = &root;
    int depth = 0;
    for (const std::string& step : split(key, '.')) {
      if (++depth > kMaxDepth) decoding.malformed("The parameter " + key.substr(0, 100) + "… is nested too deeply");
      auto& child = node->children[step];
      if (!child) child = std::make_unique<Node>();
      node = child.get();
    }
    node->value = value;
  }
  FormReader(decoding).structure(*decoding.operation().input, root, input, nullptr);
  const std::string unknown = find_unused(root, "");
  if (!unknown.empty()) {
    const bool ec2 = decoding.operation().service->protocol == Protocol::kEc2;
    throw Error(ec2 ? "UnknownParameter" : "ValidationError", 400, "The parameter " + unknown + " is not recognized");
  }
}

}  // namespace hanbat::wire
