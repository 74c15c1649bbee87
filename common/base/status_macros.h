// RETURN_IF_ERROR and ASSIGN_OR_RETURN for absl::Status, which Debian 12's Abseil does not have
// yet.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define MONSOON_CONCAT_INNER(a, b) a##b
#define MONSOON_CONCAT(a, b) MONSOON_CONCAT_INNER(a, b)

// Evaluates `expr` (an absl::Status) and returns it from the enclosing function unless it is OK.
#define RETURN_IF_ERROR(expr)                           \
  do {                                                  \
    if (absl::Status status_ = (expr); !status_.ok()) { \
      return status_;                                   \
    }                                                   \
  } while (false)

// Evaluates `expr` (an absl::StatusOr<T>); returns its error or moves its value into `lhs`.
#define ASSIGN_OR_RETURN(lhs, expr) \
  MONSOON_ASSIGN_OR_RETURN(MONSOON_CONCAT(status_or_, __LINE__), lhs, expr)

#define MONSOON_ASSIGN_OR_RETURN(tmp, lhs, expr) \
  auto tmp = (expr);                             \
  if (!tmp.ok()) {                               \
    return std::move(tmp).status();              \
  }                                              \
  lhs = std::move(tmp).value()
