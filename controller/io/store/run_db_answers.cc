// RunDb: the texts of answers, where a case keeps them.
#include <string_view>

#include "common/base/status_macros.h"
#include "controller/io/store/run_db.h"
#include "controller/io/store/run_db_statements.h"

namespace monsoon {

absl::Status RunDb::InsertAnswer(int32_t case_index, const RequestRecord& record) {
  // Of one that was too long, only what came first may be there.
  if (record.has_flag(kFlagTextTooLong)) return absl::OkStatus();
  SqliteStatement& insert = statements_->insert_answer;
  std::string_view rest = record.answer.text;
  int64_t position = 0;
  for (const TextRun& run : record.answer.runs) {
    const std::string_view text = rest.substr(0, static_cast<size_t>(run.bytes));
    rest.remove_prefix(text.size());
    insert.Bind(int64_t{case_index});
    insert.Bind(static_cast<int64_t>(record.request_index));
    insert.Bind(position++);
    insert.Bind(TextChannelName(run.channel));
    insert.BindBlob(text);
    RETURN_IF_ERROR(insert.Run());
  }
  return absl::OkStatus();
}

absl::Status RunDb::ForEachAnswer(int32_t case_index,
                                  const std::function<void(const StoredAnswer&)>& visit) {
  ASSIGN_OR_RETURN(
      SqliteStatement select,
      SqliteStatement::Prepare(
          db_, path_,
          "SELECT request_index, request_id, channel, text FROM answers JOIN requests "
          "USING (case_id, request_index) WHERE case_id = ? ORDER BY request_index, position"));
  select.Bind(int64_t{case_index});
  StoredAnswer answer;
  while (true) {
    ASSIGN_OR_RETURN(const bool has_row, select.Step());
    const auto index = has_row ? static_cast<uint64_t>(select.TakeInt()) : 0;
    if (!answer.parts.empty() && (!has_row || index != answer.request_index)) {
      visit(answer);
      answer.parts.clear();
    }
    if (!has_row) return absl::OkStatus();
    answer.request_index = index;
    answer.request_id = select.TakeText();
    StoredAnswer::Part& part = answer.parts.emplace_back();
    part.channel = select.TakeText();
    part.text = select.TakeText();
  }
}

}  // namespace monsoon
