// What nearly every file of a service parses anyway, compiled once by GCC. Never included by hand; see
// base/precompiled.h.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/arn.h"
#include "base/encoding.h"
#include "base/ids.h"
#include "base/text.h"
#include "region/region.h"
#include "wire/body.h"
#include "wire/codec.h"
#include "wire/error.h"
#include "wire/operation.h"
