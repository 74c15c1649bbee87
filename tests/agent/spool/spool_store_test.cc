// Spools on a real disk: written, acknowledged, read back, collected by somebody else, cut, full.
#include "agent/io/spool/spool_store.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "agent/io/spool/spool_files.h"
#include "tests/agent/spool/spool_folder.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class WallClock final : public Clock {
 public:
  int64_t MonotonicNs() const override { return 0; }
  int64_t WallNs() const override { return time(nullptr) * kNsPerS + ahead_ns; }
  int64_t RawNs() const override { return 0; }
  int64_t ahead_ns = 0;
};

class SpoolStoreTest : public ::testing::Test {
 protected:
  static SpoolSession Session(const std::string& run_id, uint64_t epoch = 1) {
    return {.run_id = run_id, .instance_id = "instance", .epoch = epoch, .hostname = "host"};
  }
  static std::string Bytes(uint64_t sequence, size_t size = 1000) {
    return std::string(size, static_cast<char>('a' + sequence % 26));
  }
  static std::vector<SpoolPlace> Write(SessionSpool& spool, uint64_t first, uint64_t last,
                                       size_t size = 1000) {
    std::vector<SpoolPlace> places;
    for (uint64_t sequence = first; sequence <= last; ++sequence) {
      const auto place = spool.AppendBatch(sequence, Bytes(sequence, size));
      EXPECT_TRUE(place.ok()) << place.status();
      places.push_back(place.value_or(SpoolPlace()));
    }
    return places;
  }
  static std::vector<std::string> Collect(const StoredSpool& spool) {
    std::vector<std::string> seen;
    EXPECT_TRUE(spool
                    .ForEach([&](EntryKind kind, std::string_view payload) {
                      seen.push_back((kind == EntryKind::kBatch ? "batch " : "done ") +
                                     std::string(payload.substr(0, 1)));
                      return true;
                    })
                    .ok());
    return seen;
  }

  SpoolFolder folder_;
  WallClock clock_;
  std::vector<std::string> deleted_;
  SpoolStore::Tell note_ = [this](const SpoolFacts& spool, const std::string& reason) {
    EXPECT_GT(spool.bytes, 0);
    deleted_.push_back(spool.name + ": " + reason);
  };
  SpoolStore store_{folder_.path() + "/of/agents", {}, &clock_, note_};
};

TEST_F(SpoolStoreTest, NothingIsOnDiskBeforeSomethingIsWritten) {
  const auto spool = store_.Make(Session("run"));
  EXPECT_TRUE(spool->Sync().ok());
  spool->Acknowledge(5);
  spool->Remove();
  EXPECT_THAT(folder_.Sessions(), IsEmpty());
  EXPECT_THAT(store_.Find("run").spools, IsEmpty());
}

TEST_F(SpoolStoreTest, WhatWasWrittenIsReadBackAndIsPrivate) {
  const auto spool = store_.Make(Session("run"));
  const std::vector<SpoolPlace> places = Write(*spool, 1, 3);
  for (uint64_t i = 0; i < 3; ++i) {
    EXPECT_EQ(spool->Read(places[i]).value_or(""), Bytes(i + 1));
  }
  struct stat facts {};
  ASSERT_EQ(stat((folder_.path() + "/of/agents/run-instance-1").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0700u);
}

TEST_F(SpoolStoreTest, AnotherProcessCollectsItInOrder) {
  {
    const auto spool = store_.Make(Session("run", 4));
    ASSERT_TRUE(spool->AppendCaseDone(2, "z").ok());
    Write(*spool, 1, 3);
    ASSERT_TRUE(spool->Sync().ok());
    EXPECT_TRUE(store_.Find("run").in_use) << "somebody writes it";
    EXPECT_THAT(store_.Find("run").spools, IsEmpty());
  }
  SpoolStore later(folder_.path() + "/of/agents", {}, &clock_);
  EXPECT_THAT(later.Find("other").spools, IsEmpty());
  SpoolStore::Found found = later.Find("run");
  ASSERT_THAT(found.spools, SizeIs(1));
  EXPECT_FALSE(found.in_use);
  EXPECT_EQ(found.spools[0].session(), Session("run", 4));
  EXPECT_EQ(found.spools[0].last_sequence(), 3u);
  EXPECT_EQ(found.spools[0].acknowledged(), 0u);
  EXPECT_THAT(Collect(found.spools[0]), ElementsAre("batch b", "batch c", "done z", "batch d"));
  EXPECT_TRUE(store_.Find("run").in_use) << "somebody collects it";
  found.spools[0].Remove();
  found.spools.clear();
  EXPECT_THAT(store_.Find("run").spools, IsEmpty());
}

TEST_F(SpoolStoreTest, AcknowledgementsDeleteWholeFilesAndAreRemembered) {
  SpoolStore small(folder_.path(), {.max_bytes = 512 * 1024}, &clock_);
  {
    const auto spool = small.Make(Session("run"));
    Write(*spool, 1, 5, 30 * 1024);  // two to a file
    EXPECT_THAT(folder_.BatchFiles(), SizeIs(3));
    spool->Acknowledge(1);
    EXPECT_THAT(folder_.BatchFiles(), SizeIs(3));
    spool->Acknowledge(3);
    EXPECT_THAT(folder_.BatchFiles(), SizeIs(2));
  }
  const SpoolStore::Found found = small.Find("run");
  ASSERT_THAT(found.spools, SizeIs(1));
  EXPECT_EQ(found.spools[0].acknowledged(), 3u);
  EXPECT_EQ(found.spools[0].last_sequence(), 5u);
  EXPECT_THAT(Collect(found.spools[0]), ElementsAre("batch e", "batch f"));
}

TEST_F(SpoolStoreTest, WhatWasAcknowledgedBeforeItIsNotMissed) {
  SpoolStore store(folder_.path(), {}, &clock_);
  {
    const auto spool = store.Make(Session("run"));
    ASSERT_TRUE(spool->NoteAcknowledged(0).ok());
    EXPECT_THAT(folder_.Sessions(), IsEmpty()) << "nothing was";
    ASSERT_TRUE(spool->NoteAcknowledged(7).ok());
    ASSERT_TRUE(spool->AppendCaseDone(7, "z").ok());
  }
  const SpoolStore::Found found = store.Find("run");
  ASSERT_THAT(found.spools, SizeIs(1));
  EXPECT_EQ(found.spools[0].acknowledged(), 7u);
  EXPECT_EQ(found.spools[0].last_sequence(), 7u);
  EXPECT_THAT(Collect(found.spools[0]), ElementsAre("done z"));
}

TEST_F(SpoolStoreTest, ATornEndLosesOnlyTheLastEntry) {
  SpoolStore store(folder_.path(), {}, &clock_);
  { Write(*store.Make(Session("run")), 1, 3); }
  SpoolFolder::Cut(folder_.BatchFiles().at(0), 1);
  const SpoolStore::Found found = store.Find("run");
  ASSERT_THAT(found.spools, SizeIs(1));
  EXPECT_EQ(found.spools[0].last_sequence(), 2u);
  EXPECT_THAT(Collect(found.spools[0]), ElementsAre("batch b", "batch c"));
}

// "Too many open files", say: what it holds may be read the next time.
TEST_F(SpoolStoreTest, AFileThatCannotBeReadIsNotTakenForAnEmptyOne) {
  SpoolStore small(folder_.path(), {.max_bytes = 512 * 1024}, &clock_);
  { Write(*small.Make(Session("run")), 1, 4, 30 * 1024); }  // two to a file
  const std::string first = folder_.Sessions().at(0) + "/batches-000001";
  ASSERT_TRUE(std::filesystem::remove(first));
  std::filesystem::create_symlink("/dev/null", first);  // links are not followed
  const SpoolStore::Found found = small.Find("run");
  ASSERT_THAT(found.spools, SizeIs(1));
  std::string seen;
  const absl::Status status =
      found.spools[0].ForEach([&](EntryKind /*kind*/, std::string_view payload) {
        seen += payload[0];
        return true;
      });
  EXPECT_EQ(seen, "de") << "what can be read is handed out";
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("batches-000001"));
}

TEST_F(SpoolStoreTest, AFolderWhoseIndexIsGoneIsStillKnown) {
  SpoolStore store(folder_.path(), {}, &clock_);
  { Write(*store.Make(Session("run")), 1, 1); }
  std::filesystem::remove(folder_.Sessions().at(0) + "/index");
  EXPECT_THAT(store.Find("run").spools, SizeIs(1));
}

TEST_F(SpoolStoreTest, OldOnesExpireAndLiveOnesDoNot) {
  { Write(*store_.Make(Session("old")), 1, 1); }
  const auto live = store_.Make(Session("live"));
  Write(*live, 1, 1);
  clock_.ahead_ns = 23 * 3600 * kNsPerS;
  store_.Expire();
  EXPECT_THAT(store_.Find("old").spools, SizeIs(1));
  clock_.ahead_ns = 25 * 3600 * kNsPerS;
  EXPECT_THAT(deleted_, IsEmpty());
  store_.Expire();
  EXPECT_THAT(store_.Find("old").spools, IsEmpty());
  EXPECT_THAT(deleted_, ElementsAre("old-instance-1: it was kept for long enough"));
  EXPECT_TRUE(store_.Find("live").in_use);
}

TEST_F(SpoolStoreTest, TheLimitTakesTheOldestFinishedAndThenSaysSo) {
  SpoolStore small(folder_.path(), {.max_bytes = 256 * 1024}, &clock_, note_);
  { Write(*small.Make(Session("old")), 1, 1, 40 * 1024); }
  const auto live = small.Make(Session("live"));
  Write(*live, 1, 3, 60 * 1024);
  EXPECT_THAT(small.Find("old").spools, SizeIs(1)) << "there was room for both";
  Write(*live, 4, 4, 60 * 1024);
  EXPECT_THAT(small.Find("old").spools, IsEmpty());
  EXPECT_THAT(deleted_, ElementsAre("old-instance-1: a run that is going on needs the room"));
  const auto full = live->AppendBatch(5, Bytes(5, 60 * 1024));
  EXPECT_EQ(full.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(full.status().message()), HasSubstr("limit of 262144 bytes"));
  // What was acknowledged makes room again.
  live->Acknowledge(1);
  EXPECT_TRUE(live->AppendBatch(5, Bytes(5, 60 * 1024)).ok());
}

// --spool-dir may name any folder: what lies in it is older than a day, and not ours.
TEST_F(SpoolStoreTest, WhatIsNoSpoolIsNeitherCountedNorTouched) {
  SpoolStore small(folder_.path(), {.max_bytes = 256 * 1024}, &clock_);
  const std::string letters = folder_.path() + "/letters";
  const std::string book = folder_.path() + "/book";
  for (const std::string& path : {letters, book}) std::filesystem::create_directory(path);
  std::ofstream(letters + "/dear.txt") << std::string(200 * 1024, 'x');
  std::ofstream(book + "/index") << std::string(200 * 1024, 'x');
  { Write(*small.Make(Session("old")), 1, 1); }
  clock_.ahead_ns = 25 * 3600 * kNsPerS;
  small.Expire();
  EXPECT_THAT(small.Find("old").spools, IsEmpty());
  Write(*small.Make(Session("live")), 1, 3, 60 * 1024);
  EXPECT_TRUE(std::filesystem::exists(letters + "/dear.txt"));
  EXPECT_TRUE(std::filesystem::exists(book + "/index"));
  EXPECT_FALSE(std::filesystem::exists(letters + "/lock"));
  EXPECT_FALSE(std::filesystem::exists(book + "/lock"));
}

// What is left of one that found no room for its first bytes.
TEST_F(SpoolStoreTest, AnEmptySpoolExpires) {
  SpoolStore store(folder_.path(), {}, &clock_);
  const std::string folder = folder_.path() + "/run-instance-1";
  std::filesystem::create_directory(folder);
  for (const char* const name : {"/lock", "/index"}) std::ofstream(folder + name).flush();
  store.Expire();
  EXPECT_THAT(folder_.Sessions(), SizeIs(1));
  clock_.ahead_ns = 25 * 3600 * kNsPerS;
  store.Expire();
  EXPECT_THAT(folder_.Sessions(), IsEmpty());
}

// RLIMIT_FSIZE stands for a disk that is full in the middle of an entry.
TEST_F(SpoolStoreTest, AnEntryThatDoesNotFitLeavesNoTrace) {
  signal(SIGXFSZ, SIG_IGN);
  SpoolStore store(folder_.path(), {}, &clock_);
  {
    const auto spool = store.Make(Session("run"));
    Write(*spool, 1, 2);
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    rlimit tight = before;
    tight.rlim_cur = 2500;
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
    const auto full = spool->AppendBatch(3, Bytes(3));
    setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_EQ(full.status().code(), absl::StatusCode::kResourceExhausted);
    EXPECT_THAT(std::string(full.status().message()), HasSubstr("--spool-dir"));
    Write(*spool, 3, 4);
  }
  const SpoolStore::Found found = store.Find("run");
  ASSERT_THAT(found.spools, SizeIs(1));
  EXPECT_THAT(Collect(found.spools[0]), ElementsAre("batch b", "batch c", "batch d", "batch e"));
}

TEST_F(SpoolStoreTest, AFileThatCannotBeBegunIsNotLeftBehind) {
  signal(SIGXFSZ, SIG_IGN);
  SpoolStore store(folder_.path(), {}, &clock_);
  const auto spool = store.Make(Session("run"));
  ASSERT_TRUE(spool->NoteAcknowledged(1).ok());
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit tight = before;
  tight.rlim_cur = 10;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(spool->AppendBatch(2, Bytes(2)).ok());
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_THAT(folder_.BatchFiles(), IsEmpty());
  Write(*spool, 2, 2);
  EXPECT_THAT(folder_.BatchFiles(), SizeIs(1));
}

TEST_F(SpoolStoreTest, WithoutAFolderOneIsToldWhatToDo) {
  SpoolStore nowhere("", {}, &clock_);
  const auto spool = nowhere.Make(Session("run"));
  const absl::Status status = spool->AppendBatch(1, "x").status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("--spool-dir"));
  nowhere.Expire();
  SpoolStore forbidden("/proc/monsoon", {}, &clock_);
  EXPECT_THAT(std::string(forbidden.Make(Session("run"))->AppendBatch(1, "x").status().message()),
              HasSubstr("/proc/monsoon"));
}

}  // namespace
}  // namespace monsoon
