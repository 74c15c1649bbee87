#include "controller/core/scenario/dataset_fit.h"

#include <string>
#include <vector>

#include "absl/strings/str_join.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/model/engine_type.h"
#include "common/model/length_place.h"

namespace monsoon {
namespace {

ItemKind KindOf(DatasetFormat format, ConversationTurns turns) {
  switch (format) {
    case DatasetFormat::kEmbedding:
      return ItemKind::kTexts;
    case DatasetFormat::kRerank:
      return ItemKind::kRerank;
    case DatasetFormat::kMessages:
      return ItemKind::kMessages;
    case DatasetFormat::kSharegpt:
      return turns == ConversationTurns::kAll ? ItemKind::kMessages : ItemKind::kPrompt;
    default:
      return ItemKind::kPrompt;
  }
}

std::string_view KindText(ItemKind kind) {
  switch (kind) {
    case ItemKind::kTexts:
      return "texts to embed";
    case ItemKind::kRerank:
      return "queries with documents";
    case ItemKind::kMessages:
      return "chat messages";
    default:
      return "prompts";
  }
}

std::string WhatToDo(const DatasetSpec& dataset, const EngineType& type, const EngineRoute& route) {
  const ItemKind kind = KindOf(dataset.format, dataset.turns);
  std::vector<std::string> routes;
  for (const EngineRoute& other : type.routes) {
    if (TakesItem(other.dialect, kind)) routes.emplace_back(other.name);
  }
  std::vector<std::string> formats;
  for (const std::string& name : DatasetFormatNames()) {
    const DatasetFormat format = *DatasetFormatFromName(name);
    if (format != dataset.format &&
        TakesItem(route.dialect, KindOf(format, ConversationTurns::kFirst))) {
      formats.push_back(name);
    }
  }
  return StrCat(routes.empty() ? StrCat("no route of type ", type.name, " takes them; ")
                               : StrCat("set engine.route to ", absl::StrJoin(routes, " or "),
                                        " (and engine.url to its path), or "),
                "use a dataset of format ", absl::StrJoin(formats, ", "));
}

absl::Status CheckItems(const DatasetSpec& dataset, const EngineSpec& engine,
                        const EngineRoute& route) {
  // Its lines may be prompts, chats or whole bodies: CheckRouteFit looks at them.
  if (dataset.format == DatasetFormat::kLineByLine) return absl::OkStatus();
  const ItemKind kind = KindOf(dataset.format, dataset.turns);
  if (TakesItem(route.dialect, kind)) return absl::OkStatus();
  return absl::InvalidArgumentError(StrCat(
      "dataset ", dataset.name, " (format ", DatasetFormatName(dataset.format), ") has ",
      KindText(kind), ", which cannot be sent to engine ", engine.name, " (type ", engine.type,
      ") on its route ", route.name, ": ", WhatToDo(dataset, *FindEngineType(engine.type), route)));
}

absl::Status CheckLengths(const DatasetSpec& dataset, const EngineSpec& engine,
                          const EngineRoute& route) {
  if (dataset.output_tokens.law == LengthLaw::kUnset) return absl::OkStatus();
  const std::string asks =
      StrCat("dataset ", dataset.name, " says with output_tokens how long each answer is to be, ");
  if (route.dialect == Dialect::kCustom) {
    if (HasLengthPlace(engine.custom.body_json)) return absl::OkStatus();
    return absl::InvalidArgumentError(
        StrCat(asks, "and the body of engine ", engine.name, " has no place for it: put \"%n\" ",
               "where its limit of output tokens goes, or leave output_tokens out"));
  }
  if (!route.parameters.max_tokens.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      StrCat(asks, "but route ", route.name, " of engine ", engine.name, " (type ", engine.type,
             ") has no limit of output tokens: leave output_tokens out"));
}

}  // namespace

absl::Status CheckDatasetFit(const DatasetSpec& dataset, const EngineSpec& engine) {
  const EngineRoute* const route = FindEngineRoute(engine.type, engine.route);
  if (route == nullptr) return absl::OkStatus();
  RETURN_IF_ERROR(CheckItems(dataset, engine, *route));
  return CheckLengths(dataset, engine, *route);
}

}  // namespace monsoon
