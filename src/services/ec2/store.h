// What EC2 keeps. Every resource is a row of the region's store, its scope the VPC that it lies in, its tags by ARN.
// Pure relations have tables of their own: which places have had their default VPC, which public addresses are taken,
// and which client tokens made what.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "region/resources.h"
#include "region/tags.h"
#include "services/ec2/kinds.h"
#include "store/database.h"
#include "wire/error.h"

namespace hanbat::ec2 {

using region::find;
using region::find_named;
using region::insert;
using region::KindOf;
using region::list;
using region::list_all;
using region::list_in;
using region::list_of;
using region::Place;
using region::remove;
using region::Resource;
using region::update;
using Tags = region::TagMap;

/// Throws AWS's "does not exist" of the kind, or "malformed" when the text can be no such id.
template <class T>
Resource<T> require(store::Tx& tx, const Place& place, std::string_view id) {
  constexpr const Kind& kind = KindOf<T>::kKind;
  if (auto found = find<T>(tx, place, id)) return std::move(*found);
  throw_absent(kind, {std::string(id)});
}

template <class T>
Tags tags_of(store::Tx& tx, const Resource<T>& row) {
  return region::tags_of(tx, KindOf<T>::arn(row));
}

// Places.

/// Whether AWS's default VPC has been made for the place; one that the user deleted does not come back by itself.
bool is_prepared(store::Tx& tx, const Place& place);
void mark_prepared(store::Tx& tx, const Place& place, Timestamp now);

// Public addresses: taken ones, whoever's they are, as two of a kind must not be in the kernel.

bool is_taken(store::Tx& tx, std::string_view public_ip);
void mark_taken(store::Tx& tx, std::string_view public_ip, std::string_view holder);
void mark_free(store::Tx& tx, std::string_view public_ip);

// Client tokens.

/// A call that bore one: what it asked, in short, and the id that it made.
struct TokenUse {
  std::string fingerprint;
  std::string result;
};
std::optional<TokenUse> find_token_use(store::Tx& tx, const Place& place, std::string_view operation,
                                       std::string_view token);
void insert_token_use(store::Tx& tx, const Place& place, std::string_view operation, std::string_view token,
                      const TokenUse& use, Timestamp now);

}  // namespace hanbat::ec2
