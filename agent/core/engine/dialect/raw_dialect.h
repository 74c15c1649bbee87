// RawDialect: all that tells one native route for raw prompts from another, as data. One row each
// in raw_dialect.cc; RawAdapter (raw_adapter.h) does the rest. Facts: the wire-protocol reference,
// sections 4.2 to 4.9.
#pragma once

#include <span>
#include <string_view>

#include "agent/core/engine/pointer/pointer_payload.h"
#include "common/model/engine_type.h"

namespace monsoon {

struct RawDialect {
  Dialect dialect;
  // Of the request.
  std::string_view prompt_member;
  bool prompt_is_list = false;    // the prompt is the one element of an array
  std::string_view model_member;  // "": the engine is not told the model
  // True in it asks for a stream. "": the URL says it, or the engine never streams.
  std::string_view stream_member;
  bool streams_by_default = false;  // so that false must be said, too
  std::string_view sample_switch;   // a temperature of 0 is said by false in this member; or ""
  // A JSON object: what the measurement wants, unless the item or the scenario has its own.
  std::string_view also = "{}";
  // Of the answer.
  std::span<const PointerRow> event;
  std::span<const PointerRow> document;
  TextMode mode = TextMode::kDelta;
  EndRule end = EndRule::kMarker;
  bool lines = false;
};

// nullptr when the dialect is not one of these.
const RawDialect* FindRawDialect(Dialect dialect);

}  // namespace monsoon
