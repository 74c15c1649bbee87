#include "agent/io/service/tls_credentials.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include <string>
#include <utility>

namespace monsoon {
namespace {

// gRPC asks for the configuration at the beginning of every handshake, one at a time. Its C++ face
// has no such credentials (SslServerCredentials never reads again; those of grpc::experimental
// take whatever lies in the files, also what is broken), but its C face has, and a class of ours
// may hand a port of a C++ server to it.
class Credentials final : public grpc::ServerCredentials {
 public:
  explicit Credentials(std::shared_ptr<TlsStore> store)
      : store_(std::move(store)),
        credentials_(grpc_ssl_server_credentials_create_with_options(
            grpc_ssl_server_credentials_create_options_using_config_fetcher(
                GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY, &Credentials::Fetch,
                this))) {}
  ~Credentials() override { grpc_server_credentials_release(credentials_); }

  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  static grpc_ssl_certificate_config_reload_status Fetch(
      void* self, grpc_ssl_server_certificate_config** config) {
    return static_cast<Credentials*>(self)->Fetch(config);
  }

  grpc_ssl_certificate_config_reload_status Fetch(grpc_ssl_server_certificate_config** config) {
    const TlsStore::Version version = store_->current();
    if (version.number == fetched_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    const grpc_ssl_pem_key_cert_pair pair = {version.material->key_pem.Reveal().c_str(),
                                             version.material->cert.pem.c_str()};
    *config = grpc_ssl_server_certificate_config_create(version.material->ca.pem.c_str(), &pair, 1);
    fetched_ = version.number;
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  const std::shared_ptr<TlsStore> store_;
  grpc_server_credentials* const credentials_;
  uint64_t fetched_ = 0;  // gRPC's lock is held
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> TlsServerCredentials(std::shared_ptr<TlsStore> store) {
  return std::make_shared<Credentials>(std::move(store));
}

}  // namespace monsoon
