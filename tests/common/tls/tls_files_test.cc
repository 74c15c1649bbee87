#include "common/tls/tls_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/common/tls/made_certificate.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;

class TlsFilesTest : public ::testing::Test {
 protected:
  TlsFilesTest() {
    std::string pattern = ::testing::TempDir() + "tls_files_XXXXXX";
    folder_ = mkdtemp(pattern.data());
    files_ = {folder_ + "/cert.pem", folder_ + "/cert.key", folder_ + "/ca.pem"};
    const TlsMaterial material = MakeMaterial();
    Write(files_.cert, material.cert.pem);
    Write(files_.key, material.key_pem.Reveal());
    Write(files_.ca, material.ca.pem);
    chmod(files_.key.c_str(), 0600);
  }
  ~TlsFilesTest() override { std::filesystem::remove_all(folder_); }

  static void Write(const std::string& path, const std::string& content) {
    std::ofstream(path) << content;
  }
  std::string Fault() { return std::string(ReadTlsFiles(files_, 1500).status().message()); }

  std::string folder_;
  TlsFiles files_;
};

TEST_F(TlsFilesTest, AreRead) {
  const absl::StatusOr<TlsMaterial> read = ReadTlsFiles(files_, 1500);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->cert.path, files_.cert);
  EXPECT_THAT(read->key_pem.Reveal(), HasSubstr("PRIVATE KEY"));
  EXPECT_TRUE(*read == ReadTlsFiles(files_, 1600).value());
}

TEST_F(TlsFilesTest, AMissingOneIsNamed) {
  files_.ca = folder_ + "/absent";
  EXPECT_THAT(Fault(), HasSubstr(files_.ca + " cannot be read: No such file"));
}

TEST_F(TlsFilesTest, AFolderIsNoFile) {
  files_.cert = folder_;
  EXPECT_THAT(Fault(), HasSubstr(folder_ + " is no file"));
}

TEST_F(TlsFilesTest, AnEmptyOneHoldsNothing) {
  Write(files_.cert, "");
  EXPECT_THAT(Fault(), HasSubstr(files_.cert + " holds no certificate"));
}

TEST_F(TlsFilesTest, AKeyThatEverybodyMayReadIsRefused) {
  chmod(files_.key.c_str(), 0644);
  EXPECT_THAT(Fault(), HasSubstr("chmod 600"));
  chmod(files_.key.c_str(), 0640);
  EXPECT_EQ(Fault(), "") << "a group may: that is how Kubernetes and systemd hand out secrets";
}

TEST_F(TlsFilesTest, AllOrNoneIsKnown) {
  EXPECT_TRUE(files_.all());
  EXPECT_FALSE(TlsFiles().any());
  EXPECT_TRUE((TlsFiles{.ca = "x"}).any());
  EXPECT_FALSE((TlsFiles{.ca = "x"}).all());
}

}  // namespace
}  // namespace monsoon
