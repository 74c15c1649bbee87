#include "controller/core/evalscope/translate.h"

#include <algorithm>

#include "absl/strings/str_join.h"

#include "common/base/str_cat.h"
#include "controller/core/evalscope/parts.h"
#include "controller/core/scenario/checks.h"

namespace monsoon {
namespace {

void AddHead(ScenarioDraft& draft) {
  draft.yaml.Comment(
      0, StrCat("Made by `controller from-evalscope` of an `", draft.command().program(),
                "` command. Keep this file in the folder that the command was run in: paths start "
                "at the file's own folder."));
  draft.yaml.Blank();
}

void AddName(ScenarioDraft& draft) {
  std::optional<std::string> name = draft.command().Value("--name");
  if (!name) return;
  std::replace(name->begin(), name->end(), '/', '-');
  if (CheckScenarioName(*name).ok()) {
    draft.yaml.Add(0, "name", YamlWord(*name), "--name");
  } else {
    draft.Note("--name: a scenario's name is part of a folder's name; choose another");
  }
}

// Flags that the table itself says to have no counterpart, and those of the other generation.
void NoteFlags(ScenarioDraft& draft) {
  const EvalscopeCommand& command = draft.command();
  for (const EvalscopeFlag& flag : EvalscopeFlags()) {
    if (!command.Has(flag.name)) continue;
    if (!flag.no_counterpart.empty()) {
      const std::string value = flag.secret ? "" : absl::StrJoin(command.Values(flag.name), " ");
      draft.Note(StrCat(flag.name, value.empty() ? "" : " ", value, ": ", flag.no_counterpart));
    }
    const FlagAge other = command.is_new ? FlagAge::kOld : FlagAge::kNew;
    if (flag.age == other) {
      draft.Note(StrCat(flag.name, ": no flag of `", command.program(),
                        "`, but of the other generation; taken as that one means it"));
    }
  }
}

void AddNotes(ScenarioDraft& draft) {
  if (draft.notes().empty()) return;
  draft.yaml.Blank();
  draft.yaml.Comment(0, "Without counterpart in a scenario, or different:");
  for (const std::string& note : draft.notes()) draft.yaml.Comment(0, StrCat("- ", note));
}

}  // namespace

absl::StatusOr<std::string> TranslateEvalscope(const EvalscopeCommand& command,
                                               const ReadTextFile& read_file) {
  ScenarioDraft draft(&command, read_file);
  AddHead(draft);
  AddName(draft);
  AddModel(draft);
  AddDataset(draft);
  AddLoad(draft);
  const TemplateParts parts = TakeTemplate(IsCustomEngine(command), draft);
  const EngineChoice choice = ChooseEngine(draft);
  AddEngine(choice, parts, draft);
  AddSampling(choice, parts, draft);
  AddTimeouts(draft);
  if (command.Has("--no-test-connection")) {
    draft.yaml.Add(0, "preflight", "false", "--no-test-connection");
  }
  NoteFlags(draft);
  AddNotes(draft);
  if (draft.problems().empty()) return draft.yaml.text();
  return absl::InvalidArgumentError(absl::StrJoin(draft.problems(), "\n"));
}

}  // namespace monsoon
