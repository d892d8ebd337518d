#include "services/s3/objects/segments.h"

namespace hanbat::s3 {

Json to_json(const std::vector<Segment>& segments) {
  Json out = Json::array();
  for (const Segment& segment : segments) {
    Json one = Json::object({{"sha256", segment.sha256}, {"offset", segment.offset}, {"size", segment.size}});
    if (!segment.iv.empty()) one["iv"] = segment.iv;
    out.push_back(std::move(one));
  }
  return out;
}

std::vector<Segment> segments_of(const Json& body) {
  std::vector<Segment> out;
  if (const Json* list = body.find("segments"))
    for (const Json& item : list->items())
      out.push_back({item.text("sha256"), static_cast<std::uint64_t>(item.integer("offset")),
                     static_cast<std::uint64_t>(item.integer("size")), item.text("iv")});
  return out;
}

void link(store::Tx& tx, store::Blobs& blobs, const std::vector<Segment>& segments, const std::string& owner) {
  for (const Segment& segment : segments) blobs.link(tx, segment.sha256, owner);
}

void unlink(store::Tx& tx, store::Blobs& blobs, const std::vector<Segment>& segments, const std::string& owner) {
  for (const Segment& segment : segments) blobs.unlink(tx, segment.sha256, owner);
}

}  // namespace hanbat::s3
