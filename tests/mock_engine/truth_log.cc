#include "tests/mock_engine/truth_log.h"

#include <sched.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"

#include "common/base/str_cat.h"

namespace monsoon::mock_engine {
namespace {

constexpr absl::Duration kBatchTime = absl::Milliseconds(50);

// The calling thread waits while an event loop on the same core has work: the log may be late, the
// tokens may not. Failing changes only that.
void GiveWay() {
  const sched_param none = {};
  sched_setscheduler(0, SCHED_BATCH, &none);
  setpriority(PRIO_PROCESS, 0, 10);  // of this thread alone, on Linux
}

std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  return StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

}  // namespace

std::string_view TruthHeader() {
  return "request_id,connection,received_ns,headers_ns,first_token_ns,last_token_ns,end_ns,"
         "tokens,prompt_tokens,status,outcome,first_token_lateness_ns,max_lateness_ns\n";
}

void AppendTruthLine(const RequestTruth& truth, std::string* out) {
  absl::StrAppend(out, CsvField(truth.request_id), ",", truth.connection, ",", truth.received_ns,
                  ",", truth.headers_ns, ",", truth.first_token_ns, ",", truth.last_token_ns);
  absl::StrAppend(out, ",", truth.end_ns, ",", truth.tokens, ",", truth.prompt_tokens, ",",
                  truth.status, ",", ToAbsl(truth.outcome), ",", truth.first_token_lateness_ns);
  absl::StrAppend(out, ",", truth.max_lateness_ns, "\n");
}

absl::StatusOr<std::unique_ptr<TruthLog>> TruthLog::Open(const std::string& path) {
  std::ofstream file(path, std::ios::trunc);
  file << TruthHeader() << std::flush;
  if (!file) {
    return absl::PermissionDeniedError(StrCat(
        "cannot write the log '", path, "': ", std::strerror(errno), "; choose another --log"));
  }
  return std::unique_ptr<TruthLog>(new TruthLog(std::move(file)));
}

TruthLog::TruthLog(std::ofstream file) : file_(std::move(file)) {
  writer_ = std::thread([this] { WriteUntilClosed(); });
}

TruthLog::~TruthLog() {
  {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
  }
  writer_.join();
}

void TruthLog::Add(RequestTruth truth) {
  absl::MutexLock lock(&mutex_);
  rows_.push_back(std::move(truth));
}

void TruthLog::WriteUntilClosed() {
  GiveWay();
  std::vector<RequestTruth> rows;
  std::string text;
  bool closed = false;
  while (!closed) {
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &TruthLog::HasWork));
      // Rows that come close together share one write.
      mutex_.AwaitWithTimeout(absl::Condition(&closed_), kBatchTime);
      closed = closed_;
      rows.swap(rows_);
    }
    for (const RequestTruth& row : rows) AppendTruthLine(row, &text);
    file_ << text << std::flush;
    text.clear();
    rows.clear();
  }
}

}  // namespace monsoon::mock_engine
