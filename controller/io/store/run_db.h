// RunDb: the run's SQLite database, RUN_DIR/run.db: the records, and the source of every number in
// every report. The schema, with the meaning of each column, is in schema.cc and docs/metrics.md.
//
// One writer at a time: methods must not be called from two threads at once. Writes go through WAL
// with synchronous=NORMAL inside explicit transactions; a batch is committed when AppendRecords
// returns, which is what allows the controller to acknowledge it: it survives the death of this
// process by any means (a power cut may take the last seconds with it). Other processes may read
// meanwhile. The destructor folds the WAL into the one file run.db.
//
// Errors: INTERNAL with SQLite's own words and the file's path; RESOURCE_EXHAUSTED when the disk is
// full; FAILED_PRECONDITION when the file is not a Monsoon run database or is of another schema;
// DATA_LOSS when what it holds cannot be understood. A failed call has changed nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "common/model/request_record.h"
#include "controller/core/report/run_facts.h"

struct sqlite3;

namespace monsoon {

// Identifies a batch of records, once and for all (design section 6).
struct BatchId {
  std::string agent;             // the agent's name in the run
  uint64_t epoch = 0;            // of the agent's attachment to the run
  uint64_t sequence = 0;         // 1, 2, ... within the epoch
  std::string instance_id = {};  // of the agent's process
  bool collected = false;        // out of its spool, by `controller resume`
};

// One row of table requests.
struct StoredRequest {
  std::string request_id;
  std::string agent;
  RequestRecord record;
};

// The text of one answer, as table answers has it.
struct StoredAnswer {
  struct Part {
    std::string channel;
    std::string text;
  };
  uint64_t request_index = 0;
  std::string request_id;
  std::vector<Part> parts;  // in the order in which they came, at least one
};

class RunDb {
 public:
  // Creates `path` (which must not exist) with the schema.
  static absl::StatusOr<std::unique_ptr<RunDb>> Create(const std::string& path);
  // Opens the one of a run whose controller died, for writing.
  static absl::StatusOr<std::unique_ptr<RunDb>> TakeUp(const std::string& path);
  // Opens an existing one for reading, also while another process writes it.
  static absl::StatusOr<std::unique_ptr<RunDb>> Open(const std::string& path);

  ~RunDb();
  RunDb(const RunDb&) = delete;
  RunDb& operator=(const RunDb&) = delete;

  // Inserts or replaces. The case's spec is stored without its secrets (WithoutSecrets in
  // controller/core/report/case_spec_json.h): header values are never read back.
  absl::Status WriteRun(const RunFacts& run);  // all but its engines
  // Once in a run.
  absl::Status WriteEngines(const std::vector<EngineFacts>& engines);
  // When the case begins, when it has started, and when it ends. With `supersedes`, that case is
  // marked too.
  absl::Status WriteCase(const CaseFacts& facts);

  // Appends the records of one batch and remembers its id, in one transaction. A batch that is
  // already there is left alone and still OK (it was resent). Stamps in `records` are shifted by
  // `shift_ns` (kNever stays kNever) on the way in. `request_id_prefix` + request_index makes the
  // request_id column. A record replaces what AppendUnreported wrote of its request. A record that
  // says "not sent" gives way to another one: an agent that was lost before the start answers like
  // that for work that somebody else then got. Any other second record of a request is
  // ALREADY_EXISTS. The text of an answer that is still in its record goes to table answers.
  absl::Status AppendRecords(const BatchId& batch, int32_t case_index,
                             const std::string& request_id_prefix, int64_t shift_ns,
                             std::span<const RequestRecord> records);

  // Rows for requests of which no record came: lost, or not sent. Where a row is already, it
  // stays.
  absl::Status AppendUnreported(int32_t case_index, const std::string& agent,
                                const std::string& request_id_prefix, int64_t shift_ns,
                                std::span<const RequestRecord> records);

  // No request of the case from `below` on has been handed to an agent; only ever raised.
  absl::Status WriteHanded(int32_t case_index, uint64_t below);
  absl::StatusOr<uint64_t> ReadHanded(int32_t case_index);  // 0: none was
  // Which of the requests 0 .. total - 1 have no row, ascending.
  absl::StatusOr<std::vector<uint64_t>> MissingRequests(int32_t case_index, uint64_t total);
  // Whether every batch of a session up to `last` is here.
  absl::StatusOr<bool> HasBatches(const BatchId& last);
  absl::StatusOr<bool> HasBatch(const BatchId& batch);
  // What `controller resume` collected of the case: records, and from how many agents.
  struct Collected {
    int64_t records = 0;
    int64_t agents = 0;
  };
  absl::StatusOr<Collected> CountCollected(int32_t case_index);
  // Requests of the case that count as lost, by the agent that had them ("": nobody knows).
  absl::StatusOr<std::map<std::string, int64_t>> CountLost(int32_t case_index);
  // Those that count as lost with this agent never reached it: they were not sent.
  absl::Status TakeBackLost(int32_t case_index, const std::string& agent);
  // Each agent's first dispatch in the case, on the common time line; of those that have one.
  absl::StatusOr<std::map<std::string, int64_t>> FirstSends(int32_t case_index);
  // Removes every trace of a case of which nothing was sent, but not its batches' ids.
  absl::Status ForgetCase(int32_t case_index);
  absl::Status AddResume(const ResumeFacts& resume);

  // Until EndSnapshot, reads see what the first of them saw, whatever another process adds. Nothing
  // may be written meanwhile.
  absl::Status BeginSnapshot();
  void EndSnapshot();

  absl::StatusOr<RunFacts> ReadRun();
  absl::StatusOr<std::vector<CaseFacts>> ReadCases();  // by case index
  // Calls `visit` for every record of a case in the order of request_index; the reference is valid
  // during the call.
  absl::Status ForEachRecord(int32_t case_index,
                             const std::function<void(const RequestRecord&)>& visit);
  // The same with the columns that are not part of the record.
  absl::Status ForEachRequest(int32_t case_index,
                              const std::function<void(const StoredRequest&)>& visit);
  // The same for every answer whose text was kept.
  absl::Status ForEachAnswer(int32_t case_index,
                             const std::function<void(const StoredAnswer&)>& visit);

 private:
  struct Statements;

  RunDb(sqlite3* db, std::string path);

  absl::Status CreateSchema();
  absl::Status PrepareStatements();
  absl::Status CheckWritable() const;
  absl::Status CheckSchema();
  absl::Status HoldsNoRun() const;
  absl::Status Begin();
  // Commits when `status` is OK, else rolls back; the first error of the two.
  absl::Status End(absl::Status status);
  absl::StatusOr<bool> RememberBatch(const BatchId& batch, int32_t case_index, size_t records);
  absl::Status InsertRecords(const std::string& agent, int32_t case_index,
                             const std::string& request_id_prefix, int64_t shift_ns,
                             std::span<const RequestRecord> records);
  absl::Status InsertAnswer(int32_t case_index, const RequestRecord& record);
  absl::Status InsertRequest(int32_t case_index, const std::string& request_id,
                             const std::string& agent, bool reported, int64_t shift_ns,
                             const RequestRecord& record);
  // Of a row that a record may replace. Whether there was one.
  absl::StatusOr<bool> RemoveOutdone(int32_t case_index, uint64_t request_index);
  absl::Status InsertCase(const CaseFacts& facts);
  absl::Status MarkSuperseded(int32_t case_index, int32_t by);
  absl::Status InsertAgents(const CaseFacts& facts);
  // Of a statement that gives a number for each agent of a case.
  absl::StatusOr<std::map<std::string, int64_t>> ByAgent(const char* sql, int32_t case_index);
  absl::StatusOr<std::vector<EngineFacts>> ReadEngines();
  absl::StatusOr<std::vector<ResumeFacts>> ReadResumes();
  absl::StatusOr<std::vector<AgentFacts>> ReadAgents(int32_t case_index);

  sqlite3* db_;
  std::string path_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace monsoon
