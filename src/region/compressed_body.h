// A request's message that its client compressed:
// https://smithy.io/2.0/spec/behavior-traits.html#requestcompression-trait
#pragma once

#include "wire/body.h"
#include "wire/codec.h"

namespace hanbat::region {

/// The message that the body holds: itself, or of `Content-Encoding: gzip` what it unpacks to. Throws
/// SerializationException for what is no gzip and for another encoding, RequestEntityTooLargeException (413) for what
/// unpacks to more than 8 MiB.
wire::Body unpacked(const wire::RequestView& request, wire::Body body);

}  // namespace hanbat::region
