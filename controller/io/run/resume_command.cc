#include "controller/io/run/resume_command.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <utility>

#include "absl/strings/str_join.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/time/clock.h"
#include "controller/core/report/exit_status.h"
#include "controller/core/scenario/agent_entry.h"
#include "controller/io/agents/agent_security.h"
#include "controller/io/agents/embedded_agent.h"
#include "controller/io/run/case_closing.h"
#include "controller/io/run/late_records.h"
#include "controller/io/run/other_commands.h"
#include "controller/io/run/resume_work.h"
#include "controller/io/run/run_session.h"
#include "controller/io/run/secrets.h"
#include "controller/io/run/spool_collector.h"
#include "controller/io/run/time_zero.h"
#include "controller/io/scenario/scenario_yaml.h"

namespace monsoon {
namespace {

int Fail(const absl::Status& status, int exit_status) {
  std::cerr << ToStd(status.message()) << "\n";
  return exit_status;
}

// When the dead controller wrote last. To be asked before the database is opened.
int64_t LastSign(const std::string& run_dir) {
  int64_t last_ns = 0;
  for (const char* const name : {"/run.db", "/run.db-wal"}) {
    struct stat info {};
    if (stat((run_dir + name).c_str(), &info) != 0) continue;
    last_ns = std::max(last_ns, info.st_mtim.tv_sec * kNsPerS + info.st_mtim.tv_nsec);
  }
  return last_ns;
}

std::string Cases(size_t count, std::string_view kind = "") {
  return StrCat(count, " ", kind, count == 1 ? "case" : "cases");
}

class Resume {
 public:
  Resume(RunSession* session, const ResumeOptions& options, std::vector<CaseFacts> cases,
         int64_t last_sign_wall_ns)
      : session_(*session),
        options_(options),
        cases_(std::move(cases)),
        last_sign_wall_ns_(last_sign_wall_ns) {}

  absl::Status Run() {
    RETURN_IF_ERROR(Collect());
    RETURN_IF_ERROR(CloseCases());
    const std::vector<SessionCase> remaining =
        RemainingCases(session_.inputs().scenario, cases_, options_.rerun);
    RETURN_IF_ERROR(WriteNote(remaining.size()));
    if (!remaining.empty()) {
      session_.display().Say(StrCat(Cases(remaining.size()), " to run"));
      RETURN_IF_ERROR(session_.Connect());
      RETURN_IF_ERROR(session_.AskEngines());
      RETURN_IF_ERROR(session_.Execute(remaining));
    }
    // What was collected later does not move the end of a run that had come to it.
    if (session_.facts().finished_wall_ns != 0) return absl::OkStatus();
    return session_.WriteEnd();
  }

 private:
  absl::Status Collect() {
    std::vector<std::string> names = AgentsToAsk(session_.facts(), cases_);
    const bool embedded = std::erase(names, "embedded") > 0;
    ASSIGN_OR_RETURN(std::vector<AgentTarget> targets, FindTargets(names));
    std::unique_ptr<EmbeddedAgent> agent;
    if (embedded && std::filesystem::exists(session_.run_dir() + "/spool")) {
      ASSIGN_OR_RETURN(agent, EmbeddedAgent::Start(session_.EmbeddedArguments(), std::nullopt,
                                                   session_.lock().file()));
      targets.push_back(agent->target());
    }
    if (!targets.empty()) {
      ASSIGN_OR_RETURN(const std::vector<AgentCollection> collected,
                       SpoolCollector(&session_, &cases_).Collect(targets));
      collections_.insert(collections_.end(), collected.begin(), collected.end());
    }
    for (const AgentCollection& one : collections_) {
      session_.display().Say(one.failure.empty()
                                 ? StrCat("agent ", one.name, ": ", one.records, " records")
                                 : one.failure);
    }
    return absl::OkStatus();
  }

  // Where `names` of the database are, and the agents that the user names now. One whose name is
  // gone holds nobody up.
  absl::StatusOr<std::vector<AgentTarget>> FindTargets(const std::vector<std::string>& names) {
    const RunInvocation& invocation = session_.invocation();
    // It died before the first case: they may still hold to it.
    const bool all = cases_.empty() || !options_.agents.empty();
    std::vector<AgentTarget> written;
    for (const std::string& text :
         invocation.agents.empty() ? session_.inputs().scenario.agents : invocation.agents) {
      ASSIGN_OR_RETURN(const AgentEntry entry, ParseAgentEntry(text));
      const absl::StatusOr<std::vector<AgentTarget>> found = ResolveAgents(entry.address);
      if (!found.ok() && all) return found.status();
      if (found.ok()) written.insert(written.end(), found->begin(), found->end());
    }
    std::vector<AgentTarget> targets = all ? written : std::vector<AgentTarget>();
    for (const std::string& name : names) {
      const absl::StatusOr<std::vector<AgentTarget>> found = ResolveAgents(name);
      if (!found.ok()) {
        collections_.push_back({.name = name, .failure = std::string(found.status().message())});
        continue;
      }
      for (const AgentTarget& target : *found) AddTarget(target, written, targets);
    }
    RETURN_IF_ERROR(SecureAgents(session_.Security(), targets));
    return targets;
  }

  // The database has the address of one out of several; its certificate is for the name.
  static void AddTarget(AgentTarget target, const std::vector<AgentTarget>& written,
                        std::vector<AgentTarget>& targets) {
    const auto same = [&target](const AgentTarget& other) { return other.grpc == target.grpc; };
    if (std::any_of(targets.begin(), targets.end(), same)) return;
    const auto found = std::find_if(written.begin(), written.end(), same);
    if (found != written.end()) target.host = found->host;
    targets.push_back(std::move(target));
  }

  absl::Status CloseCases() {
    std::vector<CaseFacts> kept;
    for (CaseFacts& facts : cases_) {
      ASSIGN_OR_RETURN(const size_t origin, OriginOf(facts));
      const CaseInputs& inputs = session_.inputs().cases[origin];
      if (facts.state != CaseState::kRunning) {
        RETURN_IF_ERROR(NoteLateRecords(session_.db(), facts));
        RETURN_IF_ERROR(ReplayPrompts(inputs, session_, facts));
        kept.push_back(facts);
        continue;
      }
      ASSIGN_OR_RETURN(const bool started, HasStarted(facts, session_.db()));
      if (!started) {
        RETURN_IF_ERROR(session_.db().ForgetCase(facts.spec.index));
        for (CaseFacts& earlier : kept) {
          if (earlier.superseded_by == facts.spec.index) earlier.superseded_by.reset();
        }
        continue;
      }
      RETURN_IF_ERROR(CloseCase({.inputs = &inputs,
                                 .plan_spec = session_.inputs().scenario.cases[origin],
                                 .collections = collections_,
                                 .last_sign_wall_ns = last_sign_wall_ns_},
                                session_, facts));
      session_.display().Say(StrCat("closed ", facts.spec.name, ": INCOMPLETE"));
      ++closed_;
      kept.push_back(facts);
    }
    cases_ = std::move(kept);
    return absl::OkStatus();
  }

  // Position in the scenario of the case that `facts` is an attempt at.
  absl::StatusOr<size_t> OriginOf(const CaseFacts& facts) const {
    const auto origin = static_cast<size_t>(ScenarioCaseOf(cases_, facts));
    if (origin < session_.inputs().scenario.cases.size()) return origin;
    return absl::DataLossError(StrCat("case ", facts.spec.name, " is not in ", session_.run_dir(),
                                      "/scenario.yaml; restore that file"));
  }

  absl::Status WriteNote(size_t remaining) {
    int64_t records = 0;
    std::vector<std::string> failures;
    for (const AgentCollection& one : collections_) {
      records += one.records;
      if (!one.failure.empty()) failures.push_back(one.failure);
    }
    std::vector<std::string> parts;
    if (!collections_.empty()) {
      parts.push_back(StrCat("collected ", records, records == 1 ? " record" : " records", " from ",
                             collections_.size() - failures.size(), " of ", collections_.size(),
                             collections_.size() == 1 ? " agent" : " agents"));
    }
    if (closed_ > 0) parts.push_back(StrCat("closed ", Cases(closed_, "interrupted ")));
    if (remaining > 0) parts.push_back(StrCat("had ", Cases(remaining), " to run"));
    const TimeZero& zero = session_.facts().zero;
    const bool exact = zero.wall_ns == 0 || ContinueTimeZero(zero, session_.clock()).exact;
    ResumeFacts resume{.at_wall_ns = session_.clock().WallNs()};
    resume.note = StrCat(
        parts.empty() ? "found nothing new" : absl::StrJoin(parts, ", "), "; ",
        exact
            ? "the common time line goes on exactly"
            : "the machine was started again or is another one, so that the common time line goes "
              "on by the wall clocks");
    for (const std::string& failure : failures) resume.note += StrCat("; ", failure);
    return session_.db().AddResume(resume);
  }

  RunSession& session_;
  const ResumeOptions& options_;
  std::vector<CaseFacts> cases_;
  const int64_t last_sign_wall_ns_;
  std::vector<AgentCollection> collections_;
  size_t closed_ = 0;
};

absl::Status NoRun(const std::string& run_dir) {
  return absl::NotFoundError(StrCat(
      "no run in ", run_dir, ": it has no run.db; name a folder that `controller run` left"));
}

// What the database says, once it is certain that nobody else works on it.
struct Found {
  RunLock lock;
  int64_t last_sign_wall_ns;
  std::unique_ptr<RunDb> db;
  RunFacts run;
  std::vector<CaseFacts> cases;
};

absl::StatusOr<Found> Find(const std::string& run_dir) {
  if (!std::filesystem::exists(run_dir + "/run.db")) return NoRun(run_dir);
  ASSIGN_OR_RETURN(RunLock lock, RunLock::Take(run_dir));
  const int64_t last_sign_wall_ns = LastSign(run_dir);
  ASSIGN_OR_RETURN(std::unique_ptr<RunDb> db, RunDb::TakeUp(run_dir + "/run.db"));
  ASSIGN_OR_RETURN(RunFacts run, db->ReadRun());
  ASSIGN_OR_RETURN(std::vector<CaseFacts> cases, db->ReadCases());
  return Found{std::move(lock), last_sign_wall_ns, std::move(db), std::move(run), std::move(cases)};
}

int ResumeFound(const ResumeOptions& options, Found found, RunInputs inputs,
                RunInvocation invocation) {
  SignalWatcher::Block();
  if (!options.agents.empty()) {
    invocation.agents = options.agents;
    inputs.scenario.expect_agents = 0;  // fewer may be left
  }
  RunSession session(std::move(inputs), std::move(invocation), options.quiet);
  session.TakeUp(options.run_dir, std::move(found.lock), std::move(found.db), std::move(found.run));
  const absl::Status status =
      Resume(&session, options, std::move(found.cases), found.last_sign_wall_ns).Run();
  if (!status.ok()) Fail(session.NotComplete(status), kExitNotTrustworthy);
  const absl::StatusOr<int> exit_status = session.Report();
  if (!exit_status.ok()) return Fail(exit_status.status(), kExitNotTrustworthy);
  return status.ok() ? *exit_status : kExitNotTrustworthy;
}

}  // namespace

int ResumeCommand(const ResumeOptions& options) {
  for (const std::string& text : options.agents) {
    const absl::StatusOr<AgentEntry> entry = ParseAgentArgument(text);
    if (!entry.ok()) return Fail(entry.status(), kExitRejected);
  }
  absl::StatusOr<Found> found = Find(options.run_dir);
  if (!found.ok()) return Fail(found.status(), kExitRejected);
  if (IsComplete(found->run, found->cases, options.rerun)) {
    std::cerr << options.run_dir << " is complete: there is nothing to resume\n";
    found->db = nullptr;
    return ReportCommand(options.run_dir);
  }
  absl::StatusOr<RunInvocation> invocation = InvocationFromJson(found->run.invocation);
  if (!invocation.ok()) return Fail(invocation.status(), kExitRejected);
  absl::StatusOr<RunInputs> inputs =
      LoadRunInputs(options.run_dir + "/scenario.yaml", {}, ProcessEnvironment(),
                    {.downloads = Downloads::kYes, .quiet = options.quiet});
  if (!inputs.ok()) return Fail(inputs.status(), kExitRejected);
  ForgetVariables(SecretVariables(inputs->scenario));
  if (options.security.files.any() || options.security.insecure_agents) {
    invocation->security = options.security;
  }
  return ResumeFound(options, *std::move(found), *std::move(inputs), *std::move(invocation));
}

}  // namespace monsoon
