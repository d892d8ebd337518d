// What nearly every test parses anyway, compiled once by GCC. Never included by hand; see base/precompiled.h.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "region/fake_service.h"
#include "region/precompiled.h"
#include "region/testing.h"
#include "wire/testing.h"
